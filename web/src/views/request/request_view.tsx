import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { isReason } from "../../api/client";
import { decide, OfferMismatch, type Signer, type Wish } from "../../api/decide";
import { loadDetail } from "../../api/detail";
import type { Edit } from "../../api/edit";
import type { Detail, Session } from "../../api/types";
import { useApi, useKeys } from "../../context";
import type { Verdict } from "../../crypto/decision_core";
import { PasskeyProblem } from "../../crypto/passkey";
import { useDrafts } from "../../drafts";
import { pace, readingMs, usePaused } from "../../pace";
import { changedPointers } from "../../payload/changes";
import type { Opened, OpenedPayload } from "../../payload/open";
import type { Shown } from "../../payload/shown";
import { Link } from "../../route";
import { Notice } from "../../ui/notice";
import { usePassed } from "../../ui/time";
import { VisibleText } from "../../ui/visible_text";
import { Aside } from "./aside";
import { AttachmentsPanel } from "./attachments";
import { ClaimsNotice } from "./claims_notice";
import { NumberLocked } from "./counterpart";
import { DecisionBar } from "./decision_bar";
import { DecisionProblem, type Problem } from "./decision_problem";
import { EarlierVersions } from "./earlier_version";
import { EditPanel, StaleDraft } from "./edit/edit_panel";
import { ProposalPanel } from "./edit/proposal_panel";
import { type Editing, useEditing } from "./edit/use_editing";
import { EditedPayload } from "./edited_payload";
import { ErasedRequest, erasedOf } from "./erased_request";
import { KeyState } from "./key_state";
import {
  ClosedElsewhere,
  SinceRead,
  Superseded,
  useClosedElsewhere,
  useSinceRead,
  useVersionOnScreen,
} from "./meanwhile";
import { Outcome, PastDeadline } from "./outcome";
import { PasskeyState } from "./passkey_state";
import { isHigh, PayloadPanel, Unopened } from "./payload_panel";
import { RequestHeader } from "./request_header";
import { SameRequests, useTogether } from "./same";
import { mayApprove, useViewed, whyNot } from "./standing";
import { TalkPanel } from "./talk";
import { useDwell } from "./use_armed";
import { useArming } from "./use_arming";
import { useApprovalAtOnce } from "./use_at_once";
import { useAttachments } from "./use_attachments";
import { useOpened } from "./use_opened";

const presencePollMs = 10_000;
const deliveryPollMs = 1500;
const deliveryPatienceMs = 120_000;

export function RequestView({ id, session }: { id: string; session: Session }) {
  const api = useApi();
  const request = useQuery({
    queryKey: ["request", id],
    queryFn: () => loadDetail(api, id),
    // The server announces decisions. That an agent has stopped waiting it can only tell when
    // asked, and delivery comes when the agent comes.
    refetchInterval: ({ state }) => {
      const decided = state.data?.decision;
      if (!decided || state.data?.delivered_at) return decided ? false : presencePollMs;
      return api.now() - Date.parse(decided.at) < deliveryPatienceMs ? deliveryPollMs : 15_000;
    },
  });
  const gone = isReason(request.error, "erased");
  if (request.data && !gone) return <OpenRequest latest={request.data} session={session} />;
  return (
    <div className="request">
      <div className="request-scroll">
        <Back />
        {isReason(request.error, "erased") ? (
          <ErasedRequest id={id} erased={erasedOf(request.error.body)} />
        ) : isReason(request.error, "not_found", "http_404") ? (
          <Notice kind="info" title="There is no such request">
            It may belong to a project that you are not an approver of, or the address is
            incomplete. <Link href="/">Go to the inbox</Link>
          </Notice>
        ) : (
          request.isError && (
            <Notice
              kind="warning"
              title="The request could not be loaded"
              actions={
                <button type="button" className="button" onClick={() => void request.refetch()}>
                  Try again
                </button>
              }
            >
              {request.error.message}
            </Notice>
          )
        )}
      </div>
    </div>
  );
}

