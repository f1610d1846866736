// A key for which one owner alone has signed, and a second owner who vouches for it.

import assert from "node:assert/strict";
import { asksFor, longTest, photograph, setUp } from "./harness.mjs";
import { bring, memberNamed, signs } from "./people_test.mjs";

const notice = (page, name) => page.getByText(`A key of ${name} waits for a second owner`);

async function added(t, { server, page, contentKey }, name, ...roles) {
  const words = roles.flatMap((role) => ["--role", role]);
  await signs(page, server, await asksFor(server, "member", "add", "--name", name, ...words));
  const { id } = await memberNamed(server, name);
  return bring(t, server, page, id, contentKey, name);
}

longTest(
  "a second owner compares a new key and cosigns it; a founder's needs nobody",
  3,
  async (t) => {
    const setting = await setUp(t);
    const { server, person, page } = setting;
    const bob = await added(t, setting, "Bob", "owner", "reviewer");
    const carol = await added(t, setting, "Carol", "reviewer");
    const people = `${server.origin}/settings?page=people`;
    await bob.page.goto(people);
    await notice(bob.page, "Carol").waitFor();
    // Neither their own key, nor the founder's.
    assert.equal(await notice(bob.page, "Bob").count(), 0);
    assert.equal(await notice(bob.page, "Ada").count(), 0);
    await photograph(bob.page, "people-uncosigned");
    await bob.page.getByRole("button", { name: "Compare and cosign the key of Carol" }).click();
    assert.equal(await bob.page.locator("dd.words").textContent(), carol.words);
    await photograph(bob.page, "people-compare");
    await bob.page.getByRole("button", { name: "They match: cosign" }).click();
    await notice(bob.page, "Carol").waitFor({ state: "detached" });
    // It holds for every browser that follows the rosters.
    await page.goto(people);
    await page.getByText("checked by this browser").or(notice(page, "Bob")).first().waitFor();
    assert.equal(await notice(page, "Carol").count(), 0);
    for (const one of [person, bob, carol]) one.behaved();
  },
);
