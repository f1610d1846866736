import { useEffect, useMemo, useRef, useState } from "react";
import { type Edit, sealEdit } from "../../../api/edit";
import { useDrafts } from "../../../drafts";
import { type Draft, draftOf, type Original, readDraft } from "../../../payload/draft";
import type { OpenedPayload } from "../../../payload/open";
import { type ParsedNode, parse } from "../../../payload/parse";
import { checkSchema, type Fault, type SchemaCheck } from "../../../payload/schema";
import { partsOf } from "../payload_panel";

// reading: the agent's payload is on screen. writing: the editor. reviewing: what would run instead
// is on screen, whole, sealed and bound; only there can it be approved.
export type EditingState = "reading" | "writing" | "reviewing";

export interface Editing {
  state: EditingState;
  possible: boolean;
  text: string;
  draft: Draft | undefined; // of `text`; nothing while it is being read
  edit: Edit | undefined; // while reviewing
  kept: boolean; // there is a draft to go on with
  stale: boolean; // the payload is another than the draft began from
  problem: string | undefined;
  original: ParsedNode | undefined; // what is edited
  schema: Schema; // of the agent
  faults: Fault[]; // what the draft breaks of it, and the payload did not
  unfinished: number; // fields of the form that hold no value yet
  setUnfinished(count: number): void;
  begin(): void;
  write(text: string): void;
  leave(): void; // the draft stays
  review(): void;
  discard(): void;
}

export interface Schema {
  root: ParsedNode | undefined; // there is one, and it has one meaning
  unreadable: boolean;
  unchecked: string[]; // keywords that it has and this page does not check
}

// Reading a draft costs as much as parsing it, so long ones wait for a longer pause in typing.
const pauseMs = (text: string) => (text.length > 200_000 ? 700 : 120);

// `open`: the request can still be decided.
export function useEditing(
  id: string,
  opened: OpenedPayload | undefined,
  open: boolean,
  schemaText: string | undefined,
): Editing {
  const drafts = useDrafts();
  const original = useMemo(() => originalOf(opened), [opened]);
  const untouched = useMemo(() => original && draftOf(original), [original]);
  const [state, setState] = useState<EditingState>("reading");
  const [text, setText] = useState("");
  const [edit, setEdit] = useState<Edit>();
  const [unfinished, setUnfinished] = useState(0);
  const [problem, setProblem] = useState<string>();
  const kept = drafts.of(id);
  const stale = kept !== undefined && original !== undefined && kept.base !== original.text;
  const draft = useDraft(stale ? undefined : original, text, state !== "reading");
  const { schema, faults } = useSchema(schemaText, original, draft);
  // What was proposed in place of one payload is no proposal for another.
  const about = useRef(original?.text);
  useEffect(() => {
    if (about.current === original?.text) return;
    about.current = original?.text;
    setState("reading");
    setEdit(undefined);
  }, [original]);
  useEffect(() => {
    if (!open) drafts.drop(id);
  }, [drafts, id, open]);
  const begin = () => {
    if (untouched === undefined || stale) return;
    setText(kept?.text ?? untouched);
    setEdit(undefined);
    setState("writing");
  };
  const review = () => {
    if (!opened || !draft?.ok || draft.changes.length === 0) return;
    if (faults.length > 0 || unfinished > 0) return;
    setProblem(undefined);
    sealEdit(opened, draft.text).then(
      (sealed) => {
        setEdit(sealed);
        setState("reviewing");
      },
      (error) => setProblem(error instanceof Error ? error.message : String(error)),
    );
  };
  const leave = () => {
    setEdit(undefined);
    setState(state === "reviewing" ? "writing" : "reading");
  };
  const write = (next: string) => {
    if (!original) return;
    setText(next);
    if (next === untouched) drafts.drop(id);
    else drafts.keep(id, { base: original.text, text: next });
  };
  const discard = () => {
    drafts.drop(id);
    setEdit(undefined);
    setText("");
    setState("reading");
  };
  const possible = original !== undefined && !stale;
  const flags = { possible, kept: kept !== undefined, stale };
  const checks = { original: original?.root, schema, faults, unfinished };
  const actions = { begin, write, leave, review, discard, setUnfinished };
  return { state, text, draft, edit, problem, ...flags, ...checks, ...actions };
}

function originalOf(opened: OpenedPayload | undefined): Original | undefined {
  const { parsed } = opened ?? {};
  if (!opened || !parsed?.ok || parsed.root.kind !== "object") return undefined;
  return { text: opened.text, root: parsed.root, meta: partsOf(parsed).meta };
}

function useDraft(original: Original | undefined, text: string, on: boolean): Draft | undefined {
  const [read, setRead] = useState<{ about: string; draft: Draft }>();
  useEffect(() => {
    if (!original || !on) return;
    const timer = setTimeout(
      () => setRead({ about: text, draft: readDraft(original, text) }),
      pauseMs(text),
    );
    return () => clearTimeout(timer);
  }, [original, text, on]);
  return read?.about === text ? read.draft : undefined;
}

// An edit may not break what the agent says of its own payload. What the payload broke before
// anybody edited it is the agent's affair.
function useSchema(
  text: string | undefined,
  original: Original | undefined,
  draft: Draft | undefined,
): { schema: Schema; faults: Fault[] } {
  const { root, unreadable } = useMemo(() => schemaOf(text), [text]);
  const before = useMemo(
    () => root && original && checkSchema(root, withoutMeta(original)),
    [root, original],
  );
  const edited = draft?.ok ? draft.root : undefined;
  const after = useMemo(() => root && edited && checkSchema(root, edited), [root, edited]);
  const faults = useMemo(() => newFaults(before, after), [before, after]);
  const unchecked = after?.unchecked ?? before?.unchecked ?? [];
  return { schema: { root, unreadable, unchecked }, faults };
}

function schemaOf(text: string | undefined) {
  if (text === undefined || text === "null") return { root: undefined, unreadable: false };
  const parsed = parse(text);
  const clear = parsed.ok && !parsed.findings.some(({ disarms }) => disarms);
  const root = clear && parsed.root.kind === "object" ? parsed.root : undefined;
  return { root, unreadable: root === undefined };
}

function withoutMeta({ root, meta }: Original): ParsedNode {
  if (root.kind !== "object") return root;
  return { ...root, members: root.members.filter((member) => member !== meta) };
}

function newFaults(before: SchemaCheck | undefined, after: SchemaCheck | undefined): Fault[] {
  const key = ({ pointer, keyword, sentence }: Fault) => `${keyword} ${pointer} ${sentence}`;
  const old = new Set(before?.faults.map(key));
  return after?.faults.filter((fault) => !old.has(key(fault))) ?? [];
}
