import { useId, useState } from "react";
import type { Verdict } from "../../../../sdk/typescript/src/verify/index.js";
import { utc } from "../../ui/time";
import { VisibleText } from "../../ui/visible_text";
import type { Checked } from "./reading";
import { Result, verdictIcons } from "./result";
import { eventWords, verdictWords } from "./words";

const order: Verdict[] = ["INVALID", "INDETERMINATE", "ERASED", "VALID"];
const shownMax = 200;

// A file of many: the counts first, then a list, then the one that was chosen.
export function Many({ checked, trusted }: { checked: Checked[]; trusted: boolean }) {
  const [only, setOnly] = useState<Verdict>();
  const [chosen, setChosen] = useState<Checked>();
  const title = useId();
  const count = (verdict: Verdict) => checked.filter((c) => c.report.verdict === verdict).length;
  const there = order.filter((verdict) => count(verdict) > 0);
  const wanted = checked.filter(({ report }) => only === undefined || report.verdict === only);
  const worst = there[0] ?? "VALID";
  return (
    <>
      <section className={`verdict ${worst.toLowerCase()}`} aria-labelledby={title}>
        <div className="verdict-text">
          <h2 id={title}>
            {count("VALID")} of {checked.length} valid
          </h2>
          <p>
            {summary(
              there.filter((verdict) => verdict !== "VALID"),
              count,
            )}
          </p>
        </div>
      </section>
      <section className="card many" aria-label="Receipts of the file">
        {there.length > 1 && (
          <div className="segments">
            <Filter chosen={only === undefined} choose={() => setOnly(undefined)}>
              All {checked.length}
            </Filter>
            {there.map((verdict) => (
              <Filter key={verdict} chosen={only === verdict} choose={() => setOnly(verdict)}>
                {verdictWords[verdict].title} {count(verdict)}
              </Filter>
            ))}
          </div>
        )}
        <ul>
          {wanted.slice(0, shownMax).map((one) => (
            <Row key={one.line} one={one} open={chosen === one} toggle={() => setChosen(one)} />
          ))}
        </ul>
        {wanted.length > shownMax && (
          <p className="muted">
            {wanted.length - shownMax} more. All were checked and are in the counts above.
          </p>
        )}
      </section>
      {chosen && (
        <section className="chosen" aria-label={`Receipt in line ${chosen.line}`}>
          <h2>Line {chosen.line}</h2>
          <Result checked={chosen} trusted={trusted} />
        </section>
      )}
    </>
  );
}

function summary(rest: Verdict[], count: (verdict: Verdict) => number): string {
  if (rest.length === 0) return "Every receipt of the file holds.";
  const words = rest.map(
    (verdict) => `${count(verdict)} ${verdictWords[verdict].title.toLowerCase()}`,
  );
  return `${words.join(", ")}. Each line was judged alone.`;
}

function Filter(props: { chosen: boolean; choose(): void; children: React.ReactNode }) {
  return (
    <button
      type="button"
      aria-pressed={props.chosen}
      aria-current={props.chosen ? "true" : undefined}
      onClick={props.choose}
    >
      {props.children}
    </button>
  );
}

function Row({ one, open, toggle }: { one: Checked; open: boolean; toggle(): void }) {
  const { report, line } = one;
  const Icon = verdictIcons[report.verdict];
  return (
    <li>
      <button
        type="button"
        className={`row ${report.verdict.toLowerCase()}`}
        aria-pressed={open}
        onClick={toggle}
      >
        <Icon aria-hidden size={17} />
        <span className="row-line">{line}</span>
        <span className="row-verdict">{verdictWords[report.verdict].title}</span>
        <span className="row-what">
          {report.type
            ? eventWords(report.type)
            : report.verdict === "ERASED" && "Statement erased"}
          {report.check && (
            <span className="row-why">
              <code>{report.check}</code> <VisibleText text={report.why ?? ""} />
            </span>
          )}
        </span>
        {report.time && <time dateTime={report.time}>{utc(report.time)}</time>}
      </button>
    </li>
  );
}
