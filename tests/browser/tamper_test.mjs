import assert from "node:assert/strict";
import { photograph, setUp, test } from "./harness.mjs";

const flip = (base64) => {
  const bytes = Buffer.from(base64, "base64");
  bytes[bytes.length - 1] ^= 1;
  return bytes.toString("base64");
};

// What a server, or whoever writes to its storage, could change of a request before it is read.
const changes = [
  ["one bit of the ciphertext", (envelope) => ({ ...envelope, ct: flip(envelope.ct) })],
  ["one bit of the iv", (envelope) => ({ ...envelope, iv: flip(envelope.iv) })],
  ["the key's id", (envelope) => ({ ...envelope, kid: [...envelope.kid].reverse().join("") })],
  ["the context", (envelope) => ({ ...envelope, ctx: { ...envelope.ctx, action: "payout" } })],
];

test("a changed ciphertext, iv, key id or context cannot be approved, and is named", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  const text = '{"amount":5000.00,"to":"acct_99"}';
  const { id } = await agent.ask("stripe", "refund", text, { version: 2 });
  const path = new RegExp(`/api/review/requests/${id}$`);
  for (const [what, change] of changes) {
    await page.unrouteAll({ behavior: "wait" });
    await page.route(path, async (route) => {
      const reply = await route.fetch();
      const detail = await reply.json();
      detail.payload = JSON.stringify(change(JSON.parse(detail.payload)));
      await route.fulfill({ response: reply, json: detail });
    });
    await page.goto(`${server.origin}/requests/${id}`);
    const named = page.getByText(/This payload has been changed|None of your content keys opens/);
    await named
      .first()
      .waitFor()
      .catch(() => assert.fail(`nothing names ${what}`));
    assert.equal(await page.locator(".decision .approve").count(), 0, what);
    assert.equal(await page.getByText("acct_99").count(), 0, what);
    await page.getByRole("button", { name: "Reject unseen" }).waitFor();
    assert.equal((await agent.status(id)).status, "PENDING");
  }
  await photograph(page, "request-tampered");
  // Another policy than the one that the request stands under: the server signs nothing of it.
  await page.unrouteAll({ behavior: "wait" });
  await page.route(path, async (route) => {
    const reply = await route.fetch();
    const detail = await reply.json();
    if (detail.offer) detail.offer.policy_sha256 = "0".repeat(64);
    await route.fulfill({ response: reply, json: detail });
  });
  await page.goto(`${server.origin}/requests/${id}`);
  await page.locator(".decision-bar .approve:enabled").click();
  await page.locator(".decision-panel.confirm .approve:enabled").click();
  await page.locator(".notice.problem[role=alert]").waitFor();
  assert.equal((await agent.status(id)).status, "PENDING");
  // It is rejected all the same, by somebody who sees that something is wrong.
  await page.unrouteAll({ behavior: "wait" });
  await page.goto(`${server.origin}/requests/${id}`);
  await page.getByRole("button", { name: "Reject" }).click();
  await page.getByRole("button", { name: "Send rejection" }).click();
  await page.getByRole("heading", { name: "Rejected" }).waitFor();
  assert.equal((await agent.status(id)).status, "REJECTED");
  person.behaved(/status of (409|422)/);
});
