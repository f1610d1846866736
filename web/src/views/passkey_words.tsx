// What went wrong with a passkey, and what to do: never the browser's own code for it.

import { isReason } from "../api/client";
import { RostersMoved } from "../api/rosters";
import { PasskeyProblem, type PasskeyTrouble } from "../crypto/passkey";
import { RosterProblem } from "../crypto/roster_chain";
import { Notice } from "../ui/notice";

export const passkeyTroubles: Record<PasskeyTrouble, [title: string, text: string]> = {
  cancelled: [
    "The passkey was not used",
    "The prompt was closed or ran out of time, your device did not recognise you, or it has no " +
      "passkey for this. Nothing was signed. You can try again.",
  ],
  known: [
    "This device has a passkey of yours already",
    "One is enough for each device. Use that one, or remove it first.",
  ],
  unavailable: [
    "This device has nothing to keep a passkey in",
    "It needs a screen lock with fingerprint, face or PIN, or a security key. Set one up, or use " +
      "your phone when the browser offers it.",
  ],
  no_secret: [
    "This device cannot keep keys with a passkey",
    "Its passkeys sign, and compute no secret of their own. Use a passphrase instead, or another " +
      "device.",
  ],
  insecure: [
    "Passkeys need a secure address",
    "The browser has them on HTTPS and on localhost only. Open the dashboard there.",
  ],
  wrong_host: [
    "Passkeys do not belong to this address",
    "They are bound to this server's own name. Open the dashboard at its public address, or at " +
      "localhost.",
  ],
  none: [
    "You have no passkey for this address",
    "At this level an approval is signed with one. Enrol it under Keys; until then you can reject.",
  ],
};

export function PasskeyTroubleNotice({ error }: { error: Error }) {
  const [title, text] = words(error);
  return (
    <Notice kind="problem" title={title} alert>
      {text}
    </Notice>
  );
}

function words(error: Error): [string, string] {
  if (error instanceof PasskeyProblem) return passkeyTroubles[error.trouble];
  if (isReason(error, "passkey_place")) return passkeyTroubles.wrong_host;
  if (isReason(error, "passkey_known")) return passkeyTroubles.known;
  if (error instanceof RosterProblem) {
    return [
      "Nothing was signed",
      `${error.message} Somebody may have changed the server's data: compare with another owner ` +
        "before you go on.",
    ];
  }
  if (error instanceof RostersMoved || isReason(error, "stale")) {
    return [
      "The rosters changed meanwhile",
      "Nothing was signed. What you asked for waits under “Who may approve”.",
    ];
  }
  if (isReason(error, "offline")) {
    return ["The server does not answer", "It may or may not have taken it. Look again."];
  }
  return ["It was not taken", error.message];
}
