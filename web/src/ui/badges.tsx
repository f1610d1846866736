import type { RequestState, Summary } from "../api/types";
import { VisibleText } from "./visible_text";

const stateWords: Record<RequestState, string> = {
  pending: "Waiting",
  approved: "Approved",
  approved_with_modifications: "Approved with changes",
  rejected: "Rejected",
  expired: "Expired",
  cancelled: "Cancelled",
  denied: "Denied by policy",
};

export function StateWord({ state }: { state: RequestState }) {
  return <span className={`state ${state}`}>{stateWords[state]}</span>;
}

// Live environments stand out in red, so that the wrong one is never confused.
export function EnvironmentBadge({ name }: { name: string }) {
  const live = /^(prod|production|live)$/i.test(name);
  return (
    <span className={live ? "badge live" : "badge hatch"}>
      <VisibleText text={name} />
    </span>
  );
}

const markWords: Record<string, [string, string]> = {
  test: ["test", "Made with a test approver; not evidence"],
  demo: ["demo", "This server was set up as a demonstration and has not gone live"],
  no_isolation: ["advisory", "Agent and server run under one account, so approval is advisory"],
  unbound_execution: ["unbound", "This client runs the action without a permit"],
  server_sealed: [
    "server can read",
    "The payload reached the server in clear and was sealed there",
  ],
  unbound_payload: ["unbound until reviewed", "No commitment exists before the first review"],
  self_enrolled: ["self-enrolled", "The agent signed itself up"],
};

export function Marks({ request }: { request: Summary }) {
  return request.marks.map((mark) => {
    const [word, meaning] = markWords[mark] ?? [mark, ""];
    return (
      <span key={mark} className="badge" title={meaning}>
        {word}
      </span>
    );
  });
}
