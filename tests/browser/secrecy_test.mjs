import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  addPasskey,
  approve,
  binary,
  editText,
  filesWith,
  giveAuthenticator,
  openRequest,
  setUp,
  test,
} from "./harness.mjs";

// Takes what is posted to it: a webhook's receiver, and a channel's.
async function openSink(t) {
  const bodies = [];
  const sink = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      bodies.push(body);
      response.end();
    });
  });
  await new Promise((resolve) => sink.listen(0, "127.0.0.1", resolve));
  t.after(() => new Promise((resolve) => sink.close(resolve)));
  return { bodies, url: `http://127.0.0.1:${sink.address().port}/` };
}

// All that a page can leave behind in its browser, as text.
const stored = (page) =>
  page.evaluate(async () => {
    const all = [{ ...localStorage }, { ...sessionStorage }, await caches.keys()];
    for (const { name } of await indexedDB.databases()) {
      const open = indexedDB.open(name);
      await new Promise((resolve) => (open.onsuccess = resolve));
      for (const store of open.result.objectStoreNames) {
        const get = open.result.transaction(store).objectStore(store).getAll();
        await new Promise((resolve) => (get.onsuccess = resolve));
        all.push(get.result);
      }
    }
    return JSON.stringify(all);
  });

test("nothing of a payload, its edit or its talk is at rest or on the wire", async (t) => {
  const sink = await openSink(t);
  const { server, person, page, agent } = await setUp(t, {
    env: { LETSPING_WEBHOOKS__ALLOW: "127.0.0.1" },
  });
  await promisify(execFile)(binary, ["webhook", "add", "--url", sink.url, "--data", server.data]);
  const secrets = ["marker-of-the-payload", "marker-of-the-edit", "marker-of-the-comment"];
  const [payload, edit, comment] = secrets;
  const { id } = await agent.ask("stripe", "refund", `{"what":"${payload}","n":1}`);
  const held = agent.status(id, 25);
  await openRequest(page, id);
  await page.getByText(payload).first().waitFor();
  await page.getByLabel("Your comment").fill(comment);
  await page.getByRole("button", { name: "Comment", exact: true }).click();
  await page.locator(".talk").getByText(comment).first().waitFor();
  await page.getByRole("button", { name: "Edit" }).click();
  await editText(page, payload, edit);
  await page.getByRole("button", { name: "Review 1 field" }).click();
  await approve(page);
  await page.getByRole("heading", { name: "Approved with changes" }).waitFor();
  assert.equal(agent.open((await held).patched_payload), `{"what":"${edit}","n":1}`);
  await page.getByText("Delivered to the agent").waitFor();

  const folder = await mkdtemp(join(tmpdir(), "lp-secrecy-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const told = [server.log(), ...sink.bodies, ...person.seen.bodies];
  for (const format of ["bundle", "jsonl"]) {
    const file = join(folder, format);
    const words = ["audit", "export", "--data", server.data, "--format", format];
    await promisify(execFile)(binary, [...words, "--output", file]);
    told.push(await readFile(file, "latin1"));
  }
  told.push(...person.seen.posts.map(({ url, body }) => url + body), await stored(page));
  assert.ok(
    sink.bodies.some((body) => body.includes(id)),
    "the webhook was told nothing",
  );
  for (const secret of secrets) {
    assert.deepEqual(await filesWith(server, secret), []);
    assert.equal(told.filter((text) => text.includes(secret)).length, 0, secret);
  }

  // What is open goes from the page when the browser locks itself.
  await giveAuthenticator(person);
  await addPasskey(page, server, "Add one that signs in");
  await page.getByLabel("Lock this browser when nobody uses it").click();
  await page.getByLabel("After").selectOption("1");
  await page.clock.install();
  await page.goto(`${server.origin}/requests/${id}`);
  await page.getByText(edit).first().waitFor();
  await page.clock.fastForward("02:00");
  await page.getByRole("heading", { name: "Locked" }).waitFor();
  const left = (await page.content()) + (await stored(page));
  for (const secret of secrets) assert.ok(!left.includes(secret), secret);
  person.behaved(/status of 401/);
});
