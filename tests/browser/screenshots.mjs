// Makes the pictures of the README anew: `node tests/browser/screenshots.mjs`, with the same
// variables as ./run. They come from the real binary and an agent that really asks.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { closeBrowser, editText, openRequest, setUp } from "./harness.mjs";

const folder = join(import.meta.dirname, "../../docs/images");
const cleanups = [];
const t = { after: (cleanup) => cleanups.push(cleanup), explain: () => {} };

async function picture(page, name) {
  await page.mouse.move(0, 0);
  await page.screenshot({ path: join(folder, `${name}.png`), scale: "css" });
  console.log(`docs/images/${name}.png`);
}

try {
  mkdirSync(folder, { recursive: true });
  const { page, agent } = await setUp(t, { passkey: true });
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: "light" });
  const prod = { metadata: { environment: "prod" } };
  await agent.ask("crm", "update_contact", '{"id":"c_881","phone":"+49 30 1234567"}');
  await agent.ask("iam", "grant_role", '{"user":"eve","role":"admin"}', {
    priority: "critical",
    ...prod,
  });
  const sql = await agent.ask(
    "db",
    "sql",
    '{"database":"orders","query":"DELETE FROM sessions\\nWHERE seen < now() - ' +
      'interval \'90 days\'","rows_expected":48211,' +
      '"reason":"The table is slow; old sessions are of no use to anybody."}',
    { priority: "high", ...prod },
  );
  const refund = await agent.ask(
    "stripe",
    "refund",
    '{"amount":5000.00,"currency":"USD","to":"acct_99","lines":[{"sku":"A-1","qty":2}],' +
      '"reason":"Customer says the parcel never arrived; the carrier confirms the loss."}',
    prod,
  );
  for (const { id } of [sql, refund]) agent.status(id, 50).catch(() => undefined);
  await openRequest(page, sql.id);
  await page.locator(".agent-says summary").click();
  await page.locator(".decision .approve:enabled").waitFor();
  await picture(page, "review");
  await openRequest(page, refund.id);
  await page.getByText("It is connected and waits").waitFor();
  await page.getByRole("button", { name: "Edit" }).click();
  await editText(page, "5000.00", "50.00");
  await editText(page, '"qty": 2', '"qty": 1');
  await page.getByRole("button", { name: "Review 2 fields" }).click();
  // What an edit changes must have been on screen.
  const armed = page.locator(".decision .approve:enabled");
  const next = page.getByRole("button", { name: "Show the next" });
  while (!(await armed.isVisible())) {
    if (await next.isVisible()) await next.click();
    await page.waitForTimeout(200);
  }
  await page.locator(".request-scroll").evaluate((place) => place.scrollTo(0, 0));
  await picture(page, "edit");
} finally {
  for (const cleanup of cleanups.reverse()) await cleanup();
  await closeBrowser();
}
