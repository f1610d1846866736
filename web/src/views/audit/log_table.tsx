import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useRef } from "react";
import type { Problem } from "../../audit/check_log";
import type { Entry } from "../../audit/entry";
import { LevelMark } from "../../ui/level";
import { utc } from "../../ui/time";
import { VisibleText } from "../../ui/visible_text";
import type { ReadLog } from "./use_log";
import { deed, how, instant, shortId, who } from "./words";

// As in audit.css: a phone's rows are as high as a thumb is wide.
const phone = "(max-width: 767px)";
const rowHeight = () => (window.matchMedia(phone).matches ? 44 : 38);

// Only the rows in sight are in the page: a log may have a million.
export function LogTable(props: {
  read: ReadLog;
  nameOf(id: string): string;
  problem: Problem | undefined;
  open: number | undefined;
  choose(index: number): void;
}) {
  const { read, open } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: read.rows,
    getScrollElement: () => scroller.current,
    estimateSize: rowHeight,
    overscan: 12,
  });
  const { place: at, look } = read;
  const { scrollToIndex } = rows;
  const { startIndex = 0, endIndex = 0 } = rows.range ?? {};
  useEffect(() => look(startIndex, endIndex), [look, startIndex, endIndex]);
  const entryAt = (place: number) => read.entries[place - read.first];
  useEffect(() => {
    if (at >= 0) scrollToIndex(at, { align: "auto" });
  }, [at, scrollToIndex]);
  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    const next = step === undefined ? undefined : entryAt(at + step);
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
            const entry = entryAt(index);
            const place = { at: index + 1, of: read.rows, top: start };
            if (!entry) return <Unread key={`at ${index}`} {...place} />;
            return (
              <Row
                key={entry.index}
                entry={entry}
                place={place}
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

interface Place {
  at: number; // counted from 1
  of: number;
  top: number; // px
}

// Its page is on its way.
function Unread({ at, of, top }: Place) {
  return (
    <li
      className="log-row muted"
      aria-setsize={of}
      aria-posinset={at}
      aria-busy="true"
      style={{ transform: `translateY(${top}px)` }}
    >
      …
    </li>
  );
}

function Row(props: {
  entry: Entry;
  place: Place;
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
