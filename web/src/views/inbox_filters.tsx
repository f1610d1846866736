import { useRef } from "react";
import { Link, navigate, withQuery } from "../route";

export const filterNames = [
  "project",
  "environment",
  "service",
  "role",
  "trace_id",
  "parent_request_id",
] as const;

const words: Record<(typeof filterNames)[number], string> = {
  project: "project",
  environment: "environment",
  service: "service",
  role: "role",
  trace_id: "trace",
  parent_request_id: "parent",
};

type Choice = { value: string; label: string };
export type FilterChoices = Record<(typeof filterNames)[number], Choice[]>;

// What of the waiting ones is shown; the address names it.
export const splits = [
  { name: "", label: "Now", query: "put_off=without" },
  { name: "mine", label: "Mine", query: "assignee=me&put_off=without" },
  { name: "unassigned", label: "Unassigned", query: "assignee=none&put_off=without" },
  { name: "thought", label: "Needs thought", query: "level=high&put_off=without" },
  { name: "later", label: "Put off", query: "put_off=only" },
] as const;

export type Split = (typeof splits)[number];

export function splitOf(query: URLSearchParams): Split {
  return splits.find(({ name }) => name === query.get("split")) ?? splits[0];
}

export function Splits({ query }: { query: URLSearchParams }) {
  const chosen = splitOf(query);
  return (
    <nav className="segments splits" aria-label="Whose turn">
      {splits.map(({ name, label }) => (
        <Link
          key={label}
          href={location.pathname + withQuery(query, { split: name })}
          aria-current={chosen.name === name ? "true" : undefined}
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}

const states = [
  { value: "", label: "All" },
  { value: "pending", label: "Waiting" },
  { value: "decided", label: "Closed" },
];

export function Filters({ query, choices }: { query: URLSearchParams; choices: FilterChoices }) {
  const state = query.get("state") ?? "";
  return (
    <div className="filters">
      <nav className="segments" aria-label="State">
        {states.map(({ value, label }) => (
          <Link
            key={label}
            href={location.pathname + withQuery(query, { state: value })}
            aria-current={state === value ? "true" : undefined}
          >
            {label}
          </Link>
        ))}
      </nav>
      {filterNames.map((name) => (
        <FilterSelect key={name} name={name} query={query} choices={choices[name]} />
      ))}
    </div>
  );
}

// Offers what has been seen so far: filtering must not take away the way back.
function FilterSelect(props: {
  name: (typeof filterNames)[number];
  query: URLSearchParams;
  choices: Choice[];
}) {
  const { name, query } = props;
  const seen = useRef(new Map<string, string>());
  for (const { value, label } of props.choices) seen.current.set(value, label);
  const value = query.get(name) ?? "";
  if (value !== "" && !seen.current.has(value)) seen.current.set(value, value);
  if (seen.current.size < 2 && value === "") return null;
  return (
    <select
      aria-label={`Filter by ${words[name]}`}
      className={value === "" ? "select" : "select active"}
      value={value}
      onChange={(event) =>
        navigate(location.pathname + withQuery(query, { [name]: event.target.value }))
      }
    >
      <option value="">Any {words[name]}</option>
      {[...seen.current].map(([choice, label]) => (
        <option key={choice} value={choice}>
          {label}
        </option>
      ))}
    </select>
  );
}
