// Changes of text: unified diffs as git writes them, and pairs of an old and a new text.

import type { ParsedNode } from "../parse";
import {
  byWeight,
  type ChangedLine,
  grave,
  memberOf,
  type Part,
  part,
  type Reading,
  textOf,
} from "./reading";

const hunkHead = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

const fileHead = /^(?:diff --git |--- )/m;
const anyHunk = /^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@/m;
const withoutHunk =
  /^diff --git [^\n]+\n(?:deleted file|new file|old) mode|^diff --git [^\n]+\nsim/m;

export function looksLikeDiff(text: string): boolean {
  return (fileHead.test(text) && anyHunk.test(text)) || withoutHunk.test(text);
}

export function readDiff(text: string, pointer: string): Reading {
  const reader = new Reader(text);
  reader.run();
  const parts = reader.files.map(filePart);
  return {
    language: "Text diff",
    pointer,
    parts: byWeight(parts),
    ordered: false,
    unread: [...reader.doubts],
  };
}

interface File {
  from: string;
  to: string;
  added: number;
  removed: number;
  notes: string[];
  deleted: boolean;
  created: boolean;
  lines: ChangedLine[];
}

class Reader {
  readonly files: File[] = [];
  readonly doubts = new Set<string>();
  private readonly lines: string[];
  private at = 0;

  constructor(text: string) {
    this.lines = text.split("\n");
    if (this.lines.at(-1) === "") this.lines.pop();
  }

  run(): void {
    while (this.at < this.lines.length) this.step(this.lines[this.at] ?? "");
  }

  private step(line: string): void {
    const git = /^diff --git (\S+) (\S+)$/.exec(line);
    if (git) this.open(git[1] ?? "", git[2] ?? "");
    else if (line.startsWith("--- ") && (this.lines[this.at + 1] ?? "").startsWith("+++ ")) {
      this.names(line.slice(4), (this.lines[this.at + 1] ?? "").slice(4));
      this.at += 1;
    } else if (hunkHead.test(line)) {
      this.hunk(line);
      return;
    } else this.header(line);
    this.at += 1;
  }

  private open(from: string, to: string): File {
    const empty = { added: 0, removed: 0, notes: [], lines: [], deleted: false, created: false };
    this.files.push({ from, to, ...empty });
    return this.files.at(-1) as File;
  }

  private names(from: string, to: string): void {
    const last = this.files.at(-1);
    const file = last && last.lines.length === 0 ? last : this.open(from, to);
    file.from = from.replace(/\t.*$/, "");
    file.to = to.replace(/\t.*$/, "");
    file.deleted ||= file.to === "/dev/null";
    file.created ||= file.from === "/dev/null";
  }

  private header(line: string): void {
    const file = this.files.at(-1);
    const mode = /^(new file|deleted file|old|new) mode (\d+)$/.exec(line);
    if (!file) {
      if (line.trim() !== "")
        this.doubts.add("Text stands before the first file; tools skip it.");
    } else if (mode) {
      if (mode[1] === "deleted file") file.deleted = true;
      if (mode[1] === "new file") file.created = true;
      if (mode[2] === "100755" && mode[1] !== "old")
        file.notes.push("It can be run as a program.");
      if (mode[2] === "120000") file.notes.push("A symbolic link.");
    } else if (/^rename (?:from|to) /.test(line)) file.notes.push(line);
    else if (/^(?:Binary files |GIT binary patch)/.test(line)) {
      file.notes.push("Binary: what changes in it cannot be read.");
      this.doubts.add("A binary change cannot be read.");
    } else if (!/^(?:index |similarity |dissimilarity |copy |\\ No newline)/.test(line)) {
      this.doubts.add(
        `A line belongs to no change; tools may skip it or fail: ${line.slice(0, 80)}`,
      );
    }
  }

  // Reads as many lines as the head of the hunk says, as tools do: what is more belongs to no hunk.
  private hunk(head: string): void {
    const [, , old = "1", , now = "1"] = hunkHead.exec(head) ?? [];
    const file = this.files.at(-1) ?? this.open("", "");
    let [oldLeft, newLeft] = [Number(old), Number(now)];
    file.lines.push({ kind: "place", text: head });
    this.at += 1;
    while ((oldLeft > 0 || newLeft > 0) && this.at < this.lines.length) {
      const line = this.lines[this.at] ?? "";
      const sign = line[0] ?? " ";
      if (sign === "+") {
        newLeft -= 1;
        file.added += 1;
        file.lines.push({ kind: "added", text: line.slice(1) });
      } else if (sign === "-") {
        oldLeft -= 1;
        file.removed += 1;
        file.lines.push({ kind: "removed", text: line.slice(1) });
      } else if (sign === " ") {
        oldLeft -= 1;
        newLeft -= 1;
        file.lines.push({ kind: "same", text: line.slice(1) });
      } else if (sign !== "\\") break;
      this.at += 1;
    }
    if (oldLeft !== 0 || newLeft !== 0) {
      this.doubts.add(
        "The lines of a change are not as many as its head says: tools refuse or guess.",
      );
    }
  }
}

