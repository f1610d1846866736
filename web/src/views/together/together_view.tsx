import { useQueries, useQueryClient } from "@tanstack/react-query";
import { ArrowLeft, Check, X } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { type BatchOutcome, decideTogether } from "../../api/batch";
import { isReason } from "../../api/client";
import { loadDetail } from "../../api/detail";
import type { Decision, Detail, Session } from "../../api/types";
import { useAnswering, useApi, useKeys } from "../../context";
import { batchMax } from "../../crypto/batch";
import type { Verdict } from "../../crypto/decision_core";
import { Link, withQuery } from "../../route";
import { StateWord } from "../../ui/badges";
import { LevelMark } from "../../ui/level";
import { Notice } from "../../ui/notice";
import { VisibleText } from "../../ui/visible_text";
import { problemWords } from "../request/decision_problem";
import { DoubtedText } from "../request/suspicions";
import { TogetherBar } from "./together_bar";
import { type Read, TogetherItem } from "./together_item";

const presencePollMs = 10_000;

// All that were selected, each in full, and one signature over those that were read.
export function TogetherView({ ids, session }: { ids: readonly string[]; session: Session }) {
  const api = useApi();
  const shown = ids.slice(0, batchMax);
  const requests = useQueries({
    queries: shown.map((id) => ({
      queryKey: ["request", id],
      queryFn: () => loadDetail(api, id),
      refetchInterval: presencePollMs,
    })),
  });
  const details = requests.flatMap(({ data }) => (data ? [data] : []));
  const [reads, setReads] = useState<ReadonlyMap<string, Read>>(new Map());
  const report = useCallback((id: string, read: Read) => {
    setReads((before) => (same(before.get(id), read) ? before : new Map(before).set(id, read)));
  }, []);
  const deciding = useDeciding(session);
  const scroll = useResultsInSight(deciding);
  const first = details.find(({ state }) => state === "pending") ?? details[0];
  const failed = requests.flatMap(({ isError, data }, at) =>
    isError && !data ? [shown[at]] : [],
  );
  const present = shown.flatMap((id) => reads.get(id) ?? []);
  return (
    <article className={`request ${first?.level ?? ""}`}>
      <div className="request-scroll" ref={scroll}>
        <Link href={`/${deciding.outcomes ? cleared() : location.search}`} className="back">
          <ArrowLeft aria-hidden size={16} /> Inbox
        </Link>
        {first && <Head first={first} count={shown.length} />}
        {shown.length < 2 && (
          <Notice kind="info" title="Select two or more requests in the list">
            With <kbd>x</kbd>, or the box beside them.
          </Notice>
        )}
        <Results deciding={deciding} />
        {failed.map((id) => (
          <Notice key={id} kind="warning" title="One of them could not be loaded">
            <span className="mono breakable">{id}</span> is left out.
          </Notice>
        ))}
        {first &&
          details.map((detail, at) => (
            <TogetherItem
              key={detail.id}
              latest={detail}
              number={at + 1}
              {...{ first, session, report }}
            />
          ))}
      </div>
      {first && !deciding.outcomes && shown.length > 1 && (
        <TogetherBar
          reads={present}
          deciding={deciding}
          complete={
            requests.every(({ isPending }) => !isPending) && present.length === details.length
          }
        />
      )}
    </article>
  );
}

// Whoever pressed at the end of a long list sees what became of it.
function useResultsInSight({ outcomes, problem }: Deciding) {
  const scroll = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (outcomes || problem) scroll.current?.scrollTo({ top: 0 });
  }, [outcomes, problem]);
  return scroll;
}

// The filters of the list without the selection, which is decided.
const cleared = () => withQuery(new URLSearchParams(location.search), { pick: "" });

// Told again only when something of it is another: a report at each drawing must not draw again.
function same(before: Read | undefined, now: Read): boolean {
  return (
    before !== undefined &&
    before.detail === now.detail &&
    before.opened === now.opened &&
    before.approvable === now.approvable &&
    before.rejectable === now.rejectable &&
    before.arming.armed === now.arming.armed &&
    before.arming.blocked === now.arming.blocked &&
    before.arming.shown === now.arming.shown
  );
}

