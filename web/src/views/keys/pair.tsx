// The new device's side of a pairing, inside the app: a code by camera or by hand, keys of its own,
// and the words to compare.

import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, lazy, Suspense, useEffect, useRef, useState } from "react";
import { isReason } from "../../api/client";
import {
  type Claimed,
  claim,
  type DeviceSide,
  pairingState,
  reveal,
  stopPairing,
} from "../../api/pairing";
import { login } from "../../api/sign_in";
import { useApi, useKeys } from "../../context";
import { generateDeviceKey } from "../../crypto/device_key";
import { codeIn, spacedCode } from "../../crypto/pairing_code";
import { navigate } from "../../route";
import "../../ui/keys.css";
import { Notice } from "../../ui/notice";
import { VisibleText } from "../../ui/visible_text";

const Scan = lazy(() => import("./scan").then((m) => ({ default: m.Scan })));
const lookMs = 600;

type State =
  | { at: "code"; problem?: Error }
  | { at: "claiming" }
  | { at: "claimed"; claimed: Claimed };

export function PairView({ code }: { code: string | undefined }) {
  const api = useApi();
  const keys = useKeys();
  const client = useQueryClient();
  const [state, setState] = useState<State>({ at: "code" });
  const begin = async (entered: string) => {
    setState({ at: "claiming" });
    try {
      const known = keys.keyring.device;
      if (known) {
        const session = await login(api, known, location.origin).catch((error) => {
          if (isReason(error, "login_refused")) return undefined;
          throw error;
        });
        if (session) {
          client.setQueryData(["session"], session);
          return navigate("/", "replace");
        }
      }
      const device = await generateDeviceKey(new Date().toISOString());
      // Stored first: a key that an owner signs for must not be lost.
      await keys.saveDevice(device);
      setState({
        at: "claimed",
        claimed: await claim(api, entered, device, await keys.wrapKey()),
      });
    } catch (error) {
      setState({
        at: "code",
        problem: error instanceof Error ? error : new Error(String(error)),
      });
    }
  };
  return (
    <main className="page narrow">
      <img src="/icon.svg" alt="" width={40} height={40} />
      <h1>Pair this device</h1>
      {state.at === "claimed" ? (
        <Meeting claimed={state.claimed} setState={setState} />
      ) : (
        <Enter
          code={code}
          working={state.at === "claiming"}
          problem={state.at === "code" ? state.problem : undefined}
          begin={(entered) => void begin(entered)}
        />
      )}
    </main>
  );
}

function Enter(props: {
  code: string | undefined;
  working: boolean;
  problem: Error | undefined;
  begin(code: string): void;
}) {
  const [text, setText] = useState(props.code ? spacedCode(props.code) : "");
  const [scanning, setScanning] = useState(false);
  const code = codeIn(text);
  const camera = navigator.mediaDevices !== undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    props.begin(code);
  };
  return (
    <form className="stack" onSubmit={submit}>
      <p>
        On the browser where you approve already, open Keys and devices, then “Pair a phone”. This
        device gets a key of its own; the code holds none.
      </p>
      {scanning && (
        <Suspense>
          <Scan
            found={(scanned) => {
              setScanning(false);
              setText(spacedCode(scanned));
              props.begin(scanned);
            }}
            close={() => setScanning(false)}
          />
        </Suspense>
      )}
      {camera && !scanning && (
        <div>
          <button type="button" className="button" onClick={() => setScanning(true)}>
            Scan with the camera
          </button>
        </div>
      )}
      <label className="field">
        <span>Code</span>
        <input
          className="input mono large-code"
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          placeholder="XXXX-XXXX"
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      </label>
      <div>
        <button
          type="submit"
          className="button primary large"
          disabled={props.working || code === ""}
        >
          {props.working ? "Making the keys…" : "Pair this device"}
        </button>
      </div>
      {props.problem && <Problem error={props.problem} />}
    </form>
  );
}

class Stopped extends Error {}

function Problem({ error }: { error: Error }) {
  if (isReason(error, "pairing_over")) {
    return (
      <Notice kind="problem" title="This code is over" alert>
        It works once, for two minutes. If that was not you who used it, stop there too. Begin a
        new pairing on the other browser.
      </Notice>
    );
  }
  if (isReason(error, "attempts_limited")) {
    return (
      <Notice kind="warning" title="Too many attempts" alert>
        This server slows down attempts from your network. Wait a minute, then try again.
      </Notice>
    );
  }
  if (error instanceof Stopped) {
    return (
      <Notice kind="info" title="Stopped: nothing was paired">
        Begin again on the other browser, with a new code.
      </Notice>
    );
  }
  return (
    <Notice kind="problem" title="It could not be paired" alert>
      {error.message}
    </Notice>
  );
}

function Meeting(props: { claimed: Claimed; setState(state: State): void }) {
  const { claimed, setState } = props;
  const api = useApi();
  const { words, side } = useMeeting(claimed, setState);
  const stop = () => {
    setState({ at: "code", problem: new Stopped() });
    void stopPairing(api, claimed).catch(() => undefined);
  };
  if (side?.state === "agreed") {
    return (
      <Notice kind="info" title="The words were the same">
        {side.counted
          ? "Signing in…"
          : "An owner has to sign for this device's key now. Keep this page open; it goes on by " +
            "itself."}
        {side.member && (
          <p>
            You are <VisibleText text={side.member} />.
          </p>
        )}
      </Notice>
    );
  }
  if (!words) return <p role="status">Waiting for the other browser…</p>;
  return (
    <div className="stack">
      <p>On the other screen, choose exactly these:</p>
      <p className="pair-words words" data-testid="pairing-words">
        {words}
      </p>
      <p className="muted">
        If they are not there, somebody stands in between: stop, here and there.
      </p>
      <div>
        <button type="button" className="button" onClick={stop}>
          They are not there: stop
        </button>
      </div>
    </div>
  );
}

// Looks once a second; reveals when it is its turn, and signs in as soon as its key counts.
function useMeeting(claimed: Claimed, setState: (state: State) => void) {
  const api = useApi();
  const client = useQueryClient();
  const { device } = useKeys().keyring;
  const [words, setWords] = useState<string>();
  const [side, setSide] = useState<DeviceSide>();
  const revealed = useRef(false);
  useEffect(() => {
    if (!device) return;
    let current = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const step = async () => {
      const now = await pairingState(api, claimed);
      if (!current) return;
      setSide(now);
      if (now.state === "answered" && now.browser && now.nonce && !revealed.current) {
        revealed.current = true;
        setWords(await reveal(api, claimed, { browser: now.browser, nonce: now.nonce }));
      }
      if (now.counted) {
        client.setQueryData(["session"], await login(api, device, location.origin));
        void navigator.storage?.persist?.();
        navigate("/", "replace");
        current = false;
      }
    };
    const look = async () => {
      await step().catch((error) => {
        // A moment without an answer is not the end; that the pairing has ended is.
        if (!current || isReason(error, "offline")) return;
        current = false;
        const problem = error instanceof Error ? error : new Error(String(error));
        setState({ at: "code", problem });
      });
      if (current) timer = setTimeout(() => void look(), lookMs);
    };
    void look();
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [api, client, claimed, device, setState]);
  return { words, side };
}
