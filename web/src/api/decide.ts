// From a button to a signed decision. The browser signs only what it has computed and shown
// itself: every member of the offer that it can know is compared with its own before the key is
// used.

import { commitment, type Display, displayDigest, reasonDigest } from "../crypto/commitment";
import { decisionCore, type Verdict } from "../crypto/decision_core";
import { sign } from "../crypto/device_key";
import { jcs } from "../crypto/jcs";
import type { Keyring, Pin } from "../crypto/keyring";
import { type NotePlace, type SealedNote, sealNote } from "../crypto/note";
import { PasskeyProblem, signWithPasskey } from "../crypto/passkey";
import { attachmentsOf } from "../payload/attachments";
import { changes } from "../payload/changes";
import type { Opened } from "../payload/open";
import { summaryText } from "../payload/summary";
import { type Api, ApiError, isReason } from "./client";
import { detailOf, loadDetail, received } from "./detail";
import type { Edit } from "./edit";
import { whileActive } from "./sign_in";
import type { Detail, Offer, PasskeyOffer, PayloadReference, Session } from "./types";

export interface Wish {
  verdict: Verdict;
  reason: string; // of request_changes: what the agent shall change
  dwellMs: number;
  shown: number; // leaves on screen: of the edit if there is one
  edit?: Edit | undefined; // an approval of this in place of what the agent sent
  number?: string | undefined; // that the program shows which asked
  passkey?: string | undefined; // the key id of the one to sign with; the first one otherwise
  compared?: boolean; // each attachment was fetched and is what the payload names
}

export interface Signer {
  api: Api;
  session: Session;
  keyring: Keyring;
}

// The offer does not say what this page shows. Nothing was signed.
export class OfferMismatch extends Error {}

// Sends the decision and returns the request as it stands then. A lost reply is asked for again
// with the same bytes, which gives the same answer.
export async function decide(
  signer: Signer,
  detail: Detail,
  opened: Opened,
  wish: Wish,
): Promise<Detail> {
  let current = detail;
  const passkey = passkeyFor(signer, detail, wish);
  for (let round = 0; ; round += 1) {
    current = await withFreshOffer(signer.api, current, passkey ? promptMarginMs : offerMarginMs);
    const { body, leftMs } = await signedDecision(signer, current, opened, wish);
    try {
      return await send(signer, current.id, body, leftMs);
    } catch (error) {
      // Only the nonce had run out: nothing that was shown has changed, so the same wish holds.
      const renewed = isReason(error, "stale", "offer_expired");
      const offer = renewed ? received(error.body.offer as Offer | undefined) : undefined;
      // A person is not asked twice for their passkey without having pressed twice.
      const again = offer && round === 0 && !passkey;
      if (!again || !sameQuestion(current.offer, offer)) throw error;
      current = { ...current, offer };
    }
  }
}

// The passkey that this takes; nothing where the device key signs. Throws when there is none that
// could be used on this page.
function passkeyFor(signer: Signer, detail: Detail, wish: Wish): PasskeyOffer | undefined {
  const { device } = signer.keyring;
  const needed = wish.verdict === "approve" && detail.eligibility.needs === "passkey";
  if (!needed && device && detail.offer?.key === device.id) return undefined;
  const here = passkeysHere(detail);
  const chosen = here.find(({ key }) => key === wish.passkey) ?? here[0];
  if (!chosen && needed) throw new PasskeyProblem("none");
  if (!chosen && !device) throw new OfferMismatch("This browser has no device key.");
  return chosen;
}

// The viewer's passkeys that can be used on this page, the newest first.
export function passkeysHere(detail: Detail): PasskeyOffer[] {
  return (detail.passkeys ?? [])
    .filter(({ rp_id }) => rp_id === location.hostname)
    .sort((a, b) => b.created_at.localeCompare(a.created_at));
}

// The offer for the key that signs.
function offerFor({ offer }: Detail, passkey: PasskeyOffer | undefined): Offer {
  if (!offer) throw new OfferMismatch("The server no longer offers this decision.");
  return passkey ? { ...offer, key: passkey.key, nonce: passkey.nonce } : offer;
}

