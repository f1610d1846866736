// A version as it reads: its rules in their order, and what it changes against the one in force.

import { useQuery } from "@tanstack/react-query";
import { type Change, type PolicyRule, showPolicy } from "../../api/policies";
import { useApi } from "../../context";
import { Unread } from "../../ui/unread";
import { VisibleText } from "../../ui/visible_text";
import { outcomeWords } from "./words";

function useVersion(project: string, version: number) {
  const api = useApi();
  return useQuery({
    queryKey: ["policies", project, version],
    queryFn: () => showPolicy(api, project, version),
  });
}

export function Rules({ project, version }: { project: string; version: number }) {
  const read = useVersion(project, version);
  if (read.isError) return <Unread what="The policy" again={() => void read.refetch()} />;
  if (!read.data) return null;
  const { rules, defaults, unknown_tool } = read.data.reads;
  return (
    <>
      <ol className="policy-rules">
        {rules.map((rule) => (
          <RuleRow key={rule.name} rule={rule} />
        ))}
      </ol>
      <p className="muted">
        What no rule matches:{" "}
        <VisibleText text={outcomeWords({ effect: "review", ...defaults })} />.
        {unknown_tool && ` A tool that is not listed: ${outcomeWords(unknown_tool)}, at least.`}
      </p>
      <details className="policy-changes">
        <summary>The document</summary>
        <pre className="policy-text">
          <VisibleText text={read.data.document} />
        </pre>
      </details>
    </>
  );
}

function RuleRow({ rule }: { rule: PolicyRule }) {
  return (
    <li className={`policy-rule ${rule.effect}`}>
      <b>
        <VisibleText text={rule.name} />
      </b>
      <span>
        <VisibleText text={outcomeWords(rule)} />
      </span>
      <span className="muted">
        {rule.conditions.length === 0 ? "Always" : "When "}
        <VisibleText text={rule.conditions.join(" · ")} />
      </span>
    </li>
  );
}

const signs: Record<Change["change"], string> = {
  added: "+",
  removed: "−",
  changed: "~",
  moved: "↕",
};

export function Changes({ project, version }: { project: string; version: number }) {
  const read = useVersion(project, version);
  if (read.isError) return <Unread what="The changes" again={() => void read.refetch()} />;
  const changes = read.data?.changes;
  if (!changes) return null;
  if (changes.length === 0)
    return <p>Nothing but its text: it rules as the one in force does.</p>;
  return (
    <ul className="policy-diff">
      {changes.map((one) => (
        <li key={`${one.change} ${one.part}`} className={one.change}>
          <span aria-hidden className="sign">
            {signs[one.change]}
          </span>
          <span>
            <b>
              {one.change} <VisibleText text={one.part} />
            </b>
            {one.change !== "moved" && <Sides change={one} />}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Sides({ change }: { change: Change }) {
  const { before, after } = change;
  return (
    <>
      {before !== undefined && (
        <del className="mono breakable">
          <VisibleText text={JSON.stringify(before)} />
        </del>
      )}
      {after !== undefined && (
        <ins className="mono breakable">
          <VisibleText text={JSON.stringify(after)} />
        </ins>
      )}
    </>
  );
}
