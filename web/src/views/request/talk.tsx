import { useQuery, useQueryClient } from "@tanstack/react-query";
import { MessageSquare } from "lucide-react";
import { type FormEvent, type KeyboardEvent, type ReactNode, useRef, useState } from "react";
import { isReason } from "../../api/client";
import { loadTalk, newCommentId, type OpenedRemark, originOf, sendComment } from "../../api/talk";
import type { Detail, Session } from "../../api/types";
import { useAnswering, useApi, useKeys } from "../../context";
import type { Opened } from "../../payload/open";
import { useShortcuts } from "../../ui/shortcuts";
import { Ago } from "../../ui/time";
import { VisibleText } from "../../ui/visible_text";

// What people say about the request. Each word is shown as the text that it is, with its author.
export function TalkPanel(props: {
  detail: Detail;
  opened: Opened | undefined;
  session: Session;
  open: boolean; // it can still be talked about
}) {
  const { detail, session, open } = props;
  const api = useApi();
  const { keyring } = useKeys();
  const kids = keyring.content.map(({ kid }) => kid);
  const origin = originOf(session, keyring, detail.project);
  const talk = useQuery({
    queryKey: ["talk", detail.id, origin, ...kids],
    queryFn: () => loadTalk(api, detail.id, origin, keyring.content),
  });
  const remarks = talk.data?.remarks ?? [];
  const project = session.projects.find(({ id }) => id === detail.project);
  const speaks = open && project?.takes_part === true;
  if (remarks.length === 0 && !speaks) return null;
  return (
    <section className="talk" aria-labelledby="talk-title">
      <h2 id="talk-title">
        <MessageSquare aria-hidden size={15} /> Conversation{" "}
        {remarks.length > 0 && <span className="count">{remarks.length}</span>}
      </h2>
      {talk.isError && <p className="field-problem">The conversation could not be loaded.</p>}
      {remarks.length > 0 && (
        <ol className="remarks">
          {remarks.map((remark) => (
            <RemarkItem
              key={remark.index}
              remark={remark}
              mine={remark.by.id === session.member.id}
            />
          ))}
        </ol>
      )}
      {speaks && props.opened && <CommentBox {...props} opened={props.opened} />}
    </section>
  );
}

const did: Record<OpenedRemark["kind"], string> = {
  comment: "commented",
  changes: "asked the agent for changes",
  edit: "edited what would run",
};

function RemarkItem({ remark, mine }: { remark: OpenedRemark; mine: boolean }) {
  const { by } = remark;
  const name = by.erased ? "Somebody who was erased" : (by.name ?? by.id);
  return (
    <li className={`remark of-${remark.kind}`}>
      <p className="remark-head">
        <span className="avatar" aria-hidden>
          {[...name][0]?.toUpperCase()}
        </span>
        <b>{mine ? "You" : <VisibleText text={name} />}</b> {did[remark.kind]}
        {remark.version > 1 && <span className="muted"> on version {remark.version}</span>}{" "}
        <span className="muted">
          <Ago at={remark.at} />
        </span>
      </p>
      <Words remark={remark} />
    </li>
  );
}

function Words({ remark }: { remark: OpenedRemark }): ReactNode {
  const { words, kind } = remark;
  if (!words) return null;
  if (words.state === "locked") {
    return <p className="muted">Encrypted with a key that this browser does not hold.</p>;
  }
  if (words.state === "tampered") {
    return (
      <p className="field-problem">
        This does not open: it was changed, or belongs to another place.
      </p>
    );
  }
  // Of an edit this says what its fields are; the change itself is shown above.
  if (kind === "edit") return null;
  return (
    <p className="remark-text">
      <VisibleText text={words.text} />
    </p>
  );
}

function CommentBox(props: { detail: Detail; opened: Opened; session: Session }) {
  const { detail, opened, session } = props;
  const api = useApi();
  const { keyring } = useKeys();
  const client = useQueryClient();
  const answering = useAnswering();
  const [text, setText] = useState("");
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<string>();
  const id = useRef(newCommentId());
  const box = useRef<HTMLTextAreaElement>(null);
  useShortcuts({ c: () => box.current?.focus() });
  const plain = detail.payload_kind === "plain";
  const sealable = plain || (opened.state === "open" && opened.key !== undefined);
  if (!sealable) {
    return (
      <p className="muted">Comments are encrypted with the payload's key. Add it to talk.</p>
    );
  }
  const ready = text.trim() !== "" && !sending && answering;
  const send = async () => {
    if (!ready) return;
    setSending(true);
    setProblem(undefined);
    try {
      await sendComment({ api, session, keyring }, detail, opened, text.trim(), id.current);
      setText("");
      id.current = newCommentId();
      await client.invalidateQueries({ queryKey: ["talk", detail.id] });
    } catch (error) {
      setProblem(wordsOf(error));
    } finally {
      setSending(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void send();
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      box.current?.blur();
    }
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void send();
  };
  return (
    <form className="comment-box" onSubmit={submit} aria-label="Comment">
      <label className="field">
        <span className="sr">Your comment</span>
        <textarea
          ref={box}
          className="input"
          rows={2}
          maxLength={4000}
          placeholder="Write to the other reviewers"
          value={text}
          onKeyDown={press}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      {problem && (
        <p className="field-problem" role="alert">
          {problem}
        </p>
      )}
      <div className="comment-foot">
        <small className="muted">
          {plain
            ? "The server can read this. The agent is not told."
            : "Encrypted on this device. The agent is not told."}
        </small>
        <button type="submit" className="button" disabled={!ready}>
          {sending ? "Sending…" : "Comment"}
        </button>
      </div>
    </form>
  );
}

function wordsOf(error: unknown): string {
  if (isReason(error, "stale_version")) {
    return "The agent changed the request meanwhile. Look at the new version, then send this.";
  }
  if (isReason(error, "already_decided")) return "The request is closed: nothing is added to it.";
  return error instanceof Error ? error.message : String(error);
}