function OpenRequest({ latest, session }: { latest: Detail; session: Session }) {
  const version = useVersionOnScreen(latest);
  const { detail } = version;
  const { keyring } = useKeys();
  const opened = useOpened(detail, keyring.content);
  const article = useRef<HTMLElement>(null);
  const late = usePassed(detail.decide_by) && detail.state === "pending";
  const pending = detail.state === "pending" && !late && !version.newer;
  const attachments = useAttachments(detail, opened, session);
  const readable = mayApprove(detail, opened, pending);
  const approvable = attachments.why === undefined ? readable : undefined;
  const editing = useEditing(
    detail.id,
    readable,
    latest.state === "pending" && !late,
    detail.schema,
  );
  const since = useSinceRead(version, opened);
  const changed = useMemo(() => since && changedPointers(since), [since]);
  const writing = pending && editing.state === "writing";
  const proposal = pending ? editing.edit?.shown : undefined;
  // What would be signed if approve were pressed now. Nothing while it is being changed.
  const subject = writing ? undefined : (proposal ?? opened);
  const signable = approvable && !writing ? (proposal ?? approvable) : undefined;
  const arming = useArming(article, subject, signable, isHigh(detail));
  const { shown } = arming;
  const onScreen = subject?.state === "open" && shown !== undefined;
  useViewed(detail, onScreen);
  const values = shown?.values ?? 0;
  // Files are compared one request at a time.
  const alone = attachments.files.length > 0 || attachments.problem !== undefined;
  const together = useTogether(detail, opened, pending && approvable !== undefined && !alone);
  const decision = useDecision({
    ...{ detail, opened, session, onScreen },
    shown: values,
    edit: editing.edit,
    compared: attachments.why === undefined,
    decided: together.decide,
  });
  const paced = () => {
    if (opened?.state !== "open") return; // Whoever rejects unseen has nothing to read.
    pace.note(decision.dwell(), readingMs(opened.text), performance.now());
  };
  const paused = usePaused();
  const atOnce = useApprovalAtOnce(detail, pending, decision.send, paced);
  const elsewhere = useClosedElsewhere(detail, decision.sending || decision.sent);
  const mine = detail.decision?.by.id === session.member.id;
  return (
    <article className={`request ${detail.level}`} ref={article}>
      <div className="request-scroll">
        <Back />
        <RequestHeader detail={detail} />
        {late && <PastDeadline />}
        <Superseded on={version} opened={opened} />
        {elsewhere && !decision.problem && <ClosedElsewhere detail={detail} mine={mine} />}
        {detail.state !== "pending" && <Outcome detail={detail} mine={mine} />}
        <DecisionProblem problem={decision.problem} detail={detail} />
        {pending && <NumberLocked detail={detail} />}
        {paused && pending && <Paused />}
        <StaleDraft editing={editing} />
        <div className="columns" key={subject?.state === "open" ? subject.commit : "closed"}>
          <div className="main-column">
            <EditedPayload detail={detail} opened={opened} />
            {opened && <KeyState opened={opened} pending={pending} />}
            <PasskeyState detail={detail} pending={pending} />
            <ClaimsNotice detail={detail} opened={opened} />
            <SinceRead on={version} changes={since} />
            {!version.earlier && !version.newer && !writing && !proposal && (
              <EarlierVersions detail={detail} opened={opened} />
            )}
            <ChangesAsked detail={detail} session={session} />
            <SameRequests together={together} open={pending && !writing && !proposal} />
            <Payload {...{ detail, opened, editing, writing, proposal, shown, changed }} />
            <AttachmentsPanel attachments={attachments} />
            <TalkPanel {...{ detail, opened, session }} open={pending} />
          </div>
          <Aside detail={detail} opened={proposal ?? opened} session={session} />
        </div>
      </div>
      {pending && opened && (detail.eligibility.can_approve || detail.eligibility.can_reject) && (
        <DecisionBar
          detail={detail}
          approvable={signable}
          why={
            approvable ? undefined : whyNot(detail, opened, session.member.id, attachments.why)
          }
          unseen={opened.state !== "open"}
          {...arming}
          sending={decision.sending}
          decide={(...given) => {
            paced();
            void decision.send(...given);
          }}
          paused={paused}
          {...atOnce}
          editing={editing}
        />
      )}
    </article>
  );
}

