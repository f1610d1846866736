import { KeyRound } from "lucide-react";
import { useState } from "react";
import { useKeys } from "../../context";
import { type ContentKey, makeContentKey } from "../../crypto/content_key";
import { Notice } from "../../ui/notice";
import { Ago } from "../../ui/time";
import { ImportKey } from "../import_key";
import { type MadeKey, MadeKeyPanel, PersistenceLine } from "./made_key";

export function KeyStep(props: {
  made: MadeKey | undefined;
  projects: string[];
  setMade(made: MadeKey): void;
  next(): void;
}) {
  const { made } = props;
  const { keyring } = useKeys();
  const [kept, setKept] = useState(false);
  const [key] = keyring.content;
  if (made) {
    return (
      <>
        <h1>Your content key</h1>
        <MadeKeyPanel made={made} projects={props.projects} />
        <PersistenceLine />
        <label className="switch plain">
          <input
            type="checkbox"
            checked={kept}
            onChange={(event) => setKept(event.target.checked)}
          />
          <span>I have kept the key where I can find it again</span>
        </label>
        <button type="button" className="button primary" disabled={!kept} onClick={props.next}>
          Go on to your agent
        </button>
      </>
    );
  }
  return (
    <>
      <h1>Content key</h1>
      {key ? <Present keyHere={key} next={props.next} /> : <Choose {...props} />}
    </>
  );
}

function Choose(props: { setMade(made: MadeKey): void; next(): void }) {
  return (
    <>
      <p>
        Agents encrypt what they ask, and this browser decrypts it. The key for that is made here,
        and you give it to your agents. The server never has it: its disk, its log and its backups
        hold ciphertext only.
      </p>
      <MakeKey done={props.setMade} primary />
      <section className="card quiet-card">
        <h2>Your agents have a key already?</h2>
        <ImportKey />
      </section>
      <button type="button" className="button quiet" onClick={props.next}>
        Skip for now; requests stay unreadable until there is a key
      </button>
    </>
  );
}

export function MakeKey(props: { done(made: MadeKey): void; primary?: boolean }) {
  const { addContent, wrapKey } = useKeys();
  const [state, setState] = useState<"idle" | "making" | { problem: string }>("idle");
  const make = async () => {
    setState("making");
    try {
      const made = await makeContentKey(new Date().toISOString(), await wrapKey());
      // Stored before it is shown: a key that agents got and this browser lost helps nobody.
      await addContent(made.key);
      props.done(made);
    } catch (error) {
      setState({ problem: error instanceof Error ? error.message : String(error) });
    }
  };
  return (
    <>
      <button
        type="button"
        className={props.primary ? "button primary large" : "button"}
        disabled={state === "making"}
        onClick={() => void make()}
      >
        <KeyRound aria-hidden size={16} /> Make a key in this browser
      </button>
      {typeof state === "object" && (
        <Notice kind="problem" title="The key could not be made" alert>
          {state.problem}
        </Notice>
      )}
    </>
  );
}

function Present({ keyHere, next }: { keyHere: ContentKey; next(): void }) {
  return (
    <>
      <div className="key-card">
        <dl className="pairs">
          <dt>Words</dt>
          <dd className="words">{keyHere.words}</dd>
          <dt>Key id</dt>
          <dd className="mono">{keyHere.kid}</dd>
          <dt>Here since</dt>
          <dd>
            <Ago at={keyHere.added} />
            {keyHere.made ? ", made in this browser" : ", brought from elsewhere"}
          </dd>
        </dl>
      </div>
      <p>
        <b>Its text is not shown again here.</b> If you did not keep it, print a recovery sheet
        under Keys, or make the next one there and give that to your agents.
      </p>
      <PersistenceLine />
      <button type="button" className="button primary" onClick={next}>
        Go on to your agent
      </button>
    </>
  );
}
