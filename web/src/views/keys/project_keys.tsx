// The content keys of each project: which there are, who holds them, who wants one, the next one.

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { newestKey, type ProjectKey, retireKey } from "../../api/content_keys";
import type { Session } from "../../api/types";
import { useApi, useKeys } from "../../context";
import { kidWords } from "../../crypto/content_key";
import { Notice } from "../../ui/notice";
import { Ago, span, useServerNow } from "../../ui/time";
import { VisibleText } from "../../ui/visible_text";
import { NextKeyPanel } from "./next_key";
import { type ShownProject, shownProjects, useContentKeys } from "./use_content_keys";
import { WantedHere } from "./wanted_here";
import { Wanting } from "./wanting";

const staleMs = 30 * 86_400_000;

export function ProjectKeysCards({ session }: { session: Session }) {
  const list = useContentKeys();
  if (!list.data) return null;
  return shownProjects(list.data, session.projects).map((shown) => (
    <ProjectCard key={shown.project.id} shown={shown} session={session} />
  ));
}

function ProjectCard({ shown, session }: { shown: ShownProject; session: Session }) {
  const { project, name } = shown;
  const { keyring } = useKeys();
  const [making, setMaking] = useState(false);
  const newest = newestKey(project);
  const reads = project.devices.includes(keyring.device?.id ?? "");
  return (
    <section className="card" aria-label={`Content keys of ${name}`}>
      <h2>
        Content keys of <VisibleText text={name} />
      </h2>
      {project.keys.length === 0 && (
        <p className="empty-line">No key yet. What agents ask in clear needs none.</p>
      )}
      <ul className="key-list">
        {[...project.keys]
          .sort((one, other) => other.epoch - one.epoch)
          .map((key) => (
            <KeyRow key={key.kid} shown={shown} listed={key} newest={newest} mayRetire={reads} />
          ))}
      </ul>
      {reads && newest && <WantedHere project={project} newest={newest} />}
      {reads && <Wanting shown={shown} />}
      {newest && <Warnings shown={shown} newest={newest} />}
      {reads && !making && (
        <div>
          <button type="button" className="button" onClick={() => setMaking(true)}>
            {newest ? "Make the next key" : "Make the first key"}
          </button>
        </div>
      )}
      {making && <NextKeyPanel shown={shown} session={session} close={() => setMaking(false)} />}
    </section>
  );
}

function KeyRow(props: {
  shown: ShownProject;
  listed: ProjectKey;
  newest: ProjectKey | undefined;
  mayRetire: boolean;
}) {
  const { listed, newest } = props;
  const api = useApi();
  const client = useQueryClient();
  const { keyring } = useKeys();
  const [asked, setAsked] = useState(false);
  const [problem, setProblem] = useState<string>();
  const old = newest !== undefined && listed.epoch < newest.epoch;
  const retire = async () => {
    setAsked(false);
    try {
      await retireKey(api, keyring, props.shown.project.id, listed.kid);
      await client.invalidateQueries({ queryKey: ["content-keys"] });
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <li data-epoch={listed.epoch}>
      <b>Key {listed.epoch}</b>
      <span className="words" title={listed.kid}>
        {kidWords(listed.kid)}
      </span>
      <KeyStanding listed={listed} newest={newest} />
      {props.mayRetire && old && !listed.retired_at && (
        <span className="confirm">
          {asked ? (
            <>
              <button type="button" className="button" onClick={() => setAsked(false)}>
                Not yet
              </button>
              <button type="button" className="button danger" onClick={() => void retire()}>
                No agent uses it any more
              </button>
            </>
          ) : (
            <button type="button" className="button quiet" onClick={() => setAsked(true)}>
              Retire
            </button>
          )}
        </span>
      )}
      <span className="muted whole-line">
        <Holders shown={props.shown} listed={listed} />; made <Ago at={listed.created_at} />
      </span>
      {problem && (
        <p className="field-problem whole-line" role="alert">
          {problem}
        </p>
      )}
    </li>
  );
}

function KeyStanding(props: { listed: ProjectKey; newest: ProjectKey | undefined }) {
  const { listed, newest } = props;
  if (listed.retired_at) {
    return <span className="badge">retired, still opens what it sealed</span>;
  }
  if (listed === newest) return <span className="state approved">for new requests</span>;
  return <span className="badge">old, still opens what it sealed</span>;
}

function Holders({ shown, listed }: { shown: ShownProject; listed: ProjectKey }) {
  const { keyring } = useKeys();
  const names = listed.holders.map((key) =>
    key === keyring.device?.id ? "this browser" : (shown.deviceOf(key)?.name ?? "a device"),
  );
  if (names.length === 0) return <>No device says that it holds it</>;
  return (
    <>
      On {names.length === 1 ? "one device" : `${names.length} devices`}:{" "}
      <VisibleText text={names.join(", ")} />
    </>
  );
}

// What would be lost, before it is.
function Warnings({ shown, newest }: { shown: ShownProject; newest: ProjectKey }) {
  const now = useServerNow(60_000);
  const silent = newest.holders.flatMap((key) => {
    const device = shown.deviceOf(key);
    const since = device?.seen_at && now - Date.parse(device.seen_at);
    return device && since && since > staleMs ? [{ device, since }] : [];
  });
  return (
    <>
      {newest.holders.length === 1 && (
        <Notice kind="warning" title="One device alone holds the newest key">
          If it is lost, nobody reads what your agents ask. Pair a phone, keep a copy, or have
          somebody else hold it too.
        </Notice>
      )}
      {!newest.sheet_checked_at && (
        <Notice kind="warning" title="Nobody has checked a recovery sheet of the newest key">
          Print one below and type three of its words back.
        </Notice>
      )}
      {silent.map(({ device, since }) => (
        <Notice
          key={device.key}
          kind="warning"
          title={
            <>
              A device of <VisibleText text={device.name} /> has been silent for {span(since)}
            </>
          }
        >
          It still holds the key. If it is lost, revoke it: <code>letsping device revoke</code>,
          or ask an owner. Then make the next key.
        </Notice>
      ))}
    </>
  );
}