const runByOthers = new RegExp(
  "(?:^|/)(?:\\.github/workflows/|\\.gitlab-ci|\\.git/|\\.\\w+rc$|\\.ssh/|Dockerfile|Makefile|" +
    "package\\.json$|setup\\.py$|conftest\\.py$)",
);

function filePart(file: File): Part {
  const name = (path: string) => path.replace(/^[ab]\//, "");
  const verb = file.deleted ? "deletes a file" : file.created ? "adds a file" : "changes a file";
  const path = file.deleted ? name(file.from) : name(file.to);
  const made = part(file.deleted ? "grave" : "change", verb, path);
  made.notes.push(...file.notes);
  made.facts.push(["lines added", String(file.added)], ["lines removed", String(file.removed)]);
  made.lines = file.lines;
  if (/(?:^|\/)\.\.(?:\/|$)|^\//.test(path) && path !== "/dev/null") {
    grave(made, "The path leaves the folder that a patch is meant for.");
  }
  if (runByOthers.test(path)) made.notes.push("What this file says is run by other programs.");
  return made;
}

const oldNames = ["old_string", "old_text", "old_str", "old_content", "before", "old"];
const newNames = ["new_string", "new_text", "new_str", "new_content", "after", "new"];

export function pairOf(node: ParsedNode): ParsedNode[] {
  const pair = [memberOf(node, ...oldNames), memberOf(node, ...newNames)];
  return pair.filter((text) => text !== undefined);
}

export function looksLikePair(node: ParsedNode): boolean {
  const [old, now] = [textOf(memberOf(node, ...oldNames)), textOf(memberOf(node, ...newNames))];
  return old !== undefined && now !== undefined && (old.includes("\n") || now.includes("\n"));
}

// Beyond this two texts are not held against each other line by line.
const cellsMax = 2_000_000;

export function readPair(node: ParsedNode, pointer: string): Reading {
  const old = (textOf(memberOf(node, ...oldNames)) ?? "").split("\n");
  const now = (textOf(memberOf(node, ...newNames)) ?? "").split("\n");
  const lines = changedLines(old, now);
  const path = textOf(memberOf(node, "file_path", "path", "file", "filename")) ?? "";
  const made = part("change", "replaces text", path);
  const unread: string[] = [];
  if (lines) {
    const count = (kind: string) => lines.filter((line) => line.kind === kind).length;
    made.facts.push(
      ["lines added", String(count("added"))],
      ["lines removed", String(count("removed"))],
    );
    made.lines = lines;
  } else unread.push("These texts are too long to be compared line by line here.");
  return { language: "Text diff", pointer, parts: [made], ordered: true, unread };
}

export function changedLines(old: string[], now: string[]): ChangedLine[] | undefined {
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1;
  let tail = 0;
  while (
    tail < Math.min(old.length, now.length) - head &&
    old[old.length - 1 - tail] === now[now.length - 1 - tail]
  ) {
    tail += 1;
  }
  const middle = between(old.slice(head, old.length - tail), now.slice(head, now.length - tail));
  if (!middle) return undefined;
  const same = (lines: string[]) => lines.map((text): ChangedLine => ({ kind: "same", text }));
  return [...same(old.slice(0, head)), ...middle, ...same(old.slice(old.length - tail))];
}

// The longest common subsequence, by its table.
function between(old: string[], now: string[]): ChangedLine[] | undefined {
  const width = now.length + 1;
  if ((old.length + 1) * width > cellsMax) return undefined;
  const best = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      best[i * width + j] =
        old[i] === now[j]
          ? (best[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(best[(i + 1) * width + j] ?? 0, best[i * width + j + 1] ?? 0);
    }
  }
  const out: ChangedLine[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      out.push({ kind: "same", text: old[i] ?? "" });
      i += 1;
      j += 1;
    } else if (
      j >= now.length ||
      (i < old.length && (best[(i + 1) * width + j] ?? 0) >= (best[i * width + j + 1] ?? 0))
    ) {
      out.push({ kind: "removed", text: old[i] ?? "" });
      i += 1;
    } else {
      out.push({ kind: "added", text: now[j] ?? "" });
      j += 1;
    }
  }
  return out;
}
