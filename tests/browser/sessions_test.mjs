// Where people are signed in, and what their roles let them do.

import assert from "node:assert/strict";
import { assertGood } from "./access.mjs";
import { openRequest, photograph, setUp, test } from "./harness.mjs";
import { addBob, bring, memberNamed } from "./people_test.mjs";

const peoplePage = (server) => `${server.origin}/settings?page=people`;

test("a person sees where they are signed in, and ends it everywhere else", async (t) => {
  const { server, person, page } = await setUp(t);
  if (server.mocked) return;
  // The first session goes on without its cookie, as on a device that was left behind.
  await page.context().clearCookies();
  await page.goto(server.origin);
  await page.getByRole("button", { name: "Sign in with this browser's key" }).click();
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  await page.goto(peoplePage(server));
  await page.getByText("this browser", { exact: true }).waitFor();
  const own = page.locator("[data-session]");
  assert.equal(await own.count(), 2);
  await page.getByText("from 127.0.0.1").first().waitFor();
  await assertGood(page, "people");
  await page.getByRole("button", { name: "End all but this one" }).click();
  await page.getByRole("button", { name: "End all but this one" }).waitFor({ state: "hidden" });
  assert.equal(await own.count(), 1);
  person.behaved(/status of 401/);
});

test("an owner ends somebody's session, and their page asks to sign in", async (t) => {
  const { server, person, page, contentKey } = await setUp(t);
  if (server.mocked) return;
  const bob = await bring(t, server, page, await addBob(page, server), contentKey);
  await bob.page.getByRole("link", { name: "People" }).click();
  await bob.page.getByText("this browser", { exact: true }).waitFor();
  // A reviewer manages nobody and sees nobody's sessions but their own.
  assert.equal(await bob.page.locator("[data-session]").count(), 1);
  assert.equal(await bob.page.getByRole("button", { name: "Add somebody" }).count(), 0);
  assert.equal(await bob.page.getByRole("button", { name: "Change the roles" }).count(), 0);
  await bob.page.getByText("Live", { exact: true }).waitFor();

  await page.goto(peoplePage(server));
  await page.getByText("Signed in: 1 session").click();
  await page.getByRole("button", { name: "End the session of Bob" }).waitFor();
  await assertGood(page, "people-managed");
  const ended = Date.now();
  await page.getByRole("button", { name: "End the session of Bob" }).click();
  await bob.page.getByRole("heading", { name: "Sign in" }).waitFor({ timeout: 5000 });
  const took = Date.now() - ended;
  assert.ok(took < 1000, `it took ${took} ms`);
  await page.getByText("Signed in: 1 session").waitFor({ state: "hidden" });
  await bob.page.getByRole("button", { name: "Sign in with this browser's key" }).click();
  await bob.page.getByText("this browser", { exact: true }).waitFor();
  person.behaved();
  bob.behaved(/status of 401/);
});

test("an owner gives somebody other roles, and they decide no more", async (t) => {
  const { server, person, page, agent, contentKey } = await setUp(t);
  if (server.mocked) return;
  const bob = await bring(t, server, page, await addBob(page, server), contentKey);
  const { id } = await agent.ask("stripe", "refund", '{"amount":5000.00}');
  await openRequest(bob.page, id);
  await bob.page.getByRole("button", { name: "Reject" }).waitFor();

  await page.goto(peoplePage(server));
  await page.getByRole("button", { name: "Change the roles of Bob" }).click();
  const form = page.getByRole("form", { name: "Roles of Bob" });
  await form.getByLabel("Auditor").check();
  await form.getByLabel("Reviewer").uncheck();
  await assertGood(page, "people-roles");
  await form.getByRole("button", { name: "Ask an owner to sign" }).click();
  await page.getByRole("heading", { name: "Make Bob auditor" }).waitFor();
  await photograph(page, "proposal-roles");
  await page.getByRole("button", { name: "Sign as the owner" }).click();
  await page.getByText("Signed and in force").waitFor();
  assert.deepEqual((await memberNamed(server, "Bob")).roles, ["auditor"]);

  await bob.page.getByRole("button", { name: "Reject" }).waitFor({ state: "hidden" });
  await bob.page.getByText("have no place for you").waitFor();
  await photograph(bob.page, "request-auditor");
  await page.goto(peoplePage(server));
  await page.getByRole("button", { name: "Add somebody" }).click();
  await page.getByRole("form", { name: "Add somebody" }).getByLabel("Their name").fill("Carol");
  await photograph(page, "people-add");
  await page.getByRole("button", { name: "Ask an owner to sign" }).click();
  await page.getByRole("heading", { name: "Add Carol as reviewer" }).waitFor();
  person.behaved();
  bob.behaved();
});