// Signs a text: one core, or the head of a batch of them.
export async function signed(
  signer: Signer,
  passkey: PasskeyOffer | undefined,
  what: "decision" | "batch",
  text: string,
) {
  if (passkey) {
    const answer = await signWithPasskey(`lp-${what}/1`, text, passkey.rp_id, passkey.credential);
    const { signature, authenticatorData, clientDataJSON } = answer;
    return { signature, authenticatorData, clientDataJSON };
  }
  const device = signer.keyring.device;
  if (!device) throw new OfferMismatch("This browser has no device key.");
  return { signature: await sign(device, `lp-${what}-device/1`, text) };
}

async function signedDecision(signer: Signer, detail: Detail, opened: Opened, wish: Wish) {
  const built = await coreOf(signer, detail, opened, wish);
  const { core, offer, reason, edit, seen, passkey } = built;
  const note = seen && (await noteOf(offer, seen, wish));
  // Whoever may not read the payload does not read what is wrong with it either.
  const told = wish.verdict === "request_changes" && note ? undefined : reason;
  const proof = await signed(signer, passkey, "decision", core);
  return {
    body: { core, ...proof, reason: told, edit: edit?.sent, note, number: wish.number },
    leftMs: leftOf(offer),
  };
}

// For how long the offer is good.
export const leftOf = (offer: Offer) => Date.parse(offer.expires_at) - serverTime(offer);

// What is signed, built from what this browser has decrypted and shown; nothing is signed here.
export async function coreOf(signer: Signer, detail: Detail, opened: Opened, wish: Wish) {
  const passkey = passkeyFor(signer, detail, wish);
  const offer = offerFor(detail, passkey);
  const key = passkey?.key ?? signer.keyring.device?.id;
  if (key === undefined) throw new OfferMismatch("This browser has no device key.");
  const seen = opened.state === "open" ? opened : undefined;
  const payload = await payloadReference(detail, opened);
  checkOffer(offer, payload, detail, signer.session, key, signer.keyring.pins[detail.project]);
  const reason = wish.reason === "" ? undefined : wish.reason;
  if (wish.verdict === "approve" && seen && !wish.compared) checkNoFiles(detail, seen);
  const edit = wish.verdict === "approve" ? wish.edit : undefined;
  const core = decisionCore({
    offer,
    verdict: wish.verdict,
    payload: edit?.reference ?? payload,
    ...(edit && { base: payload }),
    ...(seen && { display: await displayDigest(seen.k, display(signer.session, seen, wish)) }),
    ...(seen && reason && { reason: await reasonDigest(seen.k, reason) }),
    dwellMs: wish.dwellMs,
    issuedAt: new Date(serverTime(offer)).toISOString(),
  });
  return { core, offer, reason, edit, seen, passkey };
}

// What goes with it in words, sealed for those who may read the payload: what the agent shall
// change, or what an edit has changed.
async function noteOf(
  offer: Offer,
  seen: Extract<Opened, { state: "open" }>,
  wish: Wish,
): Promise<SealedNote | undefined> {
  const { key } = seen;
  if (!seen.envelope || !key) return undefined;
  const place = (kind: NotePlace["kind"]): NotePlace => ({
    kind,
    id: offer.nonce,
    origin: offer.aud,
    request_id: offer.request_id,
    version: offer.version,
    author: offer.approver,
  });
  if (wish.verdict === "request_changes") return sealNote(key, wish.reason, place("changes"));
  const after = wish.verdict === "approve" ? wish.edit?.shown.parsed : undefined;
  if (!after?.ok || !seen.parsed.ok) return undefined;
  return sealNote(key, summaryText(changes(seen.parsed.root, after.root)), place("edit"));
}

// The server's clock as far as this page can know without ever being ahead of it: what it was when
// the offer was made, and what has passed since. This device's own clock may be anything.
function serverTime(offer: Offer): number {
  return Date.parse(offer.time) + Math.floor(performance.now() - offer.received);
}

function display(
  session: Session,
  seen: Extract<Opened, { state: "open" }>,
  wish: Wish,
): Display {
  return {
    renderer: "letsping-web/1",
    version: session.version,
    assets_sha256: session.assets_sha256,
    leaves_shown: wish.shown,
    leaves_total: (wish.edit?.shown ?? seen).leaves,
  };
}

export async function payloadReference(
  detail: Detail,
  opened: Opened,
): Promise<PayloadReference> {
  const reference: PayloadReference = { kind: detail.payload_kind };
  if (opened.envelope) {
    reference.env_sha256 = opened.envelope.sha256;
    reference.kid = opened.envelope.kid;
  } else if (detail.env_sha256 !== undefined) {
    // An envelope that this page cannot even read can only be rejected unseen, by its name.
    reference.env_sha256 = detail.env_sha256;
    reference.kid = detail.kid;
  }
  if (opened.state === "open") {
    reference.commit = await commitment(opened.k, "base", opened.bytes);
  }
  return reference;
}

