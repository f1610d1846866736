// Keys and devices: what decrypts, who holds it, what would be lost with this browser, and how
// another device gets in.

import type { Session } from "../../api/types";
import { useKeys } from "../../context";
import { kidWords } from "../../crypto/content_key";
import { CopyButton } from "../../ui/copy";
import "../../ui/keys.css";
import { Ago } from "../../ui/time";
import { VisibleText } from "../../ui/visible_text";
import { PersistenceLine } from "../first_run/made_key";
import { ImportKey } from "../import_key";
import { PasskeysCard } from "../passkeys";
import { ClosedLogs } from "../rollback";
import { UnsignedProjects } from "../unsigned_projects";
import { WaitingProposals } from "../waiting_proposals";
import { CopiesCard } from "./copies_card";
import { HeldKeys } from "./held_keys";
import { LockCard } from "./lock_card";
import { PairCard } from "./pair_card";
import { ProjectKeysCards } from "./project_keys";

export function KeysView({ session }: { session: Session }) {
  return (
    <main className="page">
      <h1>Keys and devices</h1>
      <ProjectKeysCards session={session} />
      <section className="card">
        <h2>Content keys in this browser</h2>
        <p className="muted">
          They decrypt what agents send (LETSPING_ENCRYPTION_KEY). The server never has them. They
          leave this browser when you hand them on or print a recovery sheet. Compare the words
          with those on your other devices.
        </p>
        <HeldKeys session={session} />
        <ImportKey />
        <PersistenceLine />
      </section>
      <CopiesCard session={session} />
      <PairCard session={session} />
      <DeviceKeyCard />
      <PasskeysCard session={session} />
      <LockCard />
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

function DeviceKeyCard() {
  const { device } = useKeys().keyring;
  return (
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
