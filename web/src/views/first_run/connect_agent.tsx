import { useEffect, useState } from "react";
import type { Session } from "../../api/types";
import { useKeys } from "../../context";
import type { ContentKey } from "../../crypto/content_key";
import { Link } from "../../route";
import { CopyButton } from "../../ui/copy";
import { Tabs } from "../../ui/tabs";
import { curl, environment, python, typescript } from "./snippets";

type Tab = "Python" | "TypeScript" | "curl";
const tabs = (["Python", "TypeScript", "curl"] as const).map((name) => [name, name] as const);

// Three things to copy: a command for the server, the agent's environment, its first lines.
export function ConnectAgent(props: { session: Session; keyText: string }) {
  const { keyring } = useKeys();
  const [tab, setTab] = useState<Tab>("Python");
  const [apiKey, setApiKey] = useState("");
  const [key] = keyring.content;
  const project = props.session.projects[0]?.name ?? "default";
  const code = useSnippet(tab, key);
  const lines = environment({
    origin: location.origin,
    apiKey: apiKey.trim(),
    contentKey: props.keyText,
    words: key?.words,
  });
  return (
    <ol className="steps connect">
      <li>
        <h2>Make an API key for the agent, on the server</h2>
        <Code
          text={`letsping key create --data DIR --project ${project} --name my-agent`}
          what="command"
        />
        <label className="field">
          <span>Paste it here to fill in the lines below</span>
          <input
            className="input mono"
            autoComplete="off"
            spellCheck={false}
            placeholder="lp_agent_…"
            value={apiKey}
            onChange={(event) => setApiKey(event.target.value)}
          />
          <small>Stays on this page; it is not sent.</small>
        </label>
      </li>
      <li>
        <h2>Give the agent its environment</h2>
        <Code text={lines} what="environment" />
        {props.keyText !== "" && (
          <p className="muted">
            The content key is filled in for the last time: leaving this page forgets it.
          </p>
        )}
        {!key && (
          <p className="muted">
            This browser has no content key yet, so it could not read what the agent sends.{" "}
            <Link href="/settings">Add the content key</Link>
          </p>
        )}
      </li>
      <li>
        <h2>Ask for the first time</h2>
        <Tabs label="Language" tabs={tabs} chosen={tab} choose={setTab} />
        <div role="tabpanel" id={`panel-${tab}`} aria-labelledby={`tab-${tab}`}>
          <Code text={code} what={`${tab} lines`} />
        </div>
        {tab === "curl" && key && (
          <p className="muted">The payload was sealed in this browser just now.</p>
        )}
      </li>
    </ol>
  );
}

function useSnippet(tab: Tab, key: ContentKey | undefined): string {
  const [sealed, setSealed] = useState("");
  useEffect(() => {
    let current = true;
    void curl(key).then((text) => {
      if (current) setSealed(text);
    });
    return () => {
      current = false;
    };
  }, [key]);
  return { Python: python, TypeScript: typescript, curl: sealed }[tab].trimEnd();
}

function Code({ text, what }: { text: string; what: string }) {
  return (
    <div className="code-block">
      <CopyButton text={text} what={what} />
      <pre data-testid={what}>{text}</pre>
    </div>
  );
}
