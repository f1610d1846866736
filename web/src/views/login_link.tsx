// A member brings this browser: its key is made here, and counts once an owner has signed for it.

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { isReason } from "../api/client";
import { bringDevice, type LoginLinkState, readLoginLink } from "../api/rosters";
import { login } from "../api/sign_in";
import { useApi, useKeys } from "../context";
import { generateDeviceKey } from "../crypto/device_key";
import { Link, navigate } from "../route";
import { Notice } from "../ui/notice";
import { Clock } from "../ui/time";
import { VisibleText } from "../ui/visible_text";
import { DeviceKeyStep } from "./device_key_step";
import { ContentKeyLine, useImportedKey } from "./imported_key";
import { KeyFingerprint } from "./proposal_words";

const pollMs = 3_000;

export function LoginLinkView(props: { token: string; contentKey: string | undefined }) {
  const { token } = props;
  const api = useApi();
  const imported = useImportedKey(props.contentKey);
  const [link, setLink] = useState<LoginLinkState | Error>();
  const started = useRef(false);
  useEffect(() => {
    if (started.current) return;
    started.current = true;
    readLoginLink(api, token).then(setLink, setLink);
  }, [api, token]);
  return (
    <main className="page narrow">
      <img src="/icon.svg" alt="" width={40} height={40} />
      <h1>Approve from this browser</h1>
      {link === undefined && <p className="muted">Checking the link…</p>}
      {link instanceof Error && <LinkProblem error={link} />}
      {link && !(link instanceof Error) && (
        <Member link={link} token={token} update={setLink}>
          <ContentKeyLine imported={imported} />
        </Member>
      )}
    </main>
  );
}

function Member(props: {
  link: LoginLinkState;
  token: string;
  update(link: LoginLinkState | Error): void;
  children: React.ReactNode;
}) {
  const { link } = props;
  const { keyring } = useKeys();
  const ours = link.key !== undefined && link.key === keyring.device?.id;
  if (link.key !== undefined && !ours) return <Used />;
  if (link.state === "fresh") return <Bring {...props} />;
  if (link.state === "refused") return <Refused />;
  return <Waiting {...props} />;
}

function Bring(props: {
  link: LoginLinkState;
  token: string;
  update(link: LoginLinkState | Error): void;
  children: React.ReactNode;
}) {
  const { link, token } = props;
  const api = useApi();
  const keys = useKeys();
  const [state, setState] = useState<"idle" | "working" | Error>("idle");
  const bring = async () => {
    setState("working");
    try {
      const device = keys.keyring.device ?? (await generateDeviceKey(new Date().toISOString()));
      // Stored first: a key that an owner signs for must not be lost.
      await keys.saveDevice(device);
      await bringDevice(api, token, device);
      props.update(await readLoginLink(api, token));
    } catch (error) {
      setState(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return (
    <div className="stack">
      <p>
        You are{" "}
        <b>
          <VisibleText text={link.member.name} />
        </b>
        . Three things happen:
      </p>
      <ol className="steps">
        <DeviceKeyStep />
        <li>{props.children}</li>
        <li>
          <strong>An owner signs for it.</strong> Until then it opens and decides nothing.
        </li>
      </ol>
      <div>
        <button
          type="button"
          className="button primary"
          disabled={state === "working"}
          onClick={() => void bring()}
        >
          {state === "working" ? "Making the key…" : "Make the key"}
        </button>
      </div>
      {state instanceof Error && <LinkProblem error={state} />}
    </div>
  );
}

function Waiting(props: {
  link: LoginLinkState;
  token: string;
  update(link: LoginLinkState | Error): void;
}) {
  const { link, token, update } = props;
  const api = useApi();
  const client = useQueryClient();
  const { keyring } = useKeys();
  const device = keyring.device;
  useEffect(() => {
    if (link.state !== "waiting") return;
    const timer = setInterval(() => {
      readLoginLink(api, token).then(update, (error) => {
        // A moment without an answer is not the end; that the link has ended is.
        if (isReason(error, "login_link_expired", "login_link_invalid")) update(error);
      });
    }, pollMs);
    return () => clearInterval(timer);
  }, [api, token, link.state, update]);
  const entered = useRef(false);
  useEffect(() => {
    if (link.state !== "counted" || !device || entered.current) return;
    entered.current = true;
    login(api, device, location.origin).then((session) => {
      client.setQueryData(["session"], session);
      void navigator.storage?.persist?.();
      navigate("/", "replace");
    }, update);
  }, [api, client, device, link.state, update]);
  if (link.state === "counted") return <p>An owner has signed. Signing you in…</p>;
  return (
    <div className="stack">
      <Notice kind="info" title="An owner has to sign for this key">
        Tell an owner that you are here, and read these words to them, by telephone or face to
        face. They find the change in their inbox and compare. Keep this page open; it goes on by
        itself. An owner can sign until <Clock at={link.expires_at} />.
      </Notice>
      {device && <KeyFingerprint id={device.id} />}
    </div>
  );
}

function Used() {
  return (
    <Notice kind="problem" title="This link was used in another browser" alert>
      It works once. If that was not you, tell an owner at once not to sign: they see a change
      that waits for them. For this browser ask for a new link.
    </Notice>
  );
}

function Refused() {
  return (
    <Notice kind="warning" title="No owner has signed" alert>
      The change was withdrawn, or nobody signed in time. Ask an owner for a new link: the key of
      this browser stays, and can be brought again.
    </Notice>
  );
}

function LinkProblem({ error }: { error: Error }) {
  if (isReason(error, "login_link_expired")) {
    return (
      <Notice kind="problem" title="This link has been used or is too old" alert>
        If your key counts already, <Link href="/">sign in</Link>. Otherwise ask for a new one:{" "}
        <code>letsping login-link</code> on the server prints it.
      </Notice>
    );
  }
  if (isReason(error, "login_link_invalid")) {
    return (
      <Notice kind="problem" title="This is not a link of this server" alert>
        Perhaps it was cut off while copying. Open exactly what you were sent.
      </Notice>
    );
  }
  if (isReason(error, "roster_mismatch")) {
    return (
      <Notice kind="problem" title="This browser has a key already" alert>
        It belongs to somebody here, or did. Open the link in the browser, or the profile, that
        you will approve from.
      </Notice>
    );
  }
  if (isReason(error, "attempts_limited")) {
    return (
      <Notice kind="warning" title="Too many attempts" alert>
        This server slows down attempts from your network. Wait a minute, then open the link
        again.
      </Notice>
    );
  }
  return (
    <Notice kind="warning" title="It did not work" alert>
      {error.message} Open the link again.
    </Notice>
  );
}
