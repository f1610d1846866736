import type { Detail } from "../../api/types";
import { EnvironmentBadge, Marks, StateWord } from "../../ui/badges";
import { LevelMark } from "../../ui/level";
import { Ago } from "../../ui/time";
import { VisibleText } from "../../ui/visible_text";
import { TimeLeft } from "../inbox_row";
import { DoubtedText } from "./suspicions";

export function RequestHeader({ detail }: { detail: Detail }) {
  return (
    <header className="request-head">
      <div className="request-marks">
        <LevelMark level={detail.level} />
        {detail.environment && <EnvironmentBadge name={detail.environment} />}
        <Marks request={detail} />
        <TimeLeft request={detail} />
      </div>
      <h1>
        <DoubtedText text={detail.service} />
        <span className="slash"> / </span>
        <DoubtedText text={detail.action} />
      </h1>
      <p className="muted">
        <VisibleText text={detail.agent.name} /> in <VisibleText text={detail.project_name} />,
        asked <Ago at={detail.created_at} />
        {detail.state !== "pending" && (
          <>
            {" "}
            · <StateWord state={detail.state} />
          </>
        )}
      </p>
      {detail.marks.includes("no_isolation") && (
        <p className="muted">
          The agent runs under the server's own account: it can read and change what the server
          knows, so an approval here is only advice.
        </p>
      )}
    </header>
  );
}
