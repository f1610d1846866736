// A demo goes live: its owner signs, enrols again under the new name, and decides there.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  approve,
  binary,
  command,
  openBrowser,
  openRequest,
  photograph,
  setUp,
  test,
} from "./harness.mjs";

const run = promisify(execFile);

// What ends TLS in front of a server: its address.
async function proxyOf(t, server, folder) {
  const files = ["-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem")];
  const name = [
    "-subj",
    "/CN=letsping.example",
    "-addext",
    "subjectAltName=DNS:letsping.example",
  ];
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
  await run("openssl", ["req", "-x509", ...ec, "-nodes", "-days", "2", ...name, ...files]);
  const options = {
    key: await readFile(join(folder, "key.pem")),
    cert: await readFile(join(folder, "cert.pem")),
  };
  const proxy = createServer(options, (from, to) => {
    const { port } = new URL(server.origin);
    const headers = {
      ...from.headers,
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-proto": "https",
    };
    const { method, url } = from;
    const onward = request({ host: "127.0.0.1", port, method, path: url, headers }, (answer) => {
      to.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(to);
      to.on("close", () => answer.destroy());
    });
    onward.on("error", () => to.destroy());
    from.pipe(onward);
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  t.after(async () => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return `https://letsping.example:${proxy.address().port}`;
}

async function judged(server, folder, page, id) {
  const receipt = await page.evaluate(
    async (path) => (await fetch(path)).text(),
    `/api/review/requests/${id}/receipt`,
  );
  const { stdout: trust } = await run(binary, ["trust", "export", "--data", server.data]);
  await writeFile(join(folder, "receipt.json"), receipt);
  await writeFile(join(folder, "trust.json"), trust);
  const files = [join(folder, "receipt.json"), "--trust", join(folder, "trust.json")];
  const { stdout } = await run(binary, ["verify", ...files, "--json"]);
  return JSON.parse(stdout);
}

test("a demo goes live, and its owner enrols again under the new name", async (t) => {
  const { server, person, page, agent, contentKey } = await setUp(t);
  if (server.mocked) return;
  const folder = await mkdtemp(join(tmpdir(), "lp-live-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await page.locator(".demo-mark").getByText("Demo", { exact: true }).waitFor();
  const first = await agent.ask("stripe", "refund", '{"amount":1}');
  await openRequest(page, first.id);
  await photograph(page, "demo-request");
  await approve(page);
  await page.getByRole("region", { name: "Outcome" }).waitFor();
  const before = await judged(server, folder, page, first.id);
  assert.equal(before.verdict, "VALID");
  assert.ok(before.marks.includes("demo"));

  const address = await proxyOf(t, server, folder);
  await page.getByRole("link", { name: "goes live" }).click();
  await page.getByRole("heading", { name: "Go live" }).waitFor();
  const field = page.getByLabel("Address from now on");
  await field.fill("https://localhost");
  await page.getByRole("button", { name: "Show what I sign" }).click();
  await page.getByText("public_url must be a name").waitFor();
  await photograph(page, "go-live-refused");
  await field.fill(address);
  await page.getByRole("button", { name: "Show what I sign" }).click();
  await page.locator(".roster-change").getByText("Ada").waitFor();
  await photograph(page, "go-live");
  // The log grows while the owner reads; what is signed is of the log as it is then.
  await server.newAgentKey("second-bot");
  await page.getByRole("button", { name: "Go live" }).click();
  await page.getByRole("heading", { name: "This server is live" }).waitFor();
  await page.locator(".demo-mark").waitFor({ state: "detached" });
  await photograph(page, "go-live-done");

  const named = join(folder, "letsping.toml");
  await writeFile(
    named,
    `[server]\npublic_url = "${address}"\ntrusted_proxies = ["127.0.0.1"]\n`,
  );
  await server.restart("--config", named);
  const [ada] = await command(server, "member", "list");
  const [{ url }] = await command(server, "login-link", "--member", ada.id);
  assert.ok(url.startsWith(`${address}/login#t=`));
  const there = { ...server, origin: address };
  const again = await openBrowser(t, there, { ignoreHTTPSErrors: true });
  await again.page.goto(`${url}&k=${contentKey.toString("base64")}`);
  await again.page.getByText("The content key is here.").waitFor();
  await again.page.getByRole("button", { name: "Make the key" }).click();
  await again.page.getByText("An owner has to sign for this key").waitFor();
  // The browser at the old name still has the key that went along.
  // Its session is older than the server that runs now, and would be asked for its key in between.
  await page.context().clearCookies();
  await page.goto(server.origin);
  await page.getByRole("button", { name: "Sign in with this browser's key" }).click();
  await page.getByRole("link", { name: "Read and sign" }).click();
  await page.getByRole("button", { name: "Sign as the owner" }).click();
  await page.getByText("Signed and in force").waitFor();
  await again.page.getByRole("heading", { name: "Inbox" }).waitFor();
  assert.equal(await again.page.locator(".demo-mark").count(), 0);
  await photograph(again.page, "live-inbox");

  const after = await agent.ask("stripe", "refund", '{"amount":2}');
  await openRequest(again.page, after.id);
  await approve(again.page);
  await again.page.getByRole("region", { name: "Outcome" }).waitFor();
  assert.equal((await agent.status(after.id)).status, "APPROVED");
  const said = await judged(server, folder, again.page, after.id);
  assert.equal(said.verdict, "VALID");
  assert.equal((said.marks ?? []).includes("demo"), false);
  // The server was away, and who comes back is not signed in.
  person.behaved(/status of 40[01]/, /ERR_CONNECTION_REFUSED/);
  again.behaved();
});
