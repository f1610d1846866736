import assert from "node:assert/strict";
import { corpus } from "./corpus.mjs";
import { setUp, test } from "./harness.mjs";

// One payload on the page: each value readable as it was sent, all of them counted, nothing of it
// markup; what has no single meaning cannot be approved.
async function assertShown({ server, page, agent }, { name, text, leaves, texts }) {
  const { id } = await agent.ask("corpus", "show", text);
  await page.goto(`${server.origin}/requests/${id}`);
  if (leaves === undefined) {
    await page.getByText("This payload cannot be approved here").waitFor();
    assert.equal(await page.locator(".decision .approve").count(), 0, name);
    return;
  }
  await page.getByRole("heading", { name: "What would run" }).waitFor();
  await page.getByText(/^([\d,]+) of \1 values? shown$/).waitFor();
  const counted = await page.getByTestId("leaf-count").textContent();
  assert.equal(Number.parseInt(counted, 10), leaves, name);
  const payload = page.locator(".payload");
  const shown = (await payload.innerText()).replace(/\s+/g, " ");
  for (const wanted of texts) assert.ok(shown.includes(wanted), `${name}: ${wanted} in ${shown}`);
  assert.equal(await payload.locator("img, a, script, iframe, style, form").count(), 0, name);
  assert.equal(await page.evaluate(() => window.lpRan), undefined, name);
}

test("payloads that are hard to show are shown as they were sent", async (t) => {
  const setting = await setUp(t);
  for (const one of corpus.filter((_, number) => number % 10 === 2))
    await assertShown(setting, one);
  setting.person.behaved();
});
