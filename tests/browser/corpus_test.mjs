import assert from "node:assert/strict";
import { corpus } from "./corpus.mjs";
import { approve, editText, longTest, setUp, test } from "./harness.mjs";

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

longTest(
  "the whole corpus is shown as it was sent, and edits touch nothing else",
  6,
  async (t) => {
    const setting = await setUp(t);
    assert.ok(corpus.length >= 60, `${corpus.length} payloads`);
    for (const one of corpus) await assertShown(setting, one);
    const { server, page, agent, person } = setting;
    for (const { text } of corpus.filter(
      ({ leaves, text }) => leaves === 1 && text.startsWith('{"v":'),
    )) {
      const whole = `{"n":100,${text.slice(1)}`;
      const { id } = await agent.ask("corpus", "edit", whole);
      await page.goto(`${server.origin}/requests/${id}`);
      await page.getByRole("button", { name: "Edit" }).click();
      await editText(page, "100", "7");
      await page.getByRole("button", { name: "Review 1 field" }).click();
      await approve(page);
      await page.getByRole("heading", { name: "Approved with changes" }).waitFor();
      const { patched_payload } = await agent.status(id);
      assert.equal(agent.open(patched_payload), whole.replace("100", "7"));
    }
    person.behaved();
  },
);
