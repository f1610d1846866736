import { useState } from "react";
import type { Session } from "../api/types";
import { useKeys } from "../context";
import { type ContentKey, kidWords } from "../crypto/content_key";
import { CopyButton } from "../ui/copy";
import { Ago } from "../ui/time";
import { VisibleText } from "../ui/visible_text";
import { MakeKey } from "./first_run/key_step";
import { type MadeKey, MadeKeyPanel, PersistenceLine } from "./first_run/made_key";
import { ImportKey } from "./import_key";
import { PasskeysCard } from "./passkeys";
import { ClosedLogs } from "./rollback";
import { UnsignedProjects } from "./unsigned_projects";
import { WaitingProposals } from "./waiting_proposals";

export function KeysView({ session }: { session: Session }) {
  const { keyring } = useKeys();
  const device = keyring.device;
  return (
    <main className="page">
      <h1>Keys</h1>
      <section className="card">
        <h2>Content keys in this browser</h2>
        <p className="muted">
          They decrypt what agents send (LETSPING_ENCRYPTION_KEY). They stay in this browser,
          cannot be shown again, and the server never has them. Compare the words with those on
          your other devices.
        </p>
        <ContentKeys keys={keyring.content} />
        <NewKey session={session} />
        <ImportKey />
        <PersistenceLine />
      </section>
      <section className="card">
        <h2>Device key</h2>
        {device ? (
          <dl className="pairs">
            <dt>Words</dt>
            <dd className="words">{kidWords(device.id)}</dd>
            <dt>Key id</dt>
            <dd className="mono breakable">
              {device.id} <CopyButton text={device.id} what="key id" />
            </dd>
            <dt>Made</dt>
            <dd>
              <Ago at={device.created} />, in this browser. It signs your decisions and cannot be
              exported.
            </dd>
          </dl>
        ) : (
          <p>This browser has no device key: it can show requests but not decide them.</p>
        )}
      </section>
      <PasskeysCard session={session} />
      <section className="card">
        <h2>Who may approve</h2>
        <ClosedLogs session={session} />
        <WaitingProposals session={session} />
        <UnsignedProjects session={session} />
        <Rosters session={session} />
      </section>
    </main>
  );
}

// The same as in the first steps, for whoever skipped them or wants another key.
function NewKey({ session }: { session: Session }) {
  const [made, setMade] = useState<MadeKey>();
  if (!made) {
    return (
      <div>
        <MakeKey done={setMade} />
      </div>
    );
  }
  return (
    <div className="stack">
      <MadeKeyPanel made={made} projects={session.projects.map((project) => project.name)} />
      <div>
        <button type="button" className="button" onClick={() => setMade(undefined)}>
          I have kept it; forget its text
        </button>
      </div>
    </div>
  );
}

function ContentKeys({ keys }: { keys: ContentKey[] }) {
  const { removeContent } = useKeys();
  const [asked, setAsked] = useState<string>();
  if (keys.length === 0) return <p className="empty-line">No content key yet.</p>;
  return (
    <ul className="key-list">
      {keys.map((key) => (
        <li key={key.kid}>
          <span className="words">{key.words}</span>
          <span className="mono muted">{key.kid}</span>
          <span className="muted">
            {key.made ? "made" : "added"} <Ago at={key.added} />
          </span>
          {asked === key.kid ? (
            <span className="confirm">
              <button type="button" className="button" onClick={() => setAsked(undefined)}>
                Keep
              </button>
              <button
                type="button"
                className="button danger"
                onClick={() => void removeContent(key.kid)}
              >
                Remove from this browser
              </button>
            </span>
          ) : (
            <button type="button" className="button quiet" onClick={() => setAsked(key.kid)}>
              Remove
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

function Rosters({ session }: { session: Session }) {
  const { keyring } = useKeys();
  return (
    <ul className="key-list">
      {session.projects
        .filter((project) => project.roster_sha256 !== undefined)
        .map((project) => {
          const pin = keyring.pins[project.id];
          const same = pin?.roster_sha256 === project.roster_sha256;
          return (
            <li key={project.id}>
              <b>
                <VisibleText text={project.name} />
              </b>
              <span className="muted">roster version {project.roster_version}</span>
              {pin && same && <span className="state approved">checked by this browser</span>}
              {pin && !same && <span className="state rejected">not checked</span>}
              {project.single_operator && (
                <span className="badge" title="One person approves alone; the log says so">
                  single operator
                </span>
              )}
              <span className="mono muted breakable">{project.origin}</span>
            </li>
          );
        })}
    </ul>
  );
}
