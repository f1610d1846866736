import { isReason } from "../../api/client";
import { OfferMismatch } from "../../api/decide";
import type { Decision, Detail } from "../../api/types";
import type { Verdict } from "../../crypto/decision_core";
import { PasskeyProblem } from "../../crypto/passkey";
import { Notice } from "../../ui/notice";
import { Clock } from "../../ui/time";
import { VisibleText } from "../../ui/visible_text";
import { passkeyTroubles } from "../passkey_words";
import { SignOnButton, useLoginMethods } from "../sign_on";

export interface Problem {
  verdict: Verdict;
  error: Error;
}

// What became of a decision that was not taken. Never a bare code: what happened, what to do.
export function DecisionProblem(props: { problem: Problem | undefined; detail: Detail }) {
  const { problem, detail } = props;
  if (!problem) return null;
  const { error } = problem;
  if (isReason(error, "already_decided")) {
    const first = (error.body.decision as Decision | undefined) ?? detail.decision;
    return (
      <Notice kind="warning" title="It was decided elsewhere first" alert>
        {first && (
          <>
            <VisibleText text={first.by.name ?? first.by.id} /> decided at <Clock at={first.at} />
            .{" "}
          </>
        )}
        Your decision was not recorded.
      </Notice>
    );
  }
  if (isReason(error, "account_stale")) return <SignOnFirst />;
  const [title, text] = problemWords(error);
  return (
    <Notice kind="problem" title={title} alert>
      {text}
    </Notice>
  );
}

function SignOnFirst() {
  const methods = useLoginMethods();
  return (
    <Notice
      kind="warning"
      title="Sign in once more before you decide this"
      alert
      actions={methods?.sso && <SignOnButton name={methods.sso.name} fresh primary />}
    >
      At this level your provider must have seen you just now. Nothing was recorded; you come back
      to this page.
    </Notice>
  );
}

// Of the number that the program shows which asked.
function numberWords(error: Error): [string, string] | undefined {
  if (isReason(error, "number_wrong", "number_locked")) {
    const left = isReason(error, "number_wrong") ? Number(error.body.tries_left) : 0;
    return [
      "That is not the number",
      left > 0
        ? "Nothing was approved, and it is one try less. Read the number once more where the " +
          "program runs; if it is not the one that you typed, do not approve."
        : "Nothing was approved. Three were wrong: this version can only be rejected.",
    ];
  }
  if (isReason(error, "number_superseded")) {
    return [
      "The program shows another number by now",
      "Nothing was recorded, and no try was lost. A number is good for ten minutes and for one " +
        "approval: type the one that it shows now.",
    ];
  }
  if (isReason(error, "number_needed")) {
    return [
      "The program that asked is waiting",
      "Nothing was recorded. It shows a number by now: type that one.",
    ];
  }
  if (isReason(error, "number_not_asked")) {
    return [
      "The program that asked stopped waiting",
      "Nothing was recorded, and its number counts no more. Type the value that is asked for.",
    ];
  }
  return undefined;
}

// What happened, and what to do about it.
export function problemWords(error: Error): [string, string] {
  if (error instanceof PasskeyProblem) return passkeyTroubles[error.trouble];
  if (isReason(error, "passkey_needed")) return passkeyTroubles.none;
  if (error instanceof OfferMismatch) {
    return [
      "Nothing was signed",
      `${error.message} What the server asks you to sign is not what this page shows. Reload; ` +
        "if it happens again, treat the server as tampered with.",
    ];
  }
  if (isReason(error, "offline")) {
    return [
      "The server did not answer",
      "Your decision may or may not have arrived. This page shows what the server recorded as " +
        "soon as it is back; decide again only if it still waits.",
    ];
  }
  if (isReason(error, "stale", "offer_expired")) {
    return [
      "Something changed while you were reading",
      "Nothing was recorded. The page shows the request as it stands now: read it again, then " +
        "decide.",
    ];
  }
  if (isReason(error, "already_decided")) {
    return ["It was decided elsewhere first", "Your decision was not recorded."];
  }
  const number = numberWords(error);
  if (number) return number;
  if (isReason(error, "past_deadline")) {
    return [
      "Too late",
      "The deadline passed before your decision arrived. Nothing was recorded.",
    ];
  }
  if (isReason(error, "not_a_reviewer")) {
    return [
      "You may not decide this request",
      "You are not in this project's roster. An owner of the project can change that.",
    ];
  }
  if (isReason(error, "no_session", "sso_required")) {
    return ["Your session has ended", "Nothing was recorded. Sign in again, then decide."];
  }
  return [
    "The decision was refused",
    `${error.message} Nothing was recorded. Reload and try again.`,
  ];
}