function Payload(props: {
  detail: Detail;
  opened: Opened | undefined;
  editing: Editing;
  writing: boolean;
  proposal: OpenedPayload | undefined;
  shown: Shown | undefined;
  changed: ReadonlySet<string> | undefined;
}) {
  const { detail, opened, editing, writing, proposal, shown, changed } = props;
  if (!opened) return null;
  if (opened.state === "withheld") return null;
  if (opened.state !== "open") return <Unopened detail={detail} opened={opened} />;
  if (writing) return <EditPanel editing={editing} plain={detail.payload_kind === "plain"} />;
  if (proposal) return <ProposalPanel {...{ detail, editing, proposal, shown }} />;
  return <PayloadPanel {...{ detail, opened, shown, changed }} />;
}

// Nothing is refused: the next approvals take a second press, whatever their level.
function Paused() {
  return (
    <Notice kind="warning" title="Five decisions faster than they can be read">
      For half a minute, approving takes a second press.
    </Notice>
  );
}

// It waits for the agent now; whoever likes it as it is can still say so.
function ChangesAsked({ detail, session }: { detail: Detail; session: Session }) {
  const { changes_asked: people = [] } = detail;
  if (detail.state !== "pending" || people.length === 0) return null;
  const names = people.map(({ id, name }) => (id === session.member.id ? "You" : (name ?? id)));
  return (
    <Notice
      kind="info"
      title={<VisibleText text={`${names.join(", ")} asked the agent for changes`} />}
    >
      The agent has been told and may send another version. What was asked is in the conversation
      below.
    </Notice>
  );
}

function Back() {
  return (
    <Link href={`/${location.search}`} className="back">
      <ArrowLeft aria-hidden size={16} /> Inbox
    </Link>
  );
}

function useDecision(props: {
  detail: Detail;
  opened: Opened | undefined;
  session: Session;
  shown: number;
  onScreen: boolean;
  edit: Edit | undefined;
  compared: boolean; // the attachments, if there are any
  decided(signer: Signer, wish: Wish): Promise<void>; // what else follows from it
}) {
  const { detail, opened, session, shown, onScreen, edit } = props;
  const api = useApi();
  const drafts = useDrafts();
  const { keyring } = useKeys();
  const client = useQueryClient();
  const dwell = useDwell(onScreen, detail.version);
  const [sending, setSending] = useState(false);
  const [sent, setSent] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const key = ["request", detail.id];
  // Answers what went wrong, if anything did.
  const send = async (
    verdict: Verdict,
    reason: string,
    passkey?: string,
    number?: string,
  ): Promise<string | undefined> => {
    if (!opened || sending) return undefined;
    setSending(true);
    setProblem(undefined);
    try {
      const { compared } = props;
      const typed = { reason, passkey, number };
      const wish = { verdict, ...typed, dwellMs: dwell(), shown, edit, compared };
      const signer = { api, session, keyring };
      const decided = await decide(signer, detail, opened, wish);
      void props.decided(signer, wish);
      if (verdict !== "request_changes") {
        drafts.drop(detail.id);
        setSent(true);
      }
      await client.cancelQueries({ queryKey: key });
      client.setQueryData(key, decided);
      return undefined;
    } catch (caught) {
      const error = caught instanceof Error ? caught : new Error(String(caught));
      setProblem({ verdict, error });
      const nothingSent = error instanceof OfferMismatch || error instanceof PasskeyProblem;
      if (!nothingSent) await client.invalidateQueries({ queryKey: key });
      return error.message;
    } finally {
      setSending(false);
      void client.invalidateQueries({ queryKey: ["requests"] });
      void client.invalidateQueries({ queryKey: ["talk", detail.id] });
      void client.invalidateQueries({ queryKey: ["session"] });
    }
  };
  return { sending, sent, problem, send, dwell };
}
