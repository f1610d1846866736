// An edit on its way to a signature: sealed in the version that the agent used, and bound. It is
// made before the person confirms, so that what they are shown as bound is what they sign; nothing
// of it is sent before.

import { utf8 } from "../crypto/bytes";
import { commitment, envelopeCommitmentKey } from "../crypto/commitment";
import { readEnvelope, seal } from "../crypto/envelope";
import type { Opened, OpenedPayload } from "../payload/open";
import { parse } from "../payload/parse";
import type { PayloadReference } from "./types";

export interface Edit {
  sent: string; // what the server gets: an envelope, or the text where it may read payloads
  reference: PayloadReference;
  shown: OpenedPayload; // what would run, read back from what is sent
}

// `text` is strict JSON, as draft.ts lets it pass.
export async function sealEdit(
  opened: Extract<Opened, { state: "open" }>,
  text: string,
): Promise<Edit> {
  const bytes = utf8(text);
  const parsed = parse(text);
  const unfit = !parsed.ok || parsed.findings.some((finding) => finding.disarms);
  if (unfit || !text.isWellFormed()) throw new Error("This edit has no single meaning.");
  const shown = async (k: CryptoKey): Promise<OpenedPayload> => {
    const commit = await commitment(k, "edit", bytes);
    return { state: "open", bytes, text, parsed, leaves: parsed.leaves, k, commit, disarmed: [] };
  };
  if (!opened.envelope) {
    const payload = await shown(opened.k);
    return { sent: text, reference: { kind: "plain", commit: payload.commit }, shown: payload };
  }
  if (!opened.key) throw new Error("The payload was opened without a content key.");
  const sent = await seal(bytes, opened.envelope, opened.key);
  const envelope = await readEnvelope(sent);
  if (envelope?.kind !== opened.envelope.kind) throw new Error("The edit could not be sealed.");
  const payload = await shown(await envelopeCommitmentKey(opened.key, envelope));
  return {
    sent,
    reference: {
      kind: envelope.kind,
      env_sha256: envelope.sha256,
      kid: envelope.kid,
      commit: payload.commit,
    },
    shown: { ...payload, key: opened.key },
  };
}
