import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { isReason } from "../api/client";
import { login, loginByPasskey } from "../api/sign_in";
import { useApi, useKeys } from "../context";
import { passkeysExist } from "../crypto/passkey";
import { Notice } from "../ui/notice";
import { PasskeyTroubleNotice } from "./passkey_words";
import { SignOnButton, useLoginMethods } from "./sign_on";

export function LoginView() {
  const { keyring, refresh } = useKeys();
  const methods = useLoginMethods();
  // Another tab may have locked this browser meanwhile, and so ended the session.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once.
  useEffect(() => void refresh(), []);
  if (methods?.sso && methods.sso_required) return <OnlySignOn name={methods.sso.name} />;
  return (
    <main className="page narrow">
      <img src="/icon.svg" alt="" width={40} height={40} />
      {keyring.device ? <SignIn /> : <NoDeviceKey />}
      <PasskeySignIn />
      {methods?.sso && <SignOnButton name={methods.sso.name} />}
    </main>
  );
}

function OnlySignOn({ name }: { name: string }) {
  return (
    <main className="page narrow">
      <img src="/icon.svg" alt="" width={40} height={40} />
      <h1>Sign in</h1>
      <p>
        Here everybody signs in with the same provider. The key in this browser and your passkeys
        go on signing what you decide; they open nothing by themselves.
      </p>
      <SignOnButton name={name} primary />
    </main>
  );
}

function SignIn() {
  const api = useApi();
  const { keyring } = useKeys();
  const client = useQueryClient();
  const [state, setState] = useState<"idle" | "signing" | "refused" | "limited" | "offline">(
    "idle",
  );
  const signIn = async () => {
    if (!keyring.device) return;
    setState("signing");
    try {
      client.setQueryData(["session"], await login(api, keyring.device, location.origin));
    } catch (error) {
      const reasons = { offline: "offline", attempts_limited: "limited" } as const;
      const reason = isReason(error, "offline", "attempts_limited") ? error.reason : "";
      setState(reasons[reason as keyof typeof reasons] ?? "refused");
    }
  };
  return (
    <>
      <h1>Sign in</h1>
      <p>
        Your session has ended. The device key in this browser proves that it is you; there is no
        password.
      </p>
      <button
        type="button"
        className="button primary"
        disabled={state === "signing"}
        onClick={() => void signIn()}
      >
        {state === "signing" ? "Signing in…" : "Sign in with this browser's key"}
      </button>
      {state === "refused" && (
        <Notice kind="problem" title="This server does not know this browser's key" alert>
          It may have been set up anew, or another browser is the one that was enrolled. On a
          server that nobody has set up yet, run <code>letsping setup-link</code> and open the
          link that it prints.
        </Notice>
      )}
      {state === "limited" && (
        <Notice kind="warning" title="Too many attempts" alert>
          This server slows down sign-ins from your network. Wait a minute, then try again.
        </Notice>
      )}
      {state === "offline" && (
        <Notice kind="warning" title="The server does not answer" alert>
          Check that it runs and that this device reaches it, then try again.
        </Notice>
      )}
      <p className="muted">
        Key <span className="mono">{keyring.device?.id.slice(0, 16)}</span>
      </p>
    </>
  );
}

// Opens the dashboard, on any browser. What it decides with is another matter.
function PasskeySignIn() {
  const api = useApi();
  const client = useQueryClient();
  const [problem, setProblem] = useState<Error>();
  const [signing, setSigning] = useState(false);
  if (!passkeysExist()) return null;
  const signIn = async () => {
    setSigning(true);
    setProblem(undefined);
    try {
      client.setQueryData(["session"], await loginByPasskey(api));
    } catch (error) {
      setProblem(error instanceof Error ? error : new Error(String(error)));
      setSigning(false);
    }
  };
  return (
    <section className="stack" aria-label="Sign in with a passkey">
      <div>
        <button type="button" className="button" disabled={signing} onClick={() => void signIn()}>
          {signing ? "Follow your device…" : "Sign in with a passkey"}
        </button>
      </div>
      {isReason(problem, "login_refused") ? (
        <Notice kind="problem" title="This passkey does not sign in here" alert>
          It was removed, or it is one that signs approvals only. Under Keys you can add one that
          signs in.
        </Notice>
      ) : (
        problem && <PasskeyTroubleNotice error={problem} />
      )}
    </section>
  );
}

function NoDeviceKey() {
  return (
    <>
      <h1>This browser has no device key</h1>
      <p>
        Decisions are signed by a key that lives in one browser and never leaves it. There is no
        password that could stand in for it.
      </p>
      <ol className="steps">
        <li>
          <strong>You have approved here before?</strong> Use the browser, and the profile, in
          which you finished the setup. Clearing site data removes the key.
        </li>
        <li>
          <strong>Nobody has set up this server yet?</strong> On the server run{" "}
          <code>letsping setup-link --data DIR</code> and open the link that it prints, in the
          browser that you want to approve from.
        </li>
      </ol>
    </>
  );
}
