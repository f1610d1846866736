import { passkeysHere } from "../../api/decide";
import type { Detail } from "../../api/types";
import { passkeysExist } from "../../crypto/passkey";
import { Link } from "../../route";
import { Notice } from "../../ui/notice";

// The relying party of a security key that decides at the command line; no page can ask for it.
const terminal = "letsping-cli://";

// Whether this person can sign an approval on this page as the level asks for it.
export function canSign(detail: Detail): boolean {
  if (detail.eligibility.needs !== "passkey") return true;
  return passkeysExist() && passkeysHere(detail).length > 0;
}

// Why approve is missing where a passkey is, and how to come by one.
export function PasskeyState({ detail, pending }: { detail: Detail; pending: boolean }) {
  if (!pending || canSign(detail)) return null;
  const { level } = detail;
  const places = (detail.passkeys ?? []).map(({ rp_id }) => rp_id);
  const elsewhere = [...new Set(places.filter((place) => !place.startsWith(terminal)))];
  if (elsewhere.length > 0) {
    return (
      <Notice kind="warning" title={`Your passkey belongs to ${elsewhere.join(" and ")}`}>
        At the level {level} an approval is signed with it, and it signs nothing at{" "}
        {location.hostname}. Open the dashboard there, or{" "}
        <Link href="/settings">enrol one here</Link>. Rejecting works here, too.
      </Notice>
    );
  }
  if (places.length > 0) {
    return (
      <Notice kind="warning" title="Your security key signs at a terminal">
        At the level {level} an approval is signed with it, where it is plugged in:{" "}
        <code>letsping review approve {detail.id} --fido2</code>. To approve here,{" "}
        <Link href="/settings">enrol a passkey</Link>. Rejecting works here, too.
      </Notice>
    );
  }
  return (
    <Notice
      kind="warning"
      title="Approving this takes a passkey"
      actions={
        <Link href="/settings" className="button">
          Enrol a passkey
        </Link>
      }
    >
      At the level {level} an approval is signed with your fingerprint, face or PIN, not with this
      browser's key alone. Enrol a passkey first, then come back. Rejecting works without one.
    </Notice>
  );
}
