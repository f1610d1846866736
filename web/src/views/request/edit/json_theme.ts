// The page's own colours reach into the shadow root as custom properties; its rules do not.

import { EditorView } from "@codemirror/view";

const selection = ".cm-selectionBackground";
const focusedSelection = `&.cm-focused > .cm-scroller > .cm-selectionLayer ${selection}`;
const sheet = { backgroundColor: "var(--surface)", color: "var(--ink)" };

export const theme = EditorView.theme({
  "&": { ...sheet, fontSize: "13px", maxHeight: "var(--editor-height, 62vh)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": {
    fontFamily: "var(--mono)",
    lineHeight: "1.6",
    fontVariantLigatures: "none",
    overflow: "auto",
  },
  ".cm-content": { padding: "10px 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 14px 0 6px" },
  ".cm-cursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
  ".cm-gutters": {
    backgroundColor: "var(--sunken)",
    color: "var(--muted)",
    borderRight: "1px solid var(--line)",
  },
  ".cm-activeLine": { backgroundColor: "color-mix(in oklab, var(--focus), transparent 93%)" },
  ".cm-activeLineGutter": { backgroundColor: "transparent", color: "var(--ink)" },
  [`${focusedSelection}, ${selection}`]: {
    backgroundColor: "color-mix(in oklab, var(--focus), transparent 70%)",
  },
  "&.cm-focused .cm-matchingBracket": {
    backgroundColor: "transparent",
    outline: "1px solid var(--line-strong)",
  },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "transparent" },
  ".lp-chip": {
    font: "600 0.78em / 1.3 var(--mono)",
    padding: "0 3px",
    margin: "0 1px",
    borderRadius: "4px",
    backgroundColor: "var(--bad-ground)",
    color: "var(--danger)",
    border: "1px solid var(--bad-line)",
    whiteSpace: "nowrap",
  },
  ".lp-changed": {
    backgroundColor: "var(--changed-ground)",
    boxShadow: "0 0 0 1px var(--changed-line)",
    borderRadius: "2px",
  },
  ".lp-problem": {
    textDecoration: "underline wavy var(--danger)",
    textUnderlineOffset: "3px",
    backgroundColor: "var(--bad-ground)",
  },
});
