import { useEffect, useState } from "react";
import { fromBase64 } from "../../crypto/bytes";
import { keyToWords } from "../../crypto/key_words";
import { Qr } from "../../ui/qr";
import type { MadeKey } from "./made_key";

// What comes out of the printer, and only there. Type it in on another day, on another machine.
export function RecoverySheet(props: { made: MadeKey; projects: string[]; words?: string[] }) {
  const { made, projects } = props;
  const { key, text } = made;
  const groups = text.match(/.{1,4}/g) ?? [];
  const words = useWords(text, props.words);
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
      <div className="recovery-ways">
        <ol className="recovery-words">
          {words.map((word, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: words may repeat and never move.
            <li key={index}>{word}</li>
          ))}
        </ol>
        <Qr text={text} label="The content key" />
      </div>
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
          with or without the spaces, capitals matter; or the {words.length} words in their order,
          or scan the square. The page answers with the four words of the key id: they must be
          those on this sheet.
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

function useWords(text: string, known: string[] | undefined): string[] {
  const [words, setWords] = useState(known ?? []);
  useEffect(() => {
    let current = true;
    const raw = fromBase64(text);
    if (known || !raw) return;
    void keyToWords(raw).then((made) => {
      raw.fill(0);
      if (current) setWords(made);
    });
    return () => {
      current = false;
    };
  }, [text, known]);
  return words;
}
