import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { ApiError, isReason } from "../api/client";
import { beginSetup, finishSetup } from "../api/sign_in";
import type { SetupBegin } from "../api/types";
import { useApi, useKeys } from "../context";
import { generateDeviceKey } from "../crypto/device_key";
import { Link, navigate } from "../route";
import type { OneTimeLink } from "../setup_link";
import { Notice } from "../ui/notice";
import { VisibleText } from "../ui/visible_text";
import { DeviceKeyStep } from "./device_key_step";
import { Steps } from "./first_run/steps";
import { ContentKeyLine, type Imported, useImportedKey } from "./imported_key";

export function SetupView({ link }: { link: OneTimeLink }) {
  const api = useApi();
  const imported = useImportedKey(link.contentKey);
  const [begun, setBegun] = useState<SetupBegin | ApiError>();
  const started = useRef(false);
  useEffect(() => {
    if (!link.token || started.current) return;
    started.current = true;
    beginSetup(api, link.token).then(setBegun, setBegun);
  }, [api, link.token]);
  return (
    <main className="page narrow first-run">
      <img src="/icon.svg" alt="" width={36} height={36} />
      {link.token && <Steps at={1} />}
      <h1>Set up LetsPing</h1>
      {!link.token && <NoToken />}
      {begun instanceof ApiError && <BeginProblem error={begun} />}
      {link.token && begun && !(begun instanceof ApiError) && (
        <SetupForm
          token={link.token}
          begin={begun}
          imported={imported}
          importing={link.contentKey !== undefined && imported === undefined}
        />
      )}
      {link.token && !begun && <p className="muted">Checking the link…</p>}
    </main>
  );
}

function SetupForm(props: {
  token: string;
  begin: SetupBegin;
  imported: Imported;
  importing: boolean; // the key of the link is on its way into this browser
}) {
  const { begin, imported, importing } = props;
  const api = useApi();
  const keys = useKeys();
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [state, setState] = useState<"idle" | "working" | ApiError | Error>("idle");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setState("working");
    try {
      const device = keys.keyring.device ?? (await generateDeviceKey(new Date().toISOString()));
      // Stored first: once the server knows the key as its owner, losing it would lock everybody
      // out.
      await keys.saveDevice(device);
      const finish = (terms: SetupBegin) =>
        finishSetup(api, props.token, name.trim(), device, terms);
      // The terms are good for half an hour. A page that was open longer asks for new ones.
      const pins = await finish(begin).catch(async (error) => {
        if (!isReason(error, "roster_mismatch")) throw error;
        return finish(await beginSetup(api, props.token));
      });
      await keys.addPins(pins);
      void navigator.storage?.persist?.();
      await client.invalidateQueries();
      // A key that came along belongs to agents that are about to ask.
      navigate(keys.keyring.content.length > 0 ? "/" : "/setup?step=key", "replace");
    } catch (error) {
      setState(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      <p>
        You become the owner of this server. {imported ? "Three" : "Two"} things happen, all in
        this browser:
      </p>
      <ol className="steps">
        <DeviceKeyStep />
        {imported && (
          <li>
            <ContentKeyLine imported={imported} />
          </li>
        )}
        <li>
          <strong>You sign who may approve.</strong>{" "}
          {begin.projects.length === 1 ? "The project " : "The projects "}
          {begin.projects.map((project, index) => (
            <span key={project.id}>
              {index > 0 && ", "}
              <b>
                <VisibleText text={project.name} />
              </b>
            </span>
          ))}{" "}
          {begin.projects.length === 1 ? "gets" : "get"} a roster with you as the only approver.
        </li>
      </ol>
      {begin.marks.includes("test") && (
        <Notice kind="warning" title="This is a test server">
          Its data was made with a test approver. Receipts from it are marked as test for ever.
        </Notice>
      )}
      {begin.marks.includes("demo") && (
        <Notice kind="info" title="This is a demo until it goes live">
          The server is known by a name of this machine only. Its receipts are marked as demo. To
          set it up for real at once, start it with <code>server.public_url</code> first.
        </Notice>
      )}
      <label className="field">
        <span>Your name</span>
        <input
          className="input"
          value={name}
          onChange={(event) => setName(event.target.value)}
          autoComplete="name"
          maxLength={100}
          required
        />
        <small>The server can read it. Colleagues and agents see it beside your decisions.</small>
      </label>
      <button
        type="submit"
        className="button primary"
        disabled={name.trim() === "" || importing || state === "working"}
      >
        {state === "working" ? "Signing…" : "Finish setup"}
      </button>
      {state instanceof Error && <FinishProblem error={state} />}
    </form>
  );
}

function NoToken() {
  return (
    <Notice
      kind="info"
      title="This page needs a setup link"
      actions={
        <Link href="/" className="button">
          Go to the inbox
        </Link>
      }
    >
      On the server run <code>letsping setup-link --data DIR</code> and open the link that it
      prints. The link works once, and this page forgets it when it is reloaded: open it again
      then.
    </Notice>
  );
}

function BeginProblem({ error }: { error: ApiError }) {
  if (error.reason === "setup_token_expired") {
    return (
      <Notice kind="problem" title="This link has been used or is too old" alert>
        If you finished the setup in this browser, <Link href="/">open the inbox</Link>. Otherwise
        run <code>letsping setup-link --data DIR</code> on the server for a new one.
      </Notice>
    );
  }
  if (error.reason === "setup_token_invalid") {
    return (
      <Notice kind="problem" title="This is not a link of this server" alert>
        Perhaps it was cut off while copying. Run <code>letsping setup-link --data DIR</code> on
        the server and open exactly what it prints.
      </Notice>
    );
  }
  if (error.reason === "attempts_limited") {
    return (
      <Notice kind="warning" title="Too many attempts" alert>
        This server slows down setup attempts from your network. Wait a minute, then open the link
        again.
      </Notice>
    );
  }
  return (
    <Notice kind="warning" title="The server does not answer" alert>
      {error.message} Open the link again when it does.
    </Notice>
  );
}

function FinishProblem({ error }: { error: Error }) {
  if (isReason(error, "setup_token_expired", "setup_token_invalid", "attempts_limited")) {
    return <BeginProblem error={error} />;
  }
  if (isReason(error, "already_set_up")) {
    return (
      <Notice kind="problem" title="Somebody was first" alert>
        This server has an owner already. If that was not you or a colleague, stop the server now
        and start over with a new data directory.
      </Notice>
    );
  }
  return (
    <Notice kind="problem" title="The setup is not finished" alert>
      {error.message} Nothing has changed on the server; you can press the button again.
    </Notice>
  );
}
