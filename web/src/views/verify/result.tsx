import { CircleCheck, CircleHelp, CircleMinus, CircleX, Eraser } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { CheckReport, Verdict } from "../../../../sdk/typescript/src/verify/index.js";
import { CopyButton } from "../../ui/copy";
import { VisibleText } from "../../ui/visible_text";
import { type Checked, type Fingerprint, fingerprints } from "./reading";
import { Story } from "./story";
import { checkWords, resultWords, verdictWords } from "./words";

export const verdictIcons = {
  VALID: CircleCheck,
  ERASED: Eraser,
  INDETERMINATE: CircleHelp,
  INVALID: CircleX,
} as const satisfies Record<Verdict, unknown>;

export function Result({ checked, trusted }: { checked: Checked; trusted: boolean }) {
  return (
    <div className="result">
      <VerdictBanner checked={checked} trusted={trusted} />
      <Story checked={checked} />
      {!trusted && checked.report.verdict === "INDETERMINATE" && (
        <Consistency checked={checked} />
      )}
      <Limits checked={checked} />
      <Checks checks={checked.report.checks} />
    </div>
  );
}

function VerdictBanner({ checked, trusted }: { checked: Checked; trusted: boolean }) {
  const { report } = checked;
  const heading = useRef<HTMLHeadingElement>(null);
  // Where the eye should go, and the screen reader.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each receipt.
  useEffect(() => heading.current?.focus(), [checked]);
  const words = verdictWords[report.verdict];
  const Icon = verdictIcons[report.verdict];
  const consistent = report.check === "trust";
  return (
    <section
      className={`verdict ${report.verdict.toLowerCase()}`}
      data-verdict={report.verdict}
      aria-labelledby="verdict"
    >
      <Icon aria-hidden size={44} strokeWidth={1.8} />
      <div className="verdict-text">
        <h2 id="verdict" tabIndex={-1} ref={heading}>
          {words.title}
          {words.title.toUpperCase() !== report.verdict && (
            <span className="verdict-code">{report.verdict}</span>
          )}
        </h2>
        <p>
          {consistent
            ? "The receipt is consistent in itself. Whether its keys are really those of the " +
              "project, nobody has confirmed."
            : report.verdict === "VALID" && (report.human === "A" || report.human === "B")
              ? `${signers(checked)} below signed this, and it stands in the log.`
              : words.lead}
        </p>
        {report.check && !consistent && (
          <p className="verdict-why">
            {report.verdict === "INVALID" ? "What fails: “" : "What is missing: “"}
            {checkWords[report.check].title}” –{" "}
            <strong>
              <VisibleText text={`${report.why ?? ""}.`} />
            </strong>
          </p>
        )}
        {report.verdict === "INDETERMINATE" && !trusted && (
          <p>Add the project's trust file above to have it confirmed.</p>
        )}
      </div>
    </section>
  );
}

const signers = ({ subject }: Checked) =>
  (subject?.reviews.length ?? 0) > 1 ? "The people" : "The person";

// Without a trust file: what the receipt shows, and what can be compared by hand.
function Consistency({ checked }: { checked: Checked }) {
  const [found, setFound] = useState<Fingerprint[]>([]);
  useEffect(() => {
    let current = true;
    void fingerprints(checked).then((list) => current && setFound(list));
    return () => {
      current = false;
    };
  }, [checked]);
  return (
    <section className="card" aria-labelledby="consistency">
      <h2 id="consistency">Consistent is not independent</h2>
      <p>
        Without a trust file the keys come out of the receipt itself. So the checks show that the
        receipt fits together, and not that it is of the project that you mean: anybody can make
        up a log, people and keys that fit together.
      </p>
      {found.length > 0 && (
        <>
          <p>
            Somebody who knows the project can read these words out to you. If they are the same,
            the keys are theirs.
          </p>
          <dl className="fingerprints">
            {found.map(({ what, words, full }) => (
              <div key={full}>
                <dt>{what}</dt>
                <dd>
                  <span className="words">{words}</span>
                  <span className="muted mono breakable">
                    <VisibleText text={full} /> <CopyButton text={full} what={what} />
                  </span>
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </section>
  );
}

function Limits({ checked: { report } }: { checked: Checked }) {
  if (report.verdict === "INVALID") return null;
  const about = report.request_id !== undefined;
  return (
    <section className="card" aria-labelledby="limits">
      <h2 id="limits">What this does not say</h2>
      <ul className="limits">
        <li>
          That nothing followed. It is true as of the log's signed summary
          {about && "; the request may have been revised, used or revoked since"}. Only the whole
          log shows what came after.
        </li>
        {about && (
          <li>
            What exactly was asked for. The receipt holds a fingerprint of the payload, not the
            payload.
          </li>
        )}
        <li>
          Names of people. They stand here as pseudonyms; who is behind one, the project knows.
        </li>
        {(report.log === "L0" || report.log === "L1") && (
          <li>
            That everybody is shown the same log. No independent witness has signed this one.
          </li>
        )}
      </ul>
    </section>
  );
}

const resultIcons = {
  ok: CircleCheck,
  erased: CircleCheck,
  failed: CircleX,
  absent: CircleMinus,
  "not run": CircleMinus,
} as const;

function Checks({ checks }: { checks: CheckReport[] }) {
  return (
    <section className="card checks" aria-labelledby="checks">
      <h2 id="checks">The checks, in their order</h2>
      <ol>
        {checks.map(({ check, result, why }) => {
          const Icon = resultIcons[result];
          const words = checkWords[check];
          const { title, meaning } =
            (result === "absent" && words.absent) ||
            (result === "erased" && words.erased) ||
            words;
          return (
            <li key={check} className={`check ${result.replace(" ", "-")}`}>
              <Icon aria-hidden size={18} />
              <div>
                <p className="check-head">
                  <strong>{title}</strong> <code>{check}</code>
                  <span className="check-result">{resultWords[result]}</span>
                </p>
                <p className="muted">{meaning}</p>
                {why && (
                  <p className="check-why">
                    <VisibleText text={`${why}.`} />
                  </p>
                )}
              </div>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
