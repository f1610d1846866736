// A change of a roster, in words. Names come from whoever asked for it, so they are shown with
// everything that hides in them.

import { type ReactNode, useEffect, useState } from "react";
import type { NextVersion, Proposal } from "../api/rosters";
import { fromBase64, fromHex, hex, sha256 } from "../crypto/bytes";
import type { Entry, IssuerRange, LogRange } from "../crypto/roster_chain";
import { difference } from "../crypto/roster_wish";
import { eightWords } from "../crypto/words";
import { CopyButton } from "../ui/copy";
import { VisibleText } from "../ui/visible_text";

export function roleWords(roles: string[]): string {
  const words = roles.map((role) => role.replace("_", " "));
  return words.length === 0 ? "no role" : words.join(" and ");
}

export function ProposalTitle({ proposal }: { proposal: Proposal }) {
  if (proposal.act === "rotate_issuer") {
    return (
      <>
        Let a new key of the server sign the events of{" "}
        <VisibleText text={proposal.project.name} />
      </>
    );
  }
  if (proposal.act === "rotate_log_key") {
    return (
      <>
        Let a new key sign the log of <VisibleText text={proposal.project.name} />
      </>
    );
  }
  const name = <VisibleText text={proposal.member.name} />;
  switch (proposal.act) {
    case "add_member":
      return (
        <>
          Add {name} as {roleWords(proposal.roles ?? [])}
        </>
      );
    case "change_member":
      return (
        <>
          Make {name} {roleWords(proposal.roles ?? [])}
        </>
      );
    case "remove_member":
      return <>Remove {name}</>;
    case "add_device":
      return <>Let a new device sign for {name}</>;
    case "add_passkey":
      return <>Let a passkey sign for {name}</>;
    case "revoke_device":
      return <>Take a key of {name} its right to decide</>;
  }
}

// The fingerprint of a key, twice: to read out, and whole.
export function KeyFingerprint({ id }: { id: string }) {
  return (
    <dl className="pairs">
      <dt>Words</dt>
      <dd className="words">{eightWords(fromHex(id))}</dd>
      <dt>Key id</dt>
      <dd className="mono breakable">
        {id} <CopyButton text={id} what="key id" />
      </dd>
    </dl>
  );
}

export function VersionDifference(props: { version: NextVersion; names: Map<string, string> }) {
  const { project, entries, issuer, log, becomesTeam } = props.version;
  const { gone, come } = difference(project.roster.entries, entries);
  const from = project.roster.head.version;
  return (
    <section className="card roster-change">
      <h2>
        <VisibleText text={project.name} />
      </h2>
      <p className="muted">
        Roster version {from} to {from + 1}
      </p>
      {gone.length + come.length > 0 && (
        <ul className="roster-lines">
          {gone.map((entry) => (
            <EntryLine key={`-${entry.salt}`} entry={entry} names={props.names} sign="−" />
          ))}
          {come.map((entry) => (
            <EntryLine key={`+${entry.salt}`} entry={entry} names={props.names} sign="+" />
          ))}
        </ul>
      )}
      {issuer && <IssuerLines before={project.roster.head.issuer} after={issuer} />}
      {log && <LogKeyLines before={project.roster.head.log} after={log} />}
      {becomesTeam && (
        <p>
          <strong>The project becomes a team, for ever:</strong> who owns an agent cannot approve
          its requests of the levels high and critical any more.
        </p>
      )}
    </section>
  );
}

// Which key of the server signs until when, and which one after it.
function IssuerLines({ before, after }: { before: IssuerRange[]; after: IssuerRange[] }) {
  const goes = useKeyId(before.at(-1)?.spki);
  const comes = useKeyId(after.at(-1)?.spki);
  const from = after.at(-1)?.from.toLocaleString("en");
  return (
    <HandOver
      gone={
        <>
          key of the server <span className="mono breakable">{goes}</span>, before entry {from}
        </>
      }
      come={
        <>
          key of the server <span className="mono breakable">{comes}</span>, from entry {from} on
        </>
      }
    />
  );
}

function LogKeyLines({ before, after }: { before: LogRange[]; after: LogRange[] }) {
  const goes = before.at(-1)?.vkey;
  const comes = after.at(-1)?.vkey;
  const from = after.at(-1)?.from.toLocaleString("en");
  return (
    <HandOver
      gone={
        <>
          key of the log <span className="mono breakable">{goes}</span>, below {from} entries
        </>
      }
      come={
        <>
          key of the log <span className="mono breakable">{comes}</span>, from {from} entries on
        </>
      }
    />
  );
}

function HandOver({ gone, come }: { gone: ReactNode; come: ReactNode }) {
  return (
    <ul className="roster-lines">
      <li className="gone">
        <span className="sign" role="img" aria-label="goes">
          −
        </span>
        <span>{gone}</span>
      </li>
      <li className="come">
        <span className="sign" role="img" aria-label="comes">
          +
        </span>
        <span>{come}</span>
      </li>
    </ul>
  );
}

export function EntryLine(props: { entry: Entry; names: Map<string, string>; sign: "+" | "−" }) {
  const { entry, sign } = props;
  const key = useKeyId(entry.spki);
  return (
    <li className={sign === "+" ? "come" : "gone"}>
      <span className="sign" role="img" aria-label={sign === "+" ? "comes" : "goes"}>
        {sign}
      </span>
      <span>
        <b>
          <VisibleText text={props.names.get(entry.member) ?? "somebody"} />
        </b>{" "}
        <span className="mono muted breakable">{entry.member}</span>, {roleWords(entry.roles)}
        {entry.groups.length > 0 && <>, in {entry.groups.join(", ")}</>},{" "}
        {entry.spki ? (
          <>
            {entry.rpId ? `passkey of ${entry.rpId}, key ` : "key "}
            <span className="mono breakable">{key}</span>
          </>
        ) : (
          "no key yet"
        )}
      </span>
    </li>
  );
}

function useKeyId(spki: string | undefined): string {
  const [id, setId] = useState("");
  useEffect(() => {
    const bytes = spki === undefined ? undefined : fromBase64(spki);
    if (bytes) void sha256(bytes).then((digest) => setId(hex(digest)));
  }, [spki]);
  return id;
}
