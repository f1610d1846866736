// What the pages have in common on which an owner signs: what is shown is read once, the key of
// this browser signs it, and what went wrong is said in words.

import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useKeys } from "../context";
import type { DeviceKey } from "../crypto/device_key";
import { Link } from "../route";
import { Notice } from "../ui/notice";

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

// Read once and not refreshed: what is on screen is what will be signed, salts and all.
export function useReadOnce<T>(id: string, load: () => Promise<T>) {
  const [shown, setShown] = useState<T | Error>();
  const again = () => {
    setShown(undefined);
    load().then(setShown, (thrown) => setShown(asError(thrown)));
  };
  const started = useRef<string>(undefined);
  useEffect(() => {
    if (started.current === id) return;
    started.current = id;
    again();
  });
  return { shown, again };
}

export function SigningPage<T>(props: {
  title?: string;
  reading: string;
  shown: T | Error | undefined;
  unshown(error: Error): ReactNode;
  children(shown: T): ReactNode;
}) {
  const { shown } = props;
  return (
    <main className="page">
      <div className="stack">
        {props.title && <h1>{props.title}</h1>}
        {shown === undefined && <p className="muted">{props.reading}</p>}
        {shown instanceof Error && props.unshown(shown)}
        {shown !== undefined && !(shown instanceof Error) && props.children(shown)}
      </div>
    </main>
  );
}

export interface Signing<Done> {
  device: DeviceKey | undefined;
  working: boolean;
  error: Error | undefined;
  run(action: (key: DeviceKey) => Promise<void>, done: Done): Promise<void>;
}

// One action at a time, with the key of this browser; everything else on screen is read anew after
// it.
export function useSigning<Done>(onDone: (done: Done) => void): Signing<Done> {
  const { device } = useKeys().keyring;
  const client = useQueryClient();
  const [state, setState] = useState<"idle" | "working" | Error>("idle");
  return {
    device,
    working: state === "working",
    error: state instanceof Error ? state : undefined,
    run: async (action, done) => {
      if (!device) return;
      setState("working");
      try {
        await action(device);
        onDone(done);
        await client.invalidateQueries();
      } catch (thrown) {
        setState(asError(thrown));
      }
    },
  };
}

export function SignButtons<Done>(props: {
  signing: Signing<Done>;
  label: string;
  working?: string;
  may?: boolean;
  sign(): void;
  withdraw?(): void;
}) {
  const { signing, may = true } = props;
  const unable = signing.device === undefined || signing.working;
  return (
    <div className="form-actions">
      <button
        type="button"
        className="button primary"
        disabled={unable || !may}
        onClick={props.sign}
      >
        {signing.working ? (props.working ?? "Signing…") : props.label}
      </button>
      {props.withdraw && (
        <button type="button" className="button" disabled={unable} onClick={props.withdraw}>
          Withdraw it
        </button>
      )}
    </div>
  );
}

export function DoneNotice(props: {
  title: string;
  to?: { href: string; label: string };
  children: ReactNode;
}) {
  const { href, label } = props.to ?? { href: "/", label: "Inbox" };
  return (
    <Notice
      kind="info"
      title={props.title}
      actions={
        <Link href={href} className="button">
          {label}
        </Link>
      }
    >
      {props.children}
    </Notice>
  );
}

// What the server says is not what this browser knows.
export function Tampered({ error }: { error: Error }) {
  return (
    <Notice kind="problem" title="Nothing can be signed" alert>
      {error.message} Somebody may have changed the server's data: compare with another owner
      before you go on.
    </Notice>
  );
}

export function NotAnOwner() {
  return (
    <Notice kind="warning" title="An owner signs here">
      You are signed in with a key that is no owner's. Send this link to an owner.
    </Notice>
  );
}

export function NotWaiting({ what }: { what: string }) {
  return (
    <Notice kind="info" title={`This ${what} does not wait any more`}>
      It was signed or withdrawn, or its 30 minutes are over. Whoever needs it asks again.
    </Notice>
  );
}

export function TimeIsOver({ children }: { children: string }) {
  return (
    <Notice kind="warning" title="Its time is over">
      {children} Whoever needs it asks again.
    </Notice>
  );
}

export function Stale(props: {
  title: string;
  label?: string;
  again(): void;
  children: ReactNode;
}) {
  return (
    <Notice
      kind="warning"
      title={props.title}
      actions={
        <button type="button" className="button" onClick={props.again}>
          {props.label ?? "Show it anew"}
        </button>
      }
      alert
    >
      {props.children}
    </Notice>
  );
}

export function NoAnswer({ error }: { error: Error }) {
  return (
    <Notice kind="warning" title="The server does not answer" alert>
      {error.message}
    </Notice>
  );
}

// The answer was lost, and with it whether the signature counted.
export function AnswerLost({ children }: { children: ReactNode }) {
  return (
    <Notice kind="warning" title="The server did not answer" alert>
      {children}
    </Notice>
  );
}
