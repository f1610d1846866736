import type { Session } from "../api/types";
import { useKeys } from "../context";
import { Link } from "../route";
import { CopyButton } from "../ui/copy";

// Nothing has ever been asked: how an agent asks for the first time.
export function FirstRequest({ session }: { session: Session }) {
  const { keyring } = useKeys();
  const [key] = keyring.content;
  const project = session.projects[0]?.name ?? "default";
  const snippet = [
    `export LETSPING_BASE_URL=${location.origin}/api/`,
    "export LETSPING_API_KEY=…          # from the server, see below",
    "export LETSPING_ENCRYPTION_KEY=…   # the content key",
    "pip install letsping",
    "python -m letsping.quickstart",
  ].join("\n");
  const create = `letsping key create --data DIR --project ${project} --name my-agent`;
  return (
    <div className="first">
      <h2>Your agent's first request appears here</h2>
      <p>
        Any published LetsPing client works; only its address changes. In the shell of your agent:
      </p>
      <div className="code-block">
        <CopyButton text={snippet} what="commands" />
        <pre>{snippet}</pre>
      </div>
      <p>The API key of an agent is made on the server, once:</p>
      <div className="code-block">
        <CopyButton text={create} what="command" />
        <pre>{create}</pre>
      </div>
      {key ? (
        <p className="muted">
          What the agent sends is encrypted with the content key{" "}
          <b className="words">{key.words}</b>. The server stores it and cannot read it; this
          browser can.
        </p>
      ) : (
        <p className="muted">
          This browser has no content key yet, so it could not read what the agent sends.{" "}
          <Link href="/settings">Add the content key</Link>
        </p>
      )}
      <p className="waiting-line" role="status">
        <span aria-hidden className="pulse" /> Waiting for the first request
      </p>
    </div>
  );
}
