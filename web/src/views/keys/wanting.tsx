// Devices that want a content key, as somebody sees them who holds it: compare the words, and one
// press hands the key over.

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import {
  handOverAll,
  type KeyDevice,
  type KnownDevice,
  knownDevice,
  newestKey,
} from "../../api/content_keys";
import { loadRosters } from "../../api/rosters";
import { useApi, useKeys } from "../../context";
import { deviceWords } from "../../crypto/wrap";
import { Notice } from "../../ui/notice";
import { Ago } from "../../ui/time";
import { VisibleText } from "../../ui/visible_text";
import type { ShownProject } from "./use_content_keys";

export function Wanting({ shown }: { shown: ShownProject }) {
  const { keyring } = useKeys();
  const { project } = shown;
  const newest = newestKey(project);
  const held = keyring.content.some(({ kid, copy }) => kid === newest?.kid && copy);
  if (!newest || !held) return null;
  return project.devices
    .filter((key) => !newest.holders.includes(key) && key !== keyring.device?.id)
    .map((key) => shown.deviceOf(key))
    .filter((device) => device !== undefined)
    .map((device) => <Wants key={device.key} shown={shown} device={device} />);
}

function Wants({ shown, device }: { shown: ShownProject; device: KeyDevice }) {
  if (device.wrap_spki) return <Asks shown={shown} device={device} />;
  return (
    <p className="quiet-line">
      A device of <VisibleText text={device.name} />, added <Ago at={device.created_at} />, does
      not hold the key. It asks for it when it next opens this dashboard.
    </p>
  );
}

type Known = (KnownDevice & { words: string }) | "unknown";

function Asks({ shown, device }: { shown: ShownProject; device: KeyDevice }) {
  const known = useKnown(shown, device);
  const hand = useHandOver(shown);
  if (!known) return null;
  if (known === "unknown") {
    return (
      <Notice kind="problem" title="The server shows a key that its device has not signed">
        A device of <VisibleText text={device.name} /> would get the content key, and this browser
        cannot tell that the key for it is theirs. Hand nothing over; somebody may have changed
        the server's data.
      </Notice>
    );
  }
  return (
    <Notice
      kind="info"
      title={
        <>
          <VisibleText text={device.name} /> wants the content key
        </>
      }
      actions={
        <button
          type="button"
          className="button primary"
          disabled={hand.state === "working"}
          onClick={() => void hand.run(known)}
        >
          {hand.state === "working" ? "Handing it over…" : "The words match: hand it over"}
        </button>
      }
    >
      Ask {<VisibleText text={device.name} />} to read out the words on their screen, by telephone
      or face to face: <b className="words">{known.words}</b>. If a single one differs, somebody
      else would read what your agents ask.
      {hand.state instanceof Error && (
        <p className="field-problem" role="alert">
          It was not handed over. {hand.state.message}
        </p>
      )}
    </Notice>
  );
}

// The device as the roster knows it, which this browser has checked itself.
function useKnown(shown: ShownProject, device: KeyDevice): Known | undefined {
  const api = useApi();
  const { pins } = useKeys().keyring;
  const [known, setKnown] = useState<Known>();
  useEffect(() => {
    let current = true;
    const look = async (): Promise<Known> => {
      const rosters = await loadRosters(api, pins);
      const roster = rosters.projects.find(({ id }) => id === shown.project.id);
      const found = roster && (await knownDevice(roster, device));
      if (!found) return "unknown";
      return { ...found, words: await deviceWords(found.spki, found.wrapSpki) };
    };
    look().then(
      (found) => current && setKnown(found),
      () => current && setKnown("unknown"),
    );
    return () => {
      current = false;
    };
  }, [api, pins, shown.project.id, device]);
  return known;
}

function useHandOver(shown: ShownProject) {
  const api = useApi();
  const client = useQueryClient();
  const { keyring } = useKeys();
  const [state, setState] = useState<"idle" | "working" | Error>("idle");
  const run = async (to: KnownDevice) => {
    setState("working");
    try {
      const rosters = await loadRosters(api, keyring.pins);
      const roster = rosters.projects.find(({ id }) => id === shown.project.id);
      if (!roster) throw new Error("The project has no roster that this browser knows.");
      await handOverAll(api, keyring, roster, shown.project, to);
      await client.invalidateQueries({ queryKey: ["content-keys"] });
      setState("idle");
    } catch (error) {
      setState(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return { state, run };
}
