import { ShieldCheck } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { Problem } from "../../audit/check_log";
import type { Verdict } from "../../audit/messages";
import { type LogThread, runWorker } from "../../audit/run_worker";
import { keepHead, seenHead } from "../../audit/seen_head";
import type { Roster } from "../../crypto/roster_chain";
import { Notice } from "../../ui/notice";

type State =
  | { kind: "idle" }
  | { kind: "checking"; checked: number; of: number }
  | { kind: "failed"; why: string }
  | { kind: "done"; verdict: Verdict };

// Checks the whole log in this browser, against the rosters that it has checked itself.
export function CheckPanel(props: {
  log: string;
  roster: Roster | undefined;
  found(problem: Problem | undefined): void;
}) {
  const { log, roster, found } = props;
  const [state, setState] = useState<State>({ kind: "idle" });
  const thread = useRef<LogThread>(undefined);
  useEffect(() => () => thread.current?.stop(), []);
  const check = async () => {
    if (!roster) return;
    const { origin, issuer, log: keys } = roster.head;
    setState({ kind: "checking", checked: 0, of: 0 });
    found(undefined);
    const seen = await seenHead(log);
    thread.current?.stop();
    thread.current = runWorker(log, (news) => {
      if ("failed" in news) setState({ kind: "failed", why: news.failed });
      if ("checked" in news) setState({ kind: "checking", ...news });
      if (!("verdict" in news)) return;
      const { verdict } = news;
      found(verdict.problem);
      setState({ kind: "done", verdict });
      if (!verdict.problem) void keepHead(log, verdict.head);
    });
    thread.current.order({ do: "check", trust: { origin, issuer, log: keys }, seen });
  };
  const cancel = () => {
    thread.current?.stop();
    setState({ kind: "idle" });
  };
  if (state.kind === "checking") return <Progress {...state} cancel={cancel} />;
  const again = (
    <button
      type="button"
      className="button"
      disabled={!roster}
      onClick={() => void check().catch(() => setState({ kind: "failed", why: storageFails }))}
    >
      <ShieldCheck aria-hidden size={15} />{" "}
      {state.kind === "idle" ? "Verify in this browser" : "Verify again"}
    </button>
  );
  if (state.kind === "idle") {
    return (
      <div className="check-line">
        {again}
        <span className="muted">
          Every entry, signature and hash, up to the signed root; the server is not believed.
        </span>
      </div>
    );
  }
  if (state.kind === "failed") {
    return (
      <Notice kind="warning" title="It could not be verified" actions={again} alert>
        {state.why} This says nothing about the log.
      </Notice>
    );
  }
  return <Result verdict={state.verdict} again={again} />;
}

const storageFails = "This browser's storage does not answer.";

function Progress(props: { checked: number; of: number; cancel(): void }) {
  const { checked, of } = props;
  return (
    <div className="check-line">
      <progress aria-label="Entries verified" max={of || 1} value={checked} />
      <span className="muted" aria-hidden>
        {count(checked)} of {count(of)} entries
      </span>
      <button type="button" className="button" onClick={props.cancel}>
        Cancel
      </button>
    </div>
  );
}

function Result({ verdict, again }: { verdict: Verdict; again: React.ReactNode }) {
  const { problem, head, erased, unknown, ms } = verdict;
  if (problem) {
    return (
      <Notice
        kind="problem"
        title={`Entry ${count(problem.index)} does not hold`}
        actions={again}
        alert
      >
        {problem.words} <span className="muted">Check: {problem.check}.</span> What comes after it
        is not proven. Do not rely on this log before you know why.
      </Notice>
    );
  }
  const also = [
    erased > 0 && `${count(erased)} erased, of which only the hash stands`,
    unknown > 0 && `${count(unknown)} of a kind that this program does not know yet`,
  ].filter(Boolean);
  return (
    <Notice
      kind="info"
      title={`${count(head.size)} entries, 0 problems, ${(ms / 1000).toFixed(1)} s`}
      actions={again}
      alert
    >
      Each entry is what the issuer signed, in an unbroken order, and all of them are under the
      root that the log's key signed. {also.length > 0 && `${also.join("; ")}. `}
      That a person approved is proven by the receipt of an entry.
    </Notice>
  );
}

const count = (number: number) => number.toLocaleString("en");
