import { assertFitsMirrored, assertFocusSeen, assertGood } from "./access.mjs";
import {
  approve,
  decisionPanel,
  editText,
  longTest,
  openBrowser,
  openRequest,
  setUp,
  startServer,
  test,
} from "./harness.mjs";

const refund =
  '{"amount":5000.00,"currency":"USD","to":"acct_99","lines":[{"sku":"A-1","qty":2}],' +
  '"reason":"Customer says the parcel never arrived; the carrier confirms the loss."}';

// A request in each state, and every page that somebody who is signed in can open.
async function allPages(t) {
  const setting = await setUp(t, { passkey: true });
  const { page, agent } = setting;
  const facts = '{"amount":5000.00,"lines":[{"sku":"A-1"}],"reason":"the parcel never arrived"}';
  const { id } = await agent.ask("stripe", "refund", facts, {
    metadata: { environment: "prod" },
  });
  const high = await agent.ask("db", "sql", '{"q":"DROP\\nTABLE t"}', { priority: "high" });
  const done = await agent.ask("crm", "update", '{"a":1}', { priority: "low" });
  await openRequest(page, done.id);
  await approve(page);
  await page.getByRole("heading", { name: "Approved" }).waitFor();
  const pages = [
    ["inbox", "/", `[data-request="${id}"]`],
    ["page-request", `/requests/${id}`, ".decision .approve:enabled"],
    ["page-high", `/requests/${high.id}`, ".decision .approve:enabled"],
    ["page-approved", `/requests/${done.id}`, "text=Logged"],
    ["audit", "/audit?entry=2", "text=signed by the log's key"],
    ["settings", "/settings", "text=checked by this browser"],
    ["agents", "/settings?page=agents", "text=billing-bot"],
    ["project", "/settings?page=project", "text=Before you rely on it"],
    ["about", "/settings?page=about", "text=Security headers"],
    ["request-unknown", "/requests/req_unknown", "text=There is no such request"],
  ];
  return { ...setting, pages };
}

test("every page is accessible, in light and dark, on a desk and on a phone", async (t) => {
  const { server, person, page, pages } = await allPages(t);
  for (const [name, path, loaded] of pages) {
    await page.goto(server.origin + path);
    await page.locator(loaded).first().waitFor();
    await assertGood(page, name);
  }
  person.behaved(/status of 404/);
});

longTest("the first run is accessible, step by step", 2, async (t) => {
  const server = await startServer(t);
  const person = await openBrowser(t, server);
  const { page } = person;
  await page.goto(await server.setupLink());
  await page.getByLabel("Your name").fill("Ada");
  await assertGood(page, "setup");
  await page.getByRole("button", { name: "Finish setup" }).click();
  await page.getByRole("heading", { name: "Content key", exact: true }).waitFor();
  await assertGood(page, "first-run-key");
  await page.getByRole("button", { name: "Make a key in this browser" }).click();
  await page.getByLabel("I have kept the key").check();
  await assertGood(page, "first-run-key-made");
  await assertFocusSeen(page, "first-run-key-made");
  await page.getByRole("button", { name: "Go on to your agent" }).click();
  await page.getByRole("heading", { name: "Connect your agent" }).waitFor();
  await assertGood(page, "first-run-agent");
  await page.getByRole("link", { name: "Go to the inbox" }).click();
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  await assertGood(page, "inbox-empty");
  await page.goto(`${server.origin}/setup?step=key`);
  await page.getByText("Its text is not shown again here.").waitFor();
  await assertGood(page, "first-run-key-kept");
  person.behaved();
});

longTest("deciding is accessible in every state of the bar", 2, async (t) => {
  const { person, page, agent } = await setUp(t);
  const metadata = { environment: "prod", role: "finance" };
  await agent.ask("crm", "update_contact", '{"id":"c_881","phone":"+49 30 1234567"}');
  await agent.ask("db", "sql", '{"q":"DROP\\nTABLE t"}', { priority: "high", metadata });
  const { id } = await agent.ask("stripe", "refund", refund, { metadata });
  await openRequest(page, id);
  await page.locator(".decision .approve:enabled").waitFor();
  await assertGood(page, "request");
  await assertFitsMirrored(page, "request");
  await assertFocusSeen(page, "request");
  await page.getByRole("button", { name: "Reject" }).click();
  await assertGood(page, "request-reject");
  await page.keyboard.press("Escape");
  await page.locator(".decision-bar .approve:enabled").click();
  await decisionPanel(page).locator(".approve:enabled").waitFor();
  await assertGood(page, "request-confirm");
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await assertGood(page, "keyboard");
  person.behaved();
});

longTest("editing is accessible from the first key to the receipt", 2, async (t) => {
  const { person, page, agent } = await setUp(t);
  const { id } = await agent.ask("stripe", "refund", refund, {
    metadata: { environment: "prod" },
  });
  await openRequest(page, id);
  await page.getByRole("button", { name: "Edit" }).click();
  await editText(page, "5000.00", "oops");
  await page.getByText("This is not a JSON value").waitFor();
  await assertGood(page, "edit-problem");
  await editText(page, "oops", "50.00");
  await editText(page, '"qty": 2', '"qty": 1');
  await page.getByText("You are changing 2 fields").waitFor();
  await assertGood(page, "edit");
  await assertFocusSeen(page, "edit");
  await page.getByRole("button", { name: "Review 2 fields" }).click();
  await page.locator(".decision-bar .approve:enabled").waitFor();
  await assertGood(page, "edit-review");
  await page.locator(".decision-bar .approve:enabled").click();
  await decisionPanel(page).locator(".approve:enabled").waitFor();
  await assertGood(page, "edit-confirm");
  await decisionPanel(page).locator(".approve:enabled").click();
  await page.getByRole("heading", { name: "Approved with changes" }).waitFor();
  await assertGood(page, "edited");
  person.behaved();
});

longTest(
  "high and critical, the pages around them and the way in are accessible",
  2,
  async (t) => {
    const { server, person, page, agent } = await setUp(t, { passkey: true });
    const high = await agent.ask(
      "db",
      "sql",
      '{"query":"DELETE FROM sessions\\nWHERE age > 90"}',
      {
        priority: "high",
      },
    );
    const critical = await agent.ask(
      "iam",
      "grant_role",
      '{"user":"p\\u0430ula","role":"admin"}',
      {
        priority: "critical",
      },
    );
    await openRequest(page, high.id);
    await page.locator(".decision-bar .approve:enabled").click();
    await decisionPanel(page).locator(".approve:enabled").waitFor();
    await assertGood(page, "request-high-confirm");
    await page.goto(`${server.origin}/requests/${critical.id}`);
    await page.locator(".decision-bar .approve:enabled").click();
    await decisionPanel(page).waitFor();
    await assertGood(page, "request-critical");
    await page.goto(`${server.origin}/requests/${high.id}`);
    await page.locator(".decision-bar .approve:enabled").waitFor();
    await approve(page);
    await page.getByRole("heading", { name: "Approved" }).waitFor();
    await assertGood(page, "request-approved");
    await page.goto(`${server.origin}/settings`);
    await page.getByRole("button", { name: "Make the next key" }).click();
    await page.getByRole("button", { name: "Make it and wrap it" }).click();
    await page.getByTestId("key-text").waitFor();
    await page.getByRole("button", { name: "Pair a phone" }).click();
    await page.getByTestId("pairing-code").waitFor();
    await assertGood(page, "settings");
    await page.getByLabel("My agents have the new key").check();
    await page.getByRole("button", { name: "forget its text" }).click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await assertGood(page, "sign-in");
    person.behaved(/status of 401/);
  },
);
