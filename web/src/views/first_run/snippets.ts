// The lines that connect an agent, complete and runnable. tests/browser/first_run_test.mjs runs
// those for the shell and for Node as they stand on the page.

import { utf8 } from "../../crypto/bytes";
import type { ContentKey } from "../../crypto/content_key";
import { seal } from "../../crypto/envelope";

export interface Connection {
  origin: string;
  apiKey: string; // "" while unknown
  contentKey: string; // "" when it cannot be shown
  words: string | undefined; // of the content key that this browser holds
}

export function environment({ origin, apiKey, contentKey, words }: Connection): string {
  const hint = words ? `   # the content key ${words}` : "   # the content key";
  return [
    `export LETSPING_BASE_URL=${origin}/api`,
    `export LETSPING_API_KEY=${apiKey || "…"}`,
    `export LETSPING_ENCRYPTION_KEY=${contentKey || `…${hint}`}`,
  ].join("\n");
}

export const python = `# pip install letsping
from letsping import ApprovalRejectedError, LetsPing

client = LetsPing()
try:
    decision = client.ask(
        service="billing", action="refund",
        payload={"customer": "c_81", "amount": 120})
except ApprovalRejectedError as refusal:
    print("no:", refusal.reason)
else:
    run = decision["patched_payload"] or decision["payload"]
    print("run:", run)
`;

export const typescript = `// Node 20 or newer; no package needed
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const api = process.env.LETSPING_BASE_URL;
const key = Buffer.from(process.env.LETSPING_ENCRYPTION_KEY ?? "", "base64");
const headers = {
  Authorization: \`Bearer \${process.env.LETSPING_API_KEY}\`,
  "Content-Type": "application/json",
};

function seal(value = {}) {
  const iv = randomBytes(12);
  const gcm = createCipheriv("aes-256-gcm", key, iv);
  const ct = Buffer.concat([gcm.update(JSON.stringify(value)), gcm.final(), gcm.getAuthTag()]);
  return { _lp_enc: true, iv: iv.toString("base64"), ct: ct.toString("base64") };
}

function open({ iv = "", ct = "" }) {
  const sealed = Buffer.from(ct, "base64");
  const gcm = createDecipheriv("aes-256-gcm", key, Buffer.from(iv, "base64"));
  gcm.setAuthTag(sealed.subarray(-16));
  return JSON.parse(gcm.update(sealed.subarray(0, -16)).toString() + gcm.final());
}

async function call(path = "", init = {}) {
  const reply = await fetch(api + path, { headers, ...init });
  if (!reply.ok) throw new Error(await reply.text());
  return reply.json();
}

const payload = seal({ customer: "c_81", amount: 120 });
const body = JSON.stringify({ service: "billing", action: "refund", payload });
const { id } = await call("/ingest", { method: "POST", body });
let answer = await call(\`/status/\${id}\`);
while (answer.status === "PENDING") answer = await call(\`/status/\${id}?wait=25\`);
const run = answer.patched_payload ?? answer.payload;
if (answer.status === "APPROVED") console.log("run:", open(run));
else console.log("no:", answer.metadata?.reason ?? answer.status);
`;

const example = '{"customer":"c_81","amount":120}';

// curl cannot encrypt, so this browser does: an example, sealed with the key that it holds.
export async function curl(key: ContentKey | undefined): Promise<string> {
  const payload = key ? await seal(utf8(example), { kind: "v1" }, key) : example;
  const body = `{"service":"billing","action":"refund","payload":${payload}}`;
  return [
    'curl -sS "$LETSPING_BASE_URL/ingest" \\',
    '  -H "Authorization: Bearer $LETSPING_API_KEY" \\',
    "  -H 'Content-Type: application/json' \\",
    `  -d '${body}'`,
    "",
    "# its answer has an id; this waits for the decision, 25 seconds at a time:",
    'curl -sS "$LETSPING_BASE_URL/status/$ID?wait=25" \\',
    '  -H "Authorization: Bearer $LETSPING_API_KEY"',
  ].join("\n");
}
