// Signing in with the identity provider: the button, and the page that it comes back to.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { isReason } from "../api/client";
import {
  finishSignOn,
  leaveToSignOn,
  type Returned,
  readLoginMethods,
  takePlace,
} from "../api/sign_on";
import { useApi, useKeys } from "../context";
import { Link, navigate } from "../route";
import { Notice } from "../ui/notice";
import { VisibleText } from "../ui/visible_text";

// How people may sign in here; nothing until the server has said so.
export function useLoginMethods() {
  const api = useApi();
  return useQuery({ queryKey: ["login-methods"], queryFn: () => readLoginMethods(api) }).data;
}

export function SignOnButton(props: {
  name: string;
  link?: string;
  fresh?: boolean;
  primary?: boolean;
}) {
  const { name, link, fresh, primary } = props;
  const api = useApi();
  const [state, setState] = useState<"idle" | "leaving" | Error>("idle");
  const leave = () => {
    setState("leaving");
    const wish = { ...(link && { link }), ...(fresh && { fresh }) };
    const place = link ? "/" : location.pathname + location.search;
    leaveToSignOn(api, wish, place).catch((error) =>
      setState(error instanceof Error ? error : new Error(String(error))),
    );
  };
  return (
    <div className="stack">
      <div>
        <button
          type="button"
          className={primary ? "button primary" : "button"}
          disabled={state === "leaving"}
          onClick={leave}
        >
          <span>
            {state === "leaving" ? "Opening " : "Sign in with "}
            <VisibleText text={name} />
            {state === "leaving" && "…"}
          </span>
        </button>
      </div>
      {state instanceof Error && <SignOnProblem error={state} />}
    </div>
  );
}

// Whatever the provider gave along, in words.
export function SignOnProblem({ error }: { error: Error }) {
  const [title, text] = words(error);
  return (
    <Notice kind="problem" title={title} alert>
      {text}
    </Notice>
  );
}

function words(error: Error): [string, string] {
  if (isReason(error, "account_unknown")) {
    return [
      "This account is nobody here yet",
      "You are signed in at the provider, and no member of this server is linked to that " +
        "account. Ask an owner or an admin for a link, and open it in this browser.",
    ];
  }
  if (isReason(error, "account_known")) {
    return [
      "This account is somebody else's here",
      "Sign out at the provider, sign in there with your own account, and open the link again.",
    ];
  }
  if (isReason(error, "account_link_invalid", "account_link_expired")) {
    return [
      "This link has been used or is too old",
      "It works once, for half an hour. Ask an owner or an admin for a new one.",
    ];
  }
  if (isReason(error, "sso_unreachable")) {
    return [
      "The identity provider does not answer",
      "Whoever runs this server finds the cause in its log. Try again in a moment.",
    ];
  }
  if (isReason(error, "attempts_limited")) {
    return [
      "Too many attempts",
      "This server slows down sign-ins from your network. Wait a minute, then try again.",
    ];
  }
  if (isReason(error, "offline")) {
    return ["The server does not answer", "Check that this device reaches it, then try again."];
  }
  return ["You are not signed in", error.message];
}

// Where the provider sends the browser back to.
export function SignOnReturn({ returned }: { returned: Returned | undefined }) {
  const api = useApi();
  const { keyring } = useKeys();
  const client = useQueryClient();
  const methods = useLoginMethods();
  const [problem, setProblem] = useState<Error>();
  const started = useRef(false);
  useEffect(() => {
    if (started.current || !returned) return;
    started.current = true;
    finishSignOn(api, returned, keyring.device).then((session) => {
      client.setQueryData(["session"], session);
      navigate(takePlace(), "replace");
    }, setProblem);
  }, [api, client, keyring, returned]);
  return (
    <main className="page narrow">
      <img src="/icon.svg" alt="" width={40} height={40} />
      <h1>{problem || !returned ? "Not signed in" : "Signing you in…"}</h1>
      {problem && <SignOnProblem error={problem} />}
      {!returned && !problem && (
        <Notice kind="warning" title="There is nothing to sign in with here">
          This page is where the identity provider sends you back to, once. Begin again.
        </Notice>
      )}
      {(problem || !returned) && (
        <div className="stack">
          {methods?.sso && <SignOnButton name={methods.sso.name} primary />}
          <div>
            <Link href="/" className="button">
              To the sign-in page
            </Link>
          </div>
        </div>
      )}
    </main>
  );
}

// A member brings their account, by the link that an owner or an admin has sent.
export function AccountLinkView({ token }: { token: string }) {
  const methods = useLoginMethods();
  return (
    <main className="page narrow">
      <img src="/icon.svg" alt="" width={40} height={40} />
      <h1>Bring your account</h1>
      <p>
        From now on you sign in here with the account that you are about to show. It opens the
        dashboard; what you decide is still signed by your device or your passkey.
      </p>
      {methods?.sso && <SignOnButton name={methods.sso.name} link={token} primary />}
      {methods && !methods.sso && (
        <Notice kind="problem" title="No identity provider is set up here" alert>
          Ask whoever runs this server.
        </Notice>
      )}
    </main>
  );
}
