import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useEffect, useRef } from "react";
import { entryOf, type LogPage, statementText } from "../../audit/entry";
import { useApi } from "../../context";
import { Link } from "../../route";
import { CopyButton } from "../../ui/copy";
import { useShortcuts } from "../../ui/shortcuts";
import { utc } from "../../ui/time";
import { VisibleText } from "../../ui/visible_text";
import { deed, how, who } from "./words";

interface Inclusion {
  hashes: string[];
  index: number;
  size: number;
}

// One entry: what it says, its statement to the letter, and the way from its leaf to the root.
export function EntryDrawer(props: {
  log: string;
  index: number;
  nameOf(id: string): string;
  close(): void;
  find(query: string): void;
}) {
  const { log, index, close } = props;
  const api = useApi();
  const heading = useRef<HTMLHeadingElement>(null);
  useShortcuts({ Escape: close });
  useEffect(() => heading.current?.focus(), []);
  const page = useQuery({
    queryKey: ["log-entry", log, index],
    queryFn: () => api.get<LogPage>(`/log/${log}/statements?first=${index}&count=1`),
  });
  const leaf = page.data?.leaves[0];
  return (
    <aside className="entry-drawer" aria-label={`Entry ${index}`}>
      <div className="entry-head">
        <h2 ref={heading} tabIndex={-1}>
          Entry {index}
        </h2>
        <button type="button" className="icon-button" onClick={close} aria-label="Close">
          <X aria-hidden size={17} />
        </button>
      </div>
      {page.isError && <p role="alert">It could not be read. {page.error.message}</p>}
      {page.data && !leaf && <p>The log has no such entry yet.</p>}
      {leaf && (
        <>
          <Facts {...props} page={page.data as LogPage} />
          <Statement text={statementText(leaf)} />
          <Ladder log={log} index={index} />
          <div className="form-actions">
            <a
              className="button"
              href={`/log/${log}/receipt/${index}`}
              download={name(log, index)}
            >
              Download receipt
            </a>
            <a className="button" href="/verify" target="_blank" rel="noopener">
              Open Verify
            </a>
            <CopyButton text={leaf.leaf} what="leaf" label="Copy leaf" />
          </div>
        </>
      )}
      {!page.data && !page.isError && <p aria-busy="true">Reading…</p>}
    </aside>
  );
}

const name = (log: string, index: number) => `receipt-${log.slice(0, 8)}-${index}.json`;

function Facts(props: { page: LogPage; nameOf(id: string): string; find(query: string): void }) {
  const [leaf] = props.page.leaves;
  if (!leaf) return null;
  const entry = entryOf(leaf);
  const request = /^req_/.test(entry.stream);
  return (
    <dl className="pairs">
      <dt>What</dt>
      <dd>
        {deed(entry)} <span className="muted mono">{entry.type}</span>
      </dd>
      <dt>By</dt>
      <dd>
        <VisibleText text={who(entry, props.nameOf)} />{" "}
        {entry.actor.id !== "" && <span className="muted mono breakable">{entry.actor.id}</span>}
      </dd>
      {!entry.erased && (
        <>
          <dt>With</dt>
          <dd>{how(entry)}</dd>
          <dt>When</dt>
          <dd>{utc(entry.time)}</dd>
        </>
      )}
      <dt>Of</dt>
      <dd>
        {request ? (
          <Link href={`/requests/${entry.stream}`} className="mono breakable">
            {entry.stream}
          </Link>
        ) : (
          <span className="mono breakable">{entry.stream}</span>
        )}{" "}
        <button
          type="button"
          className="link-button"
          onClick={() => props.find(`stream:${entry.stream}`)}
        >
          all its events
        </button>
      </dd>
      {entry.marks.length > 0 && (
        <>
          <dt>Marks</dt>
          <dd>{entry.marks.join(", ")}</dd>
        </>
      )}
    </dl>
  );
}

function Statement({ text }: { text: string | undefined }) {
  if (text === undefined) {
    return (
      <p className="muted">
        What it said was erased, with an owner's signature. Its hash stays in the log, so that the
        rest can still be verified.
      </p>
    );
  }
  return (
    <section>
      <h3>
        Statement, to the letter <CopyButton text={text} what="statement" />
      </h3>
      <pre className="statement">
        <VisibleText text={text} />
      </pre>
    </section>
  );
}

// From the leaf to the root: at each step the hash beside it.
function Ladder({ log, index }: { log: string; index: number }) {
  const api = useApi();
  const proof = useQuery({
    queryKey: ["log-proof", log, index],
    queryFn: () => api.get<Inclusion>(`/log/${log}/proof/inclusion?index=${index}`),
  });
  if (!proof.data) return null;
  const { hashes, size } = proof.data;
  return (
    <section>
      <h3>
        The way to the root of {size.toLocaleString("en")} entries{" "}
        <CopyButton text={JSON.stringify(proof.data)} what="proof" />
      </h3>
      <ol className="ladder">
        {hashes.map((hash, step) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place.
          <li key={step}>
            <span className="mono breakable">{hash}</span>
          </li>
        ))}
        <li className="root">root, signed by the log's key</li>
      </ol>
    </section>
  );
}
