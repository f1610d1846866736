import { lazy, Suspense, useMemo, useState } from "react";
import { Notice } from "../../../ui/notice";
import { Tabs } from "../../../ui/tabs";
import { VisibleText } from "../../../ui/visible_text";
import { ChangeList, changeCount } from "./change_list";
import { FormEditor } from "./form_editor";
import type { Marks } from "./json_editor";
import type { Editing } from "./use_editing";

const JsonEditor = lazy(() =>
  import("./json_editor").then((module) => ({ default: module.JsonEditor })),
);

export function EditPanel({ editing, plain }: { editing: Editing; plain: boolean }) {
  const { draft } = editing;
  const [view, setView] = useState<View>(editing.schema.root ? "form" : "json");
  const [goTo, setGoTo] = useState<{ at: number }>();
  const marks = useMemo<Marks>(
    () => ({
      problem: draft && !draft.ok ? draft.problem.at : undefined,
      changed: draft?.ok
        ? draft.changes.flatMap((change) =>
            "after" in change && change.kind !== "reordered"
              ? [{ from: change.after.at, to: change.after.at + change.after.source.length }]
              : [],
          )
        : [],
    }),
    [draft],
  );
  return (
    <section
      className="edit"
      aria-labelledby="edit-title"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.preventDefault();
        event.stopPropagation();
        editing.leave();
      }}
    >
      <header className="section-head">
        <h2 id="edit-title">Edit what would run</h2>
        <span className="muted">
          {plain
            ? "the server can read this payload, and your edit of it"
            : "encrypted in this browser; the server cannot read it"}
        </span>
      </header>
      <Tabs label="How to edit" tabs={views} chosen={view} choose={setView} />
      <div role="tabpanel" id={`panel-${view}`} aria-labelledby={`tab-${view}`}>
        {view === "json" && (
          <Suspense fallback={<div className="editor loading" aria-busy="true" />}>
            <JsonEditor
              label="Payload, as JSON"
              text={editing.text}
              marks={marks}
              goTo={goTo}
              onText={editing.write}
            />
          </Suspense>
        )}
        {view === "form" && editing.original && (
          <FormEditor
            text={editing.text}
            original={editing.original}
            schema={editing.schema.root}
            onText={editing.write}
            onUnfinished={editing.setUnfinished}
          />
        )}
      </div>
      <p className="edit-status" role="status" data-testid="edit-status">
        <Status
          editing={editing}
          goTo={(at) => {
            setView("json");
            setGoTo({ at });
          }}
        />
      </p>
      <SchemaWords editing={editing} />
      {editing.problem && (
        <Notice kind="problem" title="The edit could not be sealed" alert>
          {editing.problem}
        </Notice>
      )}
      {draft?.ok && draft.changes.length > 0 && <ChangeList changes={draft.changes} />}
      <p className="muted edit-note">
        What you do not touch keeps every byte, as the agent wrote it; the spacing above is only
        for reading. Nothing is sent before you have reviewed and approved it.
      </p>
    </section>
  );
}

type View = "form" | "json";
const views: [View, string][] = [
  ["form", "Form"],
  ["json", "JSON"],
];

// What the edit breaks of the agent's own schema, and what of that schema nobody has checked here.
function SchemaWords({ editing }: { editing: Editing }) {
  const { schema, faults } = editing;
  const sentences = [...new Set(faults.map(({ sentence }) => sentence))];
  return (
    <>
      {faults.length > 0 && (
        <Notice kind="problem" title="The agent's schema does not allow this" alert>
          {sentences.slice(0, faultsShown).map((sentence) => (
            <p key={sentence}>
              <VisibleText text={sentence} />
            </p>
          ))}
          {sentences.length > faultsShown && <p>And {sentences.length - faultsShown} more.</p>}
        </Notice>
      )}
      {schema.unreadable && (
        <p className="muted">
          The agent sent a schema that cannot be read; nothing checks the edit.
        </p>
      )}
      {schema.unchecked.length > 0 && (
        <p className="muted">
          Of the agent's schema, this page does not check:{" "}
          <VisibleText text={schema.unchecked.join(", ")} />.
        </p>
      )}
    </>
  );
}

const faultsShown = 12;

function Status({ editing, goTo }: { editing: Editing; goTo(at: number): void }) {
  const { draft } = editing;
  if (!draft) return <span className="muted">Reading…</span>;
  if (!draft.ok) {
    const { line, column, sentence, at } = draft.problem;
    return (
      <>
        <button type="button" className="link" onClick={() => goTo(at)}>
          Line {line}, column {column}
        </button>
        <span className="field-problem">
          <VisibleText text={sentence} />
        </span>
      </>
    );
  }
  if (editing.unfinished > 0) {
    return <span className="field-problem">A field of the form is not finished.</span>;
  }
  if (draft.changes.length === 0) return <span className="muted">Nothing is changed yet.</span>;
  return <b>You are changing {changeCount(draft.changes)}.</b>;
}

// A draft whose payload is not there any more: it can be read and copied, not sent.
export function StaleDraft({ editing }: { editing: Editing }) {
  if (!editing.stale) return null;
  return (
    <Notice
      kind="warning"
      title="Your draft was made for an earlier payload"
      actions={
        <button type="button" className="button" onClick={editing.discard}>
          Discard the draft
        </button>
      }
    >
      The payload of this request is another one now. Read it again before you change it.
    </Notice>
  );
}
