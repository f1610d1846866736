import type { Session } from "../api/types";
import { ConnectAgent } from "./first_run/connect_agent";

// Nothing has ever been asked: how an agent asks for the first time.
export function FirstRequest({ session }: { session: Session }) {
  return (
    <div className="first">
      <h2>Your agent's first request appears here</h2>
      <p className="waiting-line" role="status">
        <span aria-hidden className="pulse" /> Waiting for the first request
      </p>
      <ConnectAgent session={session} keyText="" />
    </div>
  );
}
