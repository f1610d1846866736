// Webhooks: the example of encryption.md section 9, and what is near it.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { base64, utf8 } from "../bytes.js";
import { LetsPing } from "./client.js";

const spec = readFileSync(`${import.meta.dirname}/../../../../spec/encryption.md`, "utf8");
const example = (name: string) =>
  (spec.split(`\`\`\`example ${name}\n`)[1] as string).split("\n```")[0] as string;
const sentS = 1_772_366_400;
const lp = new LetsPing({ apiKey: "lp_x", baseUrl: "https://h", encryptionKey: "" });

interface Changed {
  secret?: string;
  nowS?: number;
  body?: string;
  headers?: Record<string, string>;
}
function unwrap({ secret = "lp_whk_test", nowS = sentS, body, headers = {} }: Changed) {
  const told = {
    "Webhook-Id": "msg_1",
    "Webhook-Timestamp": String(sentS),
    "Webhook-Signature": example("webhook-standard"),
    ...headers,
  };
  const nowMs = nowS * 1000;
  return lp.webhooks.unwrap(told, body ?? example("webhook-body"), secret, { nowMs });
}
async function refused(code: string, changed: Changed) {
  const act = unwrap(changed);
  await expect(act, JSON.stringify(changed)).rejects.toMatchObject({
    name: "SignatureError",
    code,
  });
}

test("what is changed, old or of another sender is refused", async () => {
  await refused("signature", { secret: "lp_whk_other" });
  await refused("signature", { body: example("webhook-body").replace("100", "101") });
  await refused("signature", { headers: { "Webhook-Id": "msg_2" } });
  const asymmetric = `v1a,${example("webhook-standard").slice(3)}`;
  await refused("signature", { headers: { "Webhook-Signature": asymmetric } });
  await refused("stale", { nowS: sentS + 301 });
  await refused("stale", { nowS: sentS - 301 });
  for (const wrong of ["", "1e9", "-1", "١"]) {
    await refused("headers", { headers: { "Webhook-Timestamp": wrong } });
  }
  // The example's body has no webhook_id: its signature is right, and it is still not taken.
  await refused("delivery", {});
});

async function signed(body: string): Promise<Record<string, string>> {
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", utf8("lp_whk_test"), hmac, false, ["sign"]);
  const mac = await crypto.subtle.sign("HMAC", key, utf8(`msg_1.${sentS}.${body}`));
  return { "Webhook-Signature": `v1,AAAA v1,${base64(new Uint8Array(mac))}` };
}

test("a delivery is taken once, and a signed one that can be read in two ways never", async () => {
  const data = {
    ...{ status: "APPROVED", state: "approved", payload: { amount: 1 }, patched_payload: null },
  };
  const event = { id: "req_1", event: "request.approved", webhook_id: "msg_1", data };
  const body = JSON.stringify(event);
  const twice = body.replace('"event":', '"webhook_id":"msg_1","event":');
  const act = unwrap({ body: twice, headers: await signed(twice) });
  await expect(act).rejects.toMatchObject({ code: "duplicate_key" });
  const given = { body, headers: await signed(body) };
  const secret = `whsec_${base64(utf8("lp_whk_test"))}`;
  expect((await unwrap({ ...given, secret })).decision?.approved).toEqual({ amount: 1 });
  await refused("repeated", given);
});
