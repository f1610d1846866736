// Signing in with an identity provider, as a person at a browser sees it.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CLIENT, Hostile, SECRET } from "../conformance/oidc/hostile.mjs";
import { assertGood } from "./access.mjs";
import { openBrowser, openRequest, setUp, test } from "./harness.mjs";
import { memberNamed } from "./people_test.mjs";

const allowed = /status of (401|403)|request to another origin: http:\/\/localhost:\d+\/authorize/;

// The server again, with a provider.
async function withProvider(t, server, required = false) {
  const provider = await Hostile.start();
  t.after(() => provider.stop());
  provider.who = { groups: ["finance"] };
  const home = await mkdtemp(join(tmpdir(), "lp-sign-on-"));
  t.after(() => rm(home, { recursive: true, force: true }));
  const secret = join(home, "secret");
  await writeFile(secret, SECRET, { mode: 0o600 });
  const settings = join(home, "letsping.toml");
  await writeFile(settings, `
[auth]
require_sso = ${required}
[auth.oidc]
issuer = "${provider.issuer}"
client_id = "${CLIENT}"
client_secret_file = "${secret}"
name = "Example Login"
groups_claim = "groups"
`);
  await server.restart("--config", settings);
  return provider;
}

test("a person brings an account by a link, signs in with it, and it is unlinked", async (t) => {
  const { server, person, page } = await setUp(t);
  if (server.mocked) return;
  const provider = await withProvider(t, server);
  // A server that was started anew takes nothing from a session before it is opened again.
  await page.context().clearCookies();
  await page.goto(server.origin);
  await page.getByRole("button", { name: "Sign in with this browser's key" }).click();
  await page.getByRole("link", { name: "People" }).click();
  await page.getByRole("button", { name: "Link an account of Example Login to Ada" }).click();
  const link = await page.locator(".account-link code").textContent();
  await assertGood(page, "people-account-link");

  const other = await openBrowser(t, server);
  await other.page.goto(link);
  await other.page.getByRole("heading", { name: "Bring your account" }).waitFor();
  assert.equal(other.page.url(), `${server.origin}/login`);
  await assertGood(other.page, "account-link");
  await other.page.getByRole("button", { name: "Sign in with Example Login" }).click();
  await other.page.getByRole("heading", { name: "Inbox" }).waitFor();
  assert.equal(other.page.url(), `${server.origin}/`);

  await page.reload();
  await page.getByText("Signs in as").waitFor();
  await page.getByText("there in finance").waitFor();
  await assertGood(page, "people-accounts");
  await page.getByRole("button", { name: "Unlink the account of Ada" }).click();
  await other.page.getByRole("heading", { name: "This browser has no device key" }).waitFor();
  await assertGood(other.page, "login-with-provider");
  await other.page.getByRole("button", { name: "Sign in with Example Login" }).click();
  await other.page.getByText("This account is nobody here yet").waitFor();
  await assertGood(other.page, "sign-on-refused");
  // Neither code nor state is left where somebody could find it.
  assert.equal(other.page.url(), `${server.origin}/login/callback`);
  assert.ok(!server.log().includes("code="));
  assert.equal(provider.asked.filter(({ path }) => path === "/token").length, 2);
  person.behaved(allowed);
  other.behaved(allowed);
});

test("where the provider alone signs people in, high asks for it once more", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  if (server.mocked) return;
  const { id } = await agent.ask("stripe", "refund", '{"amount":5000.00}', { priority: "high" });
  await withProvider(t, server, true);
  await page.goto(server.origin);
  await page.getByText("Here everybody signs in with the same provider").waitFor();
  await assertGood(page, "login-provider-only");
  const { id: ada } = await memberNamed(server, "Ada");
  const { url } = await server.command("sso", "link", "--member", ada);
  await page.goto(url);
  await page.getByRole("button", { name: "Sign in with Example Login" }).click();
  await page.getByRole("heading", { name: "Inbox" }).waitFor();

  const reject = async () => {
    await page.getByRole("button", { name: "Reject" }).click();
    await page.getByLabel("Feedback for the agent").fill("Not this one.");
    await page.getByRole("button", { name: "Send rejection" }).click();
  };
  await openRequest(page, id);
  await reject();
  await page.getByText("Sign in once more before you decide this").waitFor();
  await assertGood(page, "decision-sign-on");
  await page.getByRole("button", { name: "Sign in with Example Login" }).click();
  await page.waitForURL(`${server.origin}/requests/${id}`);
  await reject();
  await page.getByRole("heading", { name: "Rejected" }).waitFor();
  person.behaved(allowed);
});
