// The next content key of a project: made here, wrapped for everybody who holds the one before,
// then shown once for the agents. Nothing that the old key sealed is lost.

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { handOver, knownDevices, loadContentKeys, newestKey } from "../../api/content_keys";
import { loadRosters } from "../../api/rosters";
import type { Session } from "../../api/types";
import { useApi, useKeys } from "../../context";
import { fromBase64 } from "../../crypto/bytes";
import { makeContentKey } from "../../crypto/content_key";
import { Notice } from "../../ui/notice";
import { type MadeKey, MadeKeyPanel } from "../first_run/made_key";
import type { ShownProject } from "./use_content_keys";

interface Made {
  made: MadeKey;
  holders: number;
}

export function NextKeyPanel(props: { shown: ShownProject; session: Session; close(): void }) {
  const { shown, close } = props;
  const [made, setMade] = useState<Made>();
  const [kept, setKept] = useState(false);
  if (!made) return <Make shown={shown} close={close} done={setMade} />;
  return (
    <div className="panel">
      <h3>Give it to your agents</h3>
      <p>
        {made.holders === 1
          ? "This browser holds it."
          : `It is wrapped for ${made.holders} devices: they have it at their next look.`}{" "}
        Requests with the old key still open.
      </p>
      <MadeKeyPanel made={made.made} projects={[shown.name]} />
      <label className="switch plain">
        <input
          type="checkbox"
          checked={kept}
          onChange={(event) => setKept(event.target.checked)}
        />
        <span>My agents have the new key, and it is kept</span>
      </label>
      <div>
        <button type="button" className="button primary" disabled={!kept} onClick={close}>
          Done; forget its text
        </button>
      </div>
    </div>
  );
}

function Make(props: { shown: ShownProject; close(): void; done(made: Made): void }) {
  const { shown } = props;
  const make = useMake(shown, props.done);
  const newest = newestKey(shown.project);
  const count = newest?.holders.length ?? 0;
  return (
    <div className="panel">
      <h3>{newest ? "The next key" : "The first key"}</h3>
      <ol className="steps">
        <li>It is made in this browser. The server never has it.</li>
        <li>
          {count > 1
            ? `It is wrapped for the ${count} devices that hold the newest one, all at once.`
            : "It stays here until you hand it on."}
        </li>
        <li>
          You give it to your agents. The old one opens what it sealed, until you retire it.
        </li>
      </ol>
      <div className="form-actions">
        <button
          type="button"
          className="button primary"
          disabled={make.state === "working"}
          onClick={() => void make.run()}
        >
          {make.state === "working" ? "Making the key…" : "Make it and wrap it"}
        </button>
        <button type="button" className="button" onClick={props.close}>
          Not now
        </button>
      </div>
      {make.state instanceof Error && (
        <Notice kind="problem" title="No new key was made" alert>
          {make.state.message}
        </Notice>
      )}
    </div>
  );
}

function useMake(shown: ShownProject, done: (made: Made) => void) {
  const api = useApi();
  const client = useQueryClient();
  const keys = useKeys();
  const [state, setState] = useState<"idle" | "working" | Error>("idle");
  const run = async () => {
    setState("working");
    try {
      const { keyring } = keys;
      const list = await loadContentKeys(api);
      const rosters = await loadRosters(api, keyring.pins);
      const project = list.projects.find(({ id }) => id === shown.project.id);
      const roster = rosters.projects.find(({ id }) => id === shown.project.id);
      if (!project || !roster) throw new Error("The project has no roster yet.");
      const known = await knownDevices(roster, list, project);
      const holders = [keyring.device?.id, ...(newestKey(project)?.holders ?? [])];
      const to = known.filter(({ key }) => holders.includes(key));
      if (!to.some(({ key }) => key === keyring.device?.id)) {
        throw new Error(
          "The server does not know this browser's key yet. Try again in a moment.",
        );
      }
      const made = await makeContentKey(new Date().toISOString(), await keys.wrapKey());
      const raw = fromBase64(made.text);
      if (!raw) throw new Error("The key could not be read back.");
      const epoch = 1 + Math.max(0, ...project.keys.map((key) => key.epoch));
      // Everybody has it before an agent can: one that only this browser kept would go with it.
      await handOver(api, keyring, roster, { kid: made.key.kid, epoch }, raw, to);
      raw.fill(0);
      await keys.addContent(made.key);
      await client.invalidateQueries({ queryKey: ["content-keys"] });
      done({ made, holders: to.length });
    } catch (error) {
      setState(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return { state, run };
}
