import type { MadeKey } from "./made_key";

// What comes out of the printer, and only there. Type it in on another day, on another machine.
export function RecoverySheet({ made, projects }: { made: MadeKey; projects: string[] }) {
  const { key, text } = made;
  const groups = text.match(/.{1,4}/g) ?? [];
  return (
    <section className="recovery-sheet" aria-hidden data-testid="recovery-sheet">
      <h1>LetsPing recovery sheet</h1>
      <p className="recovery-what">
        The content key of {projects.length === 1 ? "the project" : "the projects"}{" "}
        <b>{projects.join(", ")}</b> on <b>{location.origin}</b>
      </p>
      <p className="recovery-key">
        {groups.map((group, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: groups may repeat and never move.
          <span key={index}>{group}</span>
        ))}
      </p>
      <dl>
        <dt>Words</dt>
        <dd>{key.words}</dd>
        <dt>Key id</dt>
        <dd>{key.kid}</dd>
        <dt>Made</dt>
        <dd>{key.added.slice(0, 16).replace("T", " ")} UTC</dd>
      </dl>
      <h2>What this is</h2>
      <p>
        32 random bytes in base64. Agents encrypt with them what they ask, approvers' browsers
        decrypt it. The server does not have them. Whoever holds this sheet can read every payload
        of the project, and could write some; they cannot approve anything.
      </p>
      <h2>How to use it</h2>
      <ol>
        <li>
          In a browser that is signed in: Keys, then “Add a content key”. Type the groups above,
          with or without the spaces; capitals matter. The page answers with the words: they must
          be those on this sheet.
        </li>
        <li>
          For an agent: the same characters without spaces, as LETSPING_ENCRYPTION_KEY in its
          environment.
        </li>
      </ol>
      <h2>If it is lost, or seen by somebody else</h2>
      <p>
        Lost together with every browser and agent that holds it: what was encrypted with it
        cannot be read any more; the log of decisions stays whole. Seen: make a new key under
        Keys, give it to your agents, and keep the old one only to look back.
      </p>
    </section>
  );
}
