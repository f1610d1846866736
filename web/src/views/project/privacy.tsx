// What the server can read and what leaves it, said where people look for it.

import type { Settings } from "../../api/settings";

const dayS = 86_400;

export function PrivacyCard({ settings }: { settings?: Settings }) {
  return (
    <section className="card" aria-label="Privacy">
      <h2>Privacy</h2>
      <dl className="pairs">
        <dt>The server reads</dt>
        <dd>
          Service and action, the facts and the schema that an agent sends beside the payload,
          names of people and agents, times and sizes, reasons of decisions that a stock client
          needs in clear.
        </dd>
        <dt>It cannot read</dt>
        <dd>
          Payloads, edits and comments of projects that are encrypted: it has no content key.
        </dd>
        <dt>Leaves it</dt>
        <dd>
          What you set up: notifications and webhooks, each without anything of the payload. There
          is no telemetry, and this page talks to no other server.
        </dd>
        <dt>Is kept</dt>
        <dd>
          Until an owner erases it. The log keeps hashes of what was erased.
          {settings && kept(settings.backup_horizon_s / dayS)} From where somebody called last is
          kept in memory only.
        </dd>
      </dl>
    </section>
  );
}

const kept = (days: number) =>
  ` Backups open for ${Math.round(days)} days; then what was erased is gone from them too.`;
