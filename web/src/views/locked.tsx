// A locked browser: signed out, with nothing of what was on screen, until its person's passkey says
// that it is they.

import { useQueryClient } from "@tanstack/react-query";
import { LockKeyhole } from "lucide-react";
import { useEffect, useState } from "react";
import { isReason } from "../api/client";
import { login, loginByPasskey } from "../api/sign_in";
import { useApi, useKeys } from "../context";
import { useDrafts } from "../drafts";
import { useHeldApprovals } from "../held";
import { Notice } from "../ui/notice";
import { PasskeyTroubleNotice } from "./passkey_words";

export function LockedView() {
  const api = useApi();
  const client = useQueryClient();
  const { keyring, setLock } = useKeys();
  const [state, setState] = useState<"idle" | "working" | Error>("idle");
  const unlock = async () => {
    setState("working");
    try {
      let session = await loginByPasskey(api);
      // The passkey has said who it is; this browser's key can do more than look.
      if (keyring.device) session = await login(api, keyring.device, location.origin);
      client.setQueryData(["session"], session);
      if (keyring.lock) await setLock({ ...keyring.lock, locked: false });
    } catch (error) {
      setState(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return (
    <main className="page narrow">
      <LockKeyhole aria-hidden size={40} />
      <h1>Locked</h1>
      <p>Nobody used this browser for a while. Your passkey opens it.</p>
      <div>
        <button
          type="button"
          className="button primary large"
          disabled={state === "working"}
          onClick={() => void unlock()}
        >
          {state === "working" ? "Follow your device…" : "Unlock with your passkey"}
        </button>
      </div>
      {isReason(state, "login_refused") ? (
        <Notice kind="problem" title="This passkey does not open the lock" alert>
          It is one that signs approvals, or was removed. Use the one that signs in.
        </Notice>
      ) : (
        state instanceof Error && <PasskeyTroubleNotice error={state} />
      )}
    </main>
  );
}

const signs = ["pointerdown", "keydown", "scroll", "touchstart"] as const;
const lookMs = 5_000;

// Locks after so many minutes without a sign of life, in front of the page or behind another one.
export function AutoLock() {
  const api = useApi();
  const client = useQueryClient();
  const { keyring, setLock } = useKeys();
  const drafts = useDrafts();
  const held = useHeldApprovals();
  const minutes = keyring.lock?.minutes;
  useEffect(() => {
    if (minutes === undefined) return;
    let last = Date.now();
    let locking = false;
    const seen = () => {
      // A page that comes back after too long is locked before it can be touched.
      if (Date.now() - last < minutes * 60_000) last = Date.now();
    };
    const look = async () => {
      if (locking || Date.now() - last < minutes * 60_000) return;
      locking = true;
      drafts.clear();
      held.clear();
      await setLock({ minutes, locked: true });
      await api.post("/api/logout", {}).catch(() => undefined);
      client.clear();
    };
    const timer = setInterval(() => void look(), lookMs);
    const visible = () => void look();
    for (const sign of signs) window.addEventListener(sign, seen, { passive: true });
    document.addEventListener("visibilitychange", visible);
    return () => {
      clearInterval(timer);
      for (const sign of signs) window.removeEventListener(sign, seen);
      document.removeEventListener("visibilitychange", visible);
    };
  }, [api, client, drafts, held, minutes, setLock]);
  return null;
}
