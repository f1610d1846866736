import type { Detail } from "../../api/types";
import { Link } from "../../route";
import { VisibleText } from "../../ui/visible_text";

// What the policy said when it was asked: the rule, the version, and the conditions that held.
export function RulingWords({ detail }: { detail: Detail }) {
  const { ruling } = detail;
  if (!ruling) return null;
  const named = ruling.rules.filter((rule) => rule.certain || rule.name === ruling.rule);
  const shown = named.length > 0 ? named : ruling.rules;
  return (
    <div data-testid="ruling">
      <p>
        {ruling.rule === "defaults" || ruling.rule === "unknown_tool" ? (
          ruling.rule === "defaults" ? (
            "No rule of the policy is certain to match: its defaults decide"
          ) : (
            "The policy does not know this tool"
          )
        ) : (
          <>
            By the rule{" "}
            <b>
              <VisibleText text={ruling.rule} />
            </b>
          </>
        )}{" "}
        (<Link href="/settings?page=policies">policy version {ruling.version}</Link>).
      </p>
      {shown.map((rule) => (
        <ul
          key={rule.name}
          className="ruling-conditions"
          aria-label={`Conditions of ${rule.name}`}
        >
          {rule.conditions.map((one) => (
            <li key={one.is} className="muted">
              <span className="mono breakable">
                <VisibleText text={one.is} />
              </span>
              {!one.certain && " – cannot be told, so it counts as possible"}
            </li>
          ))}
        </ul>
      ))}
    </div>
  );
}
