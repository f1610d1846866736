import { CircleQuestionMark, Eye, OctagonAlert, PenLine } from "lucide-react";
import { memo, useMemo, useState } from "react";
import type { ParsedNode } from "../../payload/parse";
import {
  type ChangedLine,
  type Part,
  type Reading,
  tally,
  type Weight,
} from "../../payload/readings/reading";
import { readingsOf } from "../../payload/readings/readings";
import { LongText } from "../../ui/long_text";
import { VisibleText } from "../../ui/visible_text";

// What the values say in their own languages, above them and never instead of them: each part that
// is grave, and each doubt, must have been on screen before approve is armed.
export const ReadingsPanel = memo(function ReadingsPanel({ root }: { root: ParsedNode }) {
  const { list, more } = useMemo(() => readingsOf(root), [root]);
  if (list.length === 0) return null;
  return (
    <div className="readings">
      {list.map((reading) => (
        <OneReading key={reading.pointer} reading={reading} />
      ))}
      {more && (
        <p className="flag" data-must-see>
          There is more that could be read this way and was not. Every value is below.
        </p>
      )}
    </div>
  );
});

const icons: Record<Weight, typeof Eye> = {
  grave: OctagonAlert,
  change: PenLine,
  unknown: CircleQuestionMark,
  calm: Eye,
};

function OneReading({ reading }: { reading: Reading }) {
  const { language, pointer, unread } = reading;
  return (
    <section className="reading-card" aria-label={`Read as ${language}`}>
      <header className="reading-head">
        <h3>Read as {language}</h3>
        <span className="muted">
          by this page{pointer !== "" && ", from "}
          {pointer !== "" && (
            <code className="pointer">
              <VisibleText text={pointer} />
            </code>
          )}
        </span>
        <ul className="tally" aria-label="In all">
          {tally(reading).map(({ weight, verb, count }) => (
            <li key={`${weight} ${verb}`} className="badge" data-weight={weight}>
              {count.toLocaleString("en")} × <VisibleText text={verb} />
            </li>
          ))}
        </ul>
      </header>
      {unread.length > 0 && (
        <ul className="unread" data-must-see aria-label="What this reading may get wrong">
          {unread.map((doubt) => (
            <li key={doubt}>
              <VisibleText text={doubt} />
            </li>
          ))}
        </ul>
      )}
      <Parts reading={reading} />
    </section>
  );
}

const partsAtFirst = 40;
const changesOne = "that changes nothing";
const changesMany = "that change nothing";

function Parts({ reading }: { reading: Reading }) {
  const { parts, ordered } = reading;
  // What happens in order is shown in order. Elsewhere what only reads or leaves is counted, and
  // unfolded on request.
  const folded = ordered ? [] : parts.filter(({ weight }) => weight === "calm");
  const open = ordered ? parts : parts.filter(({ weight }) => weight !== "calm");
  return (
    <>
      <PartList parts={open} numbered={ordered && parts.length > 1} />
      {folded.length > 0 && (
        <details className="calm-parts">
          <summary>
            {folded.length.toLocaleString("en")} {folded.length === 1 ? changesOne : changesMany}
          </summary>
          <PartList parts={folded} numbered={false} />
        </details>
      )}
    </>
  );
}

function PartList({ parts, numbered }: { parts: Part[]; numbered: boolean }) {
  const [most, setMost] = useState(partsAtFirst);
  // What is grave is never behind a button.
  const listed = parts
    .map((part, index) => ({ part, number: index + 1 }))
    .filter(({ part, number }) => number <= most || part.weight === "grave");
  const left = parts.length - listed.length;
  if (parts.length === 0) return null;
  return (
    <>
      <ol className="parts">
        {listed.map(({ part, number }) => (
          <OnePart key={number} part={part} number={numbered ? number : undefined} />
        ))}
      </ol>
      {left > 0 && (
        <p className="not-shown">
          {left.toLocaleString("en")} more are not listed here.{" "}
          <button type="button" className="button" onClick={() => setMost(parts.length)}>
            List them
          </button>
        </p>
      )}
    </>
  );
}

function OnePart({ part, number }: { part: Part; number: number | undefined }) {
  const { weight, verb, subject, notes, facts, source, lines } = part;
  const Icon = icons[weight];
  return (
    <li className="part" data-weight={weight} data-must-see={weight === "grave" ? "" : undefined}>
      <p className="part-head">
        <Icon aria-hidden size={15} />
        {number !== undefined && <span className="muted">{number}</span>}
        <b>
          <VisibleText text={verb} />
        </b>
        {subject !== "" && (
          <span className="value">
            <LongText text={subject} />
          </span>
        )}
      </p>
      {notes.map((note) => (
        <p key={note} className={weight === "grave" ? "part-note grave" : "part-note"}>
          <VisibleText text={note} />
        </p>
      ))}
      {facts.length > 0 && <PartFacts facts={facts} />}
      {source !== undefined && source !== subject && (
        <pre className="part-source">
          <LongText text={source} />
        </pre>
      )}
      {lines && <Lines lines={lines} />}
    </li>
  );
}

function PartFacts({ facts }: { facts: Part["facts"] }) {
  let at = 0;
  return (
    <dl className="pairs part-facts">
      {facts.map(([name, value]) => (
        <div key={at++}>
          <dt>
            <VisibleText text={name} />
          </dt>
          <dd className="value">
            <LongText text={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

const linesAtFirst = 300;
const signs: Record<ChangedLine["kind"], string> = {
  same: " ",
  added: "+",
  removed: "−",
  place: "",
};

function Lines({ lines }: { lines: ChangedLine[] }) {
  const [most, setMost] = useState(linesAtFirst);
  const left = lines.length - most;
  let at = 0;
  return (
    <>
      <pre className="changed-lines">
        {lines.slice(0, most).map((line) => (
          <span key={at++} className={`changed-line ${line.kind}`}>
            <span className="line-sign">{signs[line.kind]}</span>
            <LongText text={line.text} />
          </span>
        ))}
      </pre>
      {left > 0 && (
        <p className="not-shown">
          {left.toLocaleString("en")} more lines are not drawn here.{" "}
          <button type="button" className="button" onClick={() => setMost(lines.length)}>
            Draw them
          </button>
        </p>
      )}
    </>
  );
}
