import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { signProjectRoster } from "../api/sign_in";
import type { Session, SessionProject } from "../api/types";
import { useApi, useKeys } from "../context";
import { Notice } from "../ui/notice";
import { VisibleText } from "../ui/visible_text";

// A project without a signed roster has no approvers: its requests reach nobody.
export function UnsignedProjects({ session }: { session: Session }) {
  return session.projects
    .filter((project) => project.roster_sha256 === undefined)
    .map((project) => <Unsigned key={project.id} project={project} />);
}

function Unsigned({ project }: { project: SessionProject }) {
  const api = useApi();
  const keys = useKeys();
  const client = useQueryClient();
  const [state, setState] = useState<"idle" | "signing" | { problem: string }>("idle");
  const device = keys.keyring.device;
  const sign = async () => {
    if (!device) return;
    setState("signing");
    try {
      const pin = await signProjectRoster(api, device, project.id);
      await keys.addPins({ [project.id]: pin });
      await client.invalidateQueries();
    } catch (error) {
      setState({ problem: error instanceof Error ? error.message : String(error) });
    }
  };
  return (
    <Notice
      kind="warning"
      title={
        <>
          Project <VisibleText text={project.name} /> has no approvers yet
        </>
      }
      actions={
        device && (
          <button
            type="button"
            className="button"
            disabled={state === "signing"}
            onClick={() => void sign()}
          >
            {state === "signing" ? "Signing…" : "Sign its roster"}
          </button>
        )
      }
    >
      Nobody can decide its requests until an owner signs who may. Signing names you, with the key
      of this browser.
      {typeof state === "object" && <p className="field-problem">{state.problem}</p>}
    </Notice>
  );
}
