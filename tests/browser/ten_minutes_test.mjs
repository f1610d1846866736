// The first ten minutes, in one run: what the README says, from an empty data directory to a
// decision that a stranger verifies and a phone that is paired. Each thing that the person does is
// counted.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  Agent,
  binary,
  editText,
  giveAuthenticator,
  longTest,
  openBrowser,
  startServer,
} from "./harness.mjs";

const gesturesMax = 18;

longTest("ten minutes: from nothing to a verified decision and a paired phone", 3, async (t) => {
  const began = performance.now();
  const gestures = [];
  const does = async (what, done) => {
    gestures.push(what);
    return done;
  };
  const server = await startServer(t);
  const person = await openBrowser(t, server);
  await giveAuthenticator(person);
  const { page } = person;
  // As ./run does: the key is made for the demo agent, and goes into the link that is printed.
  const contentKey = randomBytes(32);
  const agent = new Agent(server.origin, await server.newAgentKey("demo-agent"), contentKey);
  const link = `${await server.setupLink()}&k=${contentKey.toString("base64")}`;
  await does("opens the link", page.goto(link));
  await does("types a name", page.getByLabel("Your name").fill("Ada"));
  await does("finishes", page.getByRole("button", { name: "Finish setup" }).click());
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  const text = '{"statement":"DROP TABLE customers CASCADE","rows":100}';
  const { id } = await agent.ask("db-agent", "sql", text);
  const held = agent.status(id, 25);

  await does("opens the request", page.locator(`[data-request="${id}"]`).click());
  await page.getByText("2 of 2 values shown").waitFor();
  await does("edits", page.getByRole("button", { name: "Edit" }).click());
  await does("types", editText(page, "100", "0"));
  await does("reviews", page.getByRole("button", { name: "Review 1 field" }).click());
  const next = page.getByRole("button", { name: "Show the next" });
  const armed = page.locator(".decision-bar .approve:enabled");
  for (let round = 0; round < 5; round += 1) {
    await armed.or(next).first().waitFor();
    if ((await armed.count()) > 0) break;
    await does("shows the next", next.first().click());
  }
  await does("approves", armed.click());
  const confirm = page.locator(".decision-panel.confirm .approve:enabled");
  await does("confirms", confirm.click());
  await page.getByRole("heading", { name: "Approved with changes" }).waitFor();
  const { patched_payload } = await held;
  assert.equal(agent.open(patched_payload), text.replace("100", "0"));

  const downloading = page.waitForEvent("download");
  await does("downloads", page.getByRole("link", { name: "Download receipt" }).click());
  const receipt = await (await downloading).path();
  const trust = execFileSync(binary, ["trust", "export", "--data", server.data]);
  await does("opens Verify", page.goto(`${server.origin}/verify`));
  const files = [
    receipt,
    { name: "trust.json", mimeType: "application/json", buffer: trust },
  ];
  const [first, second] = files;
  await does("gives both files", page.getByLabel("Receipt: choose a file").setInputFiles(first));
  await page.getByLabel("Trust file: choose a file").setInputFiles(second);
  await page.locator('[data-verdict="VALID"]').waitFor();

  await does("opens Keys", page.goto(`${server.origin}/settings`));
  await does("pairs", page.getByRole("button", { name: "Pair a phone" }).click());
  const code = await page.getByTestId("pairing-code").textContent();
  const phone = await openBrowser(t, server, { viewport: { width: 390, height: 844 } });
  const address = `${server.origin}/p#1.${code.replace("-", "")}`;
  await does("scans", phone.page.goto(address));
  await does("agrees", phone.page.getByRole("button", { name: "Pair this device" }).click());
  const words = await phone.page.getByTestId("pairing-words").textContent();
  await does("compares", page.getByRole("button", { name: words, exact: true }).click());
  await phone.page.getByRole("heading", { name: "Inbox" }).waitFor();
  console.log(`    ${gestures.length} gestures: ${gestures.join(", ")}`);
  console.log(`    ${((performance.now() - began) / 1000).toFixed(1)} s of the machine's time`);
  assert.ok(gestures.length <= gesturesMax, `${gestures.length} gestures`);
  for (const one of [person, phone]) one.behaved();
});
