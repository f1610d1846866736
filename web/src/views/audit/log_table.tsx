import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useRef } from "react";
import type { Problem } from "../../audit/check_log";
import type { Entry } from "../../audit/entry";
import { LevelMark } from "../../ui/level";
import { utc } from "../../ui/time";
import { VisibleText } from "../../ui/visible_text";
import { deed, how, instant, shortId, who } from "./words";

// As in audit.css: a phone's rows are as high as a thumb is wide.
const phone = "(max-width: 767px)";
const rowHeight = () => (window.matchMedia(phone).matches ? 44 : 38);

// Only the rows in sight are in the page: a log may have a million.
export function LogTable(props: {
  entries: readonly Entry[];
  nameOf(id: string): string;
  problem: Problem | undefined;
  open: number | undefined;
  choose(index: number): void;
}) {
  const { entries, open } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: rowHeight,
    overscan: 12,
  });
  const at = open === undefined ? -1 : entries.findIndex(({ index }) => index === open);
  const { scrollToIndex } = rows;
  useEffect(() => {
    if (at >= 0) scrollToIndex(at, { align: "auto" });
  }, [at, scrollToIndex]);
  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    const next = step === undefined ? undefined : entries[at + step];
    if (!next) return;
    event.preventDefault();
    props.choose(next.index);
  };
  return (
    <div className="log-table">
      <div className="log-row log-columns" aria-hidden>
        {["Entry", "Time, UTC", "What", "By", "Of", "Hash"].map((name) => (
          <span key={name}>{name}</span>
        ))}
      </div>
      <div className="log-rows" ref={scroller}>
        <ul className="log-space" aria-label="Events" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start }) => {
            const entry = entries[index];
            if (!entry) return null;
            return (
              <Row
                key={entry.index}
                entry={entry}
                place={{ at: index + 1, of: entries.length, top: start }}
                nameOf={props.nameOf}
                proof={proofOf(entry, props.problem)}
                open={entry.index === open}
                choose={props.choose}
                move={move}
              />
            );
          })}
        </ul>
      </div>
    </div>
  );
}

type Proof = "wrong" | "unproven" | undefined;

// What comes after the first problem is not proven.
function proofOf({ index }: Entry, problem: Problem | undefined): Proof {
  if (!problem || index < problem.index) return undefined;
  return index === problem.index ? "wrong" : "unproven";
}

function Row(props: {
  entry: Entry;
  place: { at: number; of: number; top: number };
  nameOf(id: string): string;
  proof: Proof;
  open: boolean;
  choose(index: number): void;
  move(event: KeyboardEvent): void;
}) {
  const { entry, proof, place } = props;
  return (
    <li
      className={`log-row${proof ? ` ${proof}` : ""}`}
      aria-setsize={place.of}
      aria-posinset={place.at}
      aria-current={props.open || undefined}
      style={{ transform: `translateY(${place.top}px)` }}
    >
      <button
        type="button"
        className="log-index"
        aria-label={`Entry ${entry.index}, ${deed(entry)}`}
        onClick={() => props.choose(entry.index)}
        onKeyDown={props.move}
      >
        {entry.index}
      </button>
      <time className="log-cell" dateTime={entry.time} title={entry.time && utc(entry.time)}>
        {instant(entry.time)}
      </time>
      <span className="log-cell">
        <span title={entry.type}>{deed(entry)}</span>{" "}
        {entry.level !== "" && entry.level !== "none" && <LevelMark level={entry.level} />}
        {proof && <span className="badge live">{proof}</span>}
        {entry.erased && <span className="badge hatch">erased</span>}
      </span>
      <span className="log-cell">
        <VisibleText text={who(entry, props.nameOf)} />{" "}
        <span className="muted">{how(entry)}</span>
      </span>
      <span className="log-cell mono" title={entry.stream}>
        {shortId(entry.stream)}
      </span>
      <span className="log-cell mono muted">{entry.sha256.slice(0, 8)}</span>
    </li>
  );
}
