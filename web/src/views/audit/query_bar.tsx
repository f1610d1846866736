import { Search } from "lucide-react";
import { terms, toggled } from "../../audit/query";

const example = "type:decision actor:ada level>=high after:2026-11-01";
const familiesMax = 9;

// Types the query, or takes in one of the kinds of events that are there.
export function QueryBar(props: {
  text: string;
  problems: string[];
  families: readonly [string, number][]; // the most frequent first
  change(text: string): void;
}) {
  const { text, problems, change } = props;
  const chosen = new Set(terms(text));
  return (
    <search className="audit-query">
      <label className="query-box">
        <Search aria-hidden size={15} />
        <input
          type="search"
          aria-label="Find in the log"
          aria-describedby={problems.length > 0 ? "query-problem" : undefined}
          aria-invalid={problems.length > 0}
          placeholder={example}
          value={text}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => change(event.target.value)}
        />
      </label>
      <div className="segments facets">
        {props.families.slice(0, familiesMax).map(([family, number]) => {
          const term = `type:${family}`;
          return (
            <button
              key={family}
              type="button"
              aria-pressed={chosen.has(term)}
              onClick={() => change(toggled(without(text, term), term))}
            >
              {family} <span className="muted">{number.toLocaleString("en")}</span>
            </button>
          );
        })}
      </div>
      {problems.length > 0 && (
        <p className="field-problem" id="query-problem" role="alert">
          {problems.join("; ")}.
        </p>
      )}
    </search>
  );
}

// One kind of event at a time: an entry is never of two.
function without(text: string, but: string): string {
  return terms(text)
    .filter((term) => term === but || !/^type:[a-z_]+$/.test(term))
    .join(" ");
}
