// The editor, in a chunk of its own. It lives in a shadow root: there its styles are adopted style
// sheets, which the page's policy allows, and not <style> elements, which it does not.

import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorState, type Range, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
  ViewPlugin,
  type ViewUpdate,
  WidgetType,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";
import { chipName, chipText, pieces } from "../../../payload/visible";
import { theme } from "./json_theme";

export interface Marks {
  problem: number | undefined; // where the text stops making sense
  changed: { from: number; to: number }[];
}

export function JsonEditor(props: {
  label: string;
  text: string;
  marks: Marks;
  goTo: { at: number } | undefined; // a new object moves the cursor there
  onText(text: string): void;
}) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    if (!host.current) return;
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: "open" });
    const { text, label } = latest.current;
    const editor = new EditorView({
      state: EditorState.create({
        doc: text,
        extensions: extensions(label, (changed) => latest.current.onText(changed)),
      }),
      parent: root,
      root,
    });
    view.current = editor;
    editor.focus();
    return () => editor.destroy();
  }, []);
  useEffect(() => {
    view.current?.dispatch({ effects: setMarks.of(props.marks) });
  }, [props.marks]);
  useEffect(() => {
    const editor = view.current;
    if (!props.goTo || !editor) return;
    const at = Math.min(props.goTo.at, editor.state.doc.length);
    editor.dispatch({ selection: { anchor: at }, scrollIntoView: true });
    editor.focus();
  }, [props.goTo]);
  return <div ref={host} className="editor" />;
}

function extensions(label: string, changed: (text: string) => void) {
  return [
    // Or carriage returns would become line feeds unseen.
    EditorState.lineSeparator.of("\n"),
    EditorView.lineWrapping,
    lineNumbers(),
    history(),
    drawSelection(),
    highlightActiveLine(),
    bracketMatching(),
    json(),
    syntaxHighlighting(highlighting),
    typeOverSelection,
    unseen,
    marked,
    theme,
    keymap.of([...defaultKeymap, ...historyKeymap]), // No Tab: it leaves the editor.
    EditorView.contentAttributes.of({
      "aria-label": label,
      autocapitalize: "off",
      autocorrect: "off",
      spellcheck: "false",
    }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) changed(update.state.doc.toString());
    }),
  ];
}

// Left to itself, Chromium keeps the look of what is typed over in a style attribute, which the
// page's policy forbids.
const typeOverSelection = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const typed = event.inputType === "insertText" && event.data !== null;
    const { state } = view;
    if (!typed || view.composing || event.isComposing || state.selection.main.empty) return false;
    event.preventDefault();
    const change = state.replaceSelection(event.data ?? "");
    view.dispatch(change, { userEvent: "input.type", scrollIntoView: true });
    return true;
  },
});

const highlighting = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--muted)" },
  { tag: tags.string, color: "var(--ink)" },
  { tag: tags.number, color: "var(--ink)", fontWeight: "650" },
  { tag: [tags.bool, tags.null], color: "var(--medium)", fontWeight: "600" },
]);

class Chip extends WidgetType {
  readonly code: number;

  constructor(code: number) {
    super();
    this.code = code;
  }

  override eq(other: Chip): boolean {
    return other.code === this.code;
  }

  override toDOM(): HTMLElement {
    const chip = document.createElement("span");
    chip.className = "lp-chip";
    chip.textContent = chipText(this.code);
    chip.title = chipName(this.code);
    return chip;
  }
}

// The same chips as everywhere else on the page, for what is on screen.
function chips(view: EditorView): DecorationSet {
  const found: Range<Decoration>[] = [];
  for (const { from, to } of view.visibleRanges) {
    let at = from;
    for (const piece of pieces(view.state.doc.sliceString(from, to))) {
      const length = piece.kind === "text" ? piece.text.length : piece.code > 0xffff ? 2 : 1;
      if (piece.kind === "chip" && piece.code !== 10) {
        found.push(Decoration.replace({ widget: new Chip(piece.code) }).range(at, at + length));
      }
      at += length;
    }
  }
  return Decoration.set(found);
}

const unseen = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = chips(view);
    }

    update(update: ViewUpdate): void {
      if (update.docChanged || update.viewportChanged) this.decorations = chips(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

const setMarks = StateEffect.define<Marks>();

const marked = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(decorations, transaction) {
    let now = decorations.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(setMarks)) now = drawMarks(effect.value, transaction.state.doc.length);
    }
    return now;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function drawMarks({ problem, changed }: Marks, length: number): DecorationSet {
  const ranges = changed
    .filter(({ from, to }) => from < to && to <= length)
    .map(({ from, to }) => Decoration.mark({ class: "lp-changed" }).range(from, to));
  if (problem !== undefined && length > 0) {
    const from = Math.min(problem, length - 1);
    ranges.push(Decoration.mark({ class: "lp-problem" }).range(from, from + 1));
  }
  return Decoration.set(ranges, true);
}
