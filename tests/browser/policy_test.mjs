import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { openRequest, setUp, test } from "./harness.mjs";

const top = join(import.meta.dirname, "../..");

// The pages of the server: what spec/authorization.csv has under GET, beside API and log.
async function pagePaths() {
  const table = await readFile(join(top, "spec/authorization.csv"), "utf8");
  return table
    .split("\n")
    .map((line) => line.split(","))
    .filter(([method, path]) => method === "GET" && !/^\/(api|admin|log|\.well-known)\//.test(path))
    .map(([, path]) => path)
    .filter((path) => !["/livez", "/readyz", "/healthz"].includes(path));
}

// The lines of the document, with the hash that this build has for its import map.
async function documented(response) {
  const text = await readFile(join(top, "docs/security/headers.md"), "utf8");
  const policy = response.headers.get("content-security-policy");
  const [hash = ""] = /'sha256-[^']+'/.exec(policy) ?? [];
  const lines = text.match(/^ {4}[A-Z][\w-]+: .+$/gm).map((line) => line.trim());
  return lines.map((line) => line.replace("'sha256-…'", hash));
}

test("every page comes with the documented headers, and keeps to them", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  await page.addInitScript(() => {
    window.lpPolicies = [];
    const made = trustedTypes.createPolicy.bind(trustedTypes);
    trustedTypes.createPolicy = (name, rules) => {
      window.lpPolicies.push(name);
      return made(name, rules);
    };
  });
  const { id } = await agent.ask("stripe", "refund", '{"amount":1}');
  const paths = (await pagePaths()).map((path) => path.replace("{id}", id));
  assert.ok(paths.length > 12, `${paths}`);
  const settings = ["people", "notifications", "agents", "project", "about"];
  const policies = new Set();
  for (const path of [...paths, ...settings.map((name) => `/settings?page=${name}`)]) {
    const response = await fetch(server.origin + path);
    const got = [...response.headers].map(([name, value]) => `${name}: ${value}`);
    for (const line of await documented(response)) {
      const [name, ...value] = line.split(": ");
      const wanted = `${name.toLowerCase()}: ${value.join(": ")}`;
      assert.ok(got.includes(wanted), `${path} without ${wanted}\n${got.join("\n")}`);
    }
    if (path === "/verify.html") continue; // A file to keep: it is not opened here.
    await page.goto(server.origin + path);
    // Its own code is there: a page that is left while that loads says so as an error.
    await page.locator("h1, h2, .notice").first().waitFor();
    for (const name of await page.evaluate(() => window.lpPolicies)) policies.add(name);
  }
  await page.goto(server.origin);
  await openRequest(page, id);
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByRole("textbox", { name: "Payload, as JSON" }).waitFor();
  assert.deepEqual([...policies], ["lp-sw"]);
  const refused = await page.evaluate(() => {
    try {
      trustedTypes.createPolicy("other", {});
      return false;
    } catch {
      return true;
    }
  });
  assert.ok(refused, "another policy was made");
  const other = /TrustedTypePolicy named 'other'|policy violation: trusted-types \S+ other/;
  person.behaved(/status of (404|410|401)/, other);
});