// Throws unless the offer is about what this browser shows, pinned and is.
export function checkOffer(
  offer: Offer,
  payload: PayloadReference,
  detail: Detail,
  session: Session,
  key: string,
  pin: Pin | undefined,
): void {
  const project = session.projects.find((candidate) => candidate.id === detail.project);
  const checks: [boolean, string][] = [
    [offer.request_id === detail.id, "The offer is for another request."],
    [offer.version === detail.version, "The offer is for another version of this request."],
    [offer.request_sha256 === detail.request_sha256, "The offer describes another request."],
    [offer.level === detail.level, "The offer names another level."],
    [offer.approver === session.member.id, "The offer is for another person."],
    [offer.key === key, "The offer is for another key."],
    [
      project?.roster_sha256 === offer.roster_sha256,
      "The offer rests on another roster than the project's.",
    ],
    [
      pin?.roster_sha256 === offer.roster_sha256,
      "The offer rests on another roster than the one that this browser has checked.",
    ],
    [project?.origin === offer.aud, "The offer names another log than the project's."],
    [pin?.origin === offer.aud, "The offer names another log than the one of the roster."],
    [offer.payload.kind === payload.kind, "The offer is for another kind of payload."],
    [offer.payload.env_sha256 === payload.env_sha256, "The offer is for another envelope."],
    [offer.payload.kid === payload.kid, "The offer names another content key."],
    [
      offer.payload.commit === undefined ||
        payload.commit === undefined ||
        offer.payload.commit === payload.commit,
      "The first review was bound to another payload than the one shown here.",
    ],
  ];
  for (const [holds, problem] of checks) if (!holds) throw new OfferMismatch(problem);
}

// Files that nobody has compared are signed for by nobody, whichever page asks.
function checkNoFiles(detail: Detail, seen: Extract<Opened, { state: "open" }>): void {
  const sealed = detail.payload_kind !== "plain";
  const found = attachmentsOf(seen.parsed, detail.attachments ?? [], sealed);
  if (found.ok && found.files.length === 0) return;
  throw new OfferMismatch("Its attachments were not compared here: open it by itself.");
}

// Everything but what is new in every offer.
function sameQuestion(before: Offer | undefined, after: Offer): boolean {
  if (!before) return false;
  const question = (offer: Offer) => {
    const { nonce: _, time: __, expires_at: ___, received: ____, ...rest } = offer;
    return jcs({ ...rest, payload: { ...rest.payload } });
  };
  return question(before) === question(after);
}

const offerMarginMs = 20_000;
// A prompt may stand for a minute.
export const promptMarginMs = 80_000;

// People read for longer than an offer lives. A new one is taken silently if it asks the same.
export async function withFreshOffer(
  api: Api,
  detail: Detail,
  marginMs: number,
): Promise<Detail> {
  const { offer } = detail;
  if (offer && Date.parse(offer.expires_at) - serverTime(offer) > marginMs) return detail;
  const fresh = await loadDetail(api, detail.id);
  if (!fresh.offer || (offer && !sameQuestion(offer, fresh.offer))) {
    throw new ApiError(
      409,
      fresh.decision ? "already_decided" : "stale",
      "This request changed.",
      {
        decision: fresh.decision,
      },
    );
  }
  return { ...detail, offer: fresh.offer, ...(fresh.passkeys && { passkeys: fresh.passkeys }) };
}

async function send(signer: Signer, id: string, body: unknown, leftMs: number): Promise<Detail> {
  return detailOf(
    await posted<Detail>(signer, `/api/review/requests/${id}/decision`, body, leftMs),
  );
}

// A lost reply is asked for again, for as long as the offer is good.
export async function posted<T>(
  signer: Signer,
  path: string,
  body: unknown,
  leftMs: number,
): Promise<T> {
  const { api, keyring } = signer;
  const until = performance.now() + leftMs - 2000;
  for (;;) {
    try {
      return await whileActive(api, keyring.device, () => api.post<T>(path, body));
    } catch (error) {
      if (!isReason(error, "offline") || performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1500));
    }
  }
}