function Head({ first, count }: { first: Detail; count: number }) {
  return (
    <header className="request-head">
      <div className="request-marks">
        <LevelMark level={first.level} />
      </div>
      <h1>
        {count} × <DoubtedText text={first.service} />
        <span className="slash"> / </span>
        <DoubtedText text={first.action} />
      </h1>
      <p className="muted">
        Read together in <VisibleText text={first.project_name} /> and decided by one signature.
        Each stands in the log for itself and has its own receipt.
      </p>
    </header>
  );
}

export interface Deciding {
  sending: boolean;
  problem: Error | undefined;
  outcomes: BatchOutcome[] | undefined;
  verdict: Verdict | undefined;
  decide(reads: Read[], verdict: "approve" | "reject", reason: string): Promise<void>;
}

function useDeciding(session: Session): Deciding {
  const api = useApi();
  const { keyring } = useKeys();
  const client = useQueryClient();
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<Error>();
  const [done, setDone] = useState<{ outcomes: BatchOutcome[]; verdict: Verdict }>();
  const decide: Deciding["decide"] = async (reads, verdict, reason) => {
    if (sending) return;
    setSending(true);
    setProblem(undefined);
    const items = reads.flatMap(({ detail, opened, dwell, arming }) =>
      opened ? [{ detail, opened, dwellMs: dwell(), shown: arming.shown?.values ?? 0 }] : [],
    );
    try {
      const outcomes = await decideTogether({ api, session, keyring }, items, {
        verdict,
        reason,
      });
      setDone({ outcomes, verdict });
    } catch (caught) {
      setProblem(caught instanceof Error ? caught : new Error(String(caught)));
    } finally {
      setSending(false);
      for (const name of ["requests", "request", "session"]) {
        void client.invalidateQueries({ queryKey: [name] });
      }
    }
  };
  return { sending, problem, outcomes: done?.outcomes, verdict: done?.verdict, decide };
}

function Why({ problem }: { problem: Error }) {
  const first = isReason(problem, "already_decided")
    ? (problem.body.decision as Decision | undefined)
    : undefined;
  return (
    <span>
      {problemWords(problem)[0]}
      {first && (
        <>
          {", by "}
          <VisibleText text={first.by.name ?? first.by.id} />
        </>
      )}
      .
    </span>
  );
}

// What became of each, and why of those that were not decided.
function Results({ deciding }: { deciding: Deciding }) {
  const { problem, outcomes, verdict } = deciding;
  const answering = useAnswering();
  if (problem) {
    const [title, text] = problemWords(problem);
    return (
      <Notice kind="problem" title={title} alert>
        {text}
      </Notice>
    );
  }
  if (!outcomes) {
    if (answering) return null;
    return (
      <Notice kind="warning" title="Offline: nothing can be decided until the server answers" />
    );
  }
  const failed = outcomes.filter((one) => one.problem !== undefined);
  const decided = outcomes.length - failed.length;
  const word = verdict === "approve" ? "approved" : "rejected";
  return (
    <Notice
      kind={failed.length > 0 ? "warning" : "info"}
      title={`${decided} of ${outcomes.length} ${word} by one signature`}
      alert
      actions={
        <Link href={`/${cleared()}`} className="button">
          Back to the inbox
        </Link>
      }
    >
      <ul className="same" data-testid="together">
        {outcomes.map(({ id, state, problem: why }) => (
          <li key={id} data-outcome={why ? "refused" : "decided"}>
            {why ? <X aria-hidden size={13} /> : <Check aria-hidden size={13} />}{" "}
            <Link href={`/requests/${id}${location.search}`} className="mono breakable">
              {id}
            </Link>{" "}
            {why ? (
              <Why problem={why} />
            ) : state === "pending" ? (
              <span className="muted">waits for somebody else too</span>
            ) : (
              state && <StateWord state={state} />
            )}
          </li>
        ))}
      </ul>
    </Notice>
  );
}
