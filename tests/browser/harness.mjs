// What a browser test needs: a server with its own data directory, an agent, a person in front
// of a browser. Everything is on loopback, and everything that is started is stopped.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { chromium } from "playwright-core";

const top = join(import.meta.dirname, "../..");
export const binary = process.env.LETSPING ?? join(top, "build/release/letsping");
const mocked = process.env.LETSPING === "mock";

const registered = [];
const register = (name, run, more) => registered.push({ name, run, limitMs: 90_000, ...more });
export const test = (name, run) => register(name, run);
// What waits for a clock of the server or of the browser: begun before the others, it ends beside
// them.
export const waitingTest = (name, run) => register(name, run, { waits: true });
// One of `run --long`, which takes minutes.
export const longTest = (name, minutes, run) =>
  register(name, run, { limitMs: minutes * 60_000, long: true });

// Every test of this folder, in the same order in each process that asks.
export async function allTests() {
  const files = (await readdir(import.meta.dirname)).filter((name) => name.endsWith("_test.mjs"));
  for (const file of files.sort()) await import(`./${file}`);
  return registered;
}

// A server in a data directory of its own. `log()` is all that it has printed.
// `mock`: the review API in memory, for what no server gives an agent yet, such as the level low.
export async function startServer(t, { mock = mocked, env = {} } = {}) {
  if (mock) return startMock(t);
  if (!existsSync(binary)) throw new Error(`${binary} does not exist; build it first`);
  const data = await mkdtemp(join(tmpdir(), "lp-browser-"));
  t.after(() => rm(data, { recursive: true, force: true }));
  t.after(() => rm(`${data}.signer`, { recursive: true, force: true }));
  const server = { data, mocked: false, ...(await serve(t, data, "127.0.0.1:0", env)) };
  server.restart = async (...flags) => {
    await server.stop();
    const again = await serve(t, data, `127.0.0.1:${new URL(server.origin).port}`, env, ...flags);
    const before = server.log;
    Object.assign(server, again, { log: () => before() + again.log() });
  };
  server.setupLink = async () =>
    found(await letsping(data, "setup-link", "--url", server.origin), /\/setup#t=[^&\s]+/);
  server.command = (...words) => letsping(data, ...words);
  server.newAgentKey = async (name, project = "default") => {
    const options = ["--project", project, "--role", "agent", "--name", name];
    return found(await letsping(data, "key", "create", ...options), /^lp_/);
  };
  return server;
}

// `env`: settings, as LETSPING_SECTION__KEY.
async function serve(t, data, listen, env, ...flags) {
  const web = process.env.LETSPING_WEB ? ["--web-dir", process.env.LETSPING_WEB] : [];
  const words = ["serve", "--data", data, "--listen", listen, ...web, ...flags];
  // Nobody waits a day here for a second person's key; whoever tests that sets it back.
  const settings = { LETSPING_PEOPLE__NEW_KEY_WAIT_MS: "0", ...env };
  const child = spawn(binary, words, { env: { ...process.env, ...settings } });
  let log = "";
  const ended = new Promise((resolve) => child.on("close", resolve));
  const stop = async () => {
    child.kill("SIGTERM");
    const killer = setTimeout(() => child.kill("SIGKILL"), 5000);
    await ended;
    clearTimeout(killer);
  };
  t.after(stop);
  const origin = await new Promise((resolve, reject) => {
    const read = (chunk) => {
      log += chunk;
      const line = /listening (https?:\/\/\S+)\n/.exec(log);
      // Under a name of its own it is reached on this machine as before.
      const port = listen.split(":")[1];
      if (line) resolve(line[1].includes("localhost") ? line[1] : `http://localhost:${port}`);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("error", reject);
    ended.then((code) => reject(new Error(`the server ended with ${code}:\n${log}`)));
  });
  return { origin, stop, log: () => log };
}

async function letsping(data, ...words) {
  const [command, ...rest] = words;
  const second = ["key", "project", "sso"].includes(command) ? rest.splice(0, 1) : [];
  const all = [command, ...second, "--data", data, ...rest, "--json"];
  const { stdout } = await promisify(execFile)(binary, all);
  return JSON.parse(stdout);
}

// The first string in an answer that looks as wanted, so that other members may come and go.
function found(answer, form) {
  const strings = Object.values(answer).filter((value) => typeof value === "string");
  const value = strings.find((text) => form.test(text));
  if (value === undefined) throw new Error(`nothing like ${form} in ${JSON.stringify(answer)}`);
  return value;
}

async function startMock(t) {
  const { Review } = await import("../../web/dev/mock_review.mjs");
  const { serveMock } = await import("../../web/dev/mock.mjs");
  const review = new Review();
  const { server, port } = await serveMock(review);
  t.after(async () => {
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://localhost:${port}`;
  const setupLink = async () => `${origin}/setup#t=${review.token}`;
  const newAgentKey = async () => "lp_mock";
  return { origin, mocked: true, review, log: () => "", setupLink, newAgentKey };
}

// Bytes of `text` anywhere below the data directory, write-ahead logs and all.
export async function filesWith(server, text) {
  if (server.mocked) return [];
  const hits = [];
  for (const root of [server.data, `${server.data}.signer`]) {
    const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries.filter((candidate) => candidate.isFile())) {
      const path = join(entry.parentPath, entry.name);
      if ((await readFile(path)).includes(text)) hits.push(path);
    }
  }
  return hits;
}

// A program that asks, as the published clients do: version 1 envelopes and a held status poll.
export class Agent {
  constructor(origin, apiKey, contentKey) {
    Object.assign(this, { origin, apiKey, contentKey });
  }

  seal(text) {
    const iv = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", this.contentKey, iv);
    const ct = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
    return { _lp_enc: true, iv: iv.toString("base64"), ct: ct.toString("base64") };
  }

  // The exact text that somebody sealed for this agent, version 1.
  open({ iv, ct }) {
    const sealed = Buffer.from(ct, "base64");
    const nonce = Buffer.from(iv, "base64");
    const decipher = createDecipheriv("aes-256-gcm", this.contentKey, nonce);
    decipher.setAuthTag(sealed.subarray(-16));
    return decipher.update(sealed.subarray(0, -16)).toString() + decipher.final();
  }

  // Version 2 as our own clients write it: a key of its own, the context bound in.
  sealV2(text, service, action) {
    const ctx = { origin: "-", client_nonce: randomBytes(8).toString("hex"), service, action };
    const aad = JSON.stringify(
      Object.fromEntries(Object.entries({ ...ctx, created: "2026-03-01T12:00:00.000Z" }).sort()),
    );
    const [salt, iv] = [randomBytes(32), randomBytes(12)];
    const info = Buffer.from(`lp-env/2\0${aad}`);
    const key = Buffer.from(hkdfSync("sha256", this.contentKey, salt, info, 32));
    const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(aad));
    const ct = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
    const kid = createHash("sha256").update("lp-kid/1\0").update(this.contentKey).digest("hex");
    const [iv64, ct64, salt64] = [iv, ct, salt].map((bytes) => bytes.toString("base64"));
    const named = { v: 2, kid: kid.slice(0, 16), salt: salt64, ctx: JSON.parse(aad) };
    return { _lp_enc: true, iv: iv64, ct: ct64, ...named };
  }

  openV2({ iv, ct, salt, ctx }) {
    const aad = JSON.stringify(Object.fromEntries(Object.entries(ctx).sort()));
    const info = Buffer.from(`lp-env/2\0${aad}`);
    const key = hkdfSync("sha256", this.contentKey, Buffer.from(salt, "base64"), info, 32);
    const sealed = Buffer.from(ct, "base64");
    const decipher = createDecipheriv("aes-256-gcm", Buffer.from(key), Buffer.from(iv, "base64"));
    decipher.setAAD(Buffer.from(aad)).setAuthTag(sealed.subarray(-16));
    return decipher.update(sealed.subarray(0, -16)).toString() + decipher.final();
  }

  // `text` is the exact JSON that the person shall see. Answers the request's id and its envelope.
  async ask(service, action, text, { version = 1, ...members } = {}) {
    const payload = version === 2 ? this.sealV2(text, service, action) : this.seal(text);
    const message = { service, action, payload, ...members };
    const answer = await this.post("/api/ingest", JSON.stringify(message));
    return { id: answer.id, payload };
  }

  // The payload as it stands, where the project lets the server read it.
  askInClear(service, action, text) {
    const head = `"service":"${service}","action":"${action}"`;
    return this.post("/api/ingest", `{${head},"payload":${text}}`);
  }

  // Puts another version in the place of `version`.
  revise(id, version, text) {
    const body = { version, payload: this.seal(text) };
    return this.post(`/api/requests/${id}/revise`, JSON.stringify(body));
  }

  cancel(id) {
    return this.post(`/api/requests/${id}/cancel`, "{}");
  }

  async post(path, body) {
    const response = await fetch(this.origin + path, {
      method: "POST",
      headers: { Authorization: `Bearer ${this.apiKey}`, "Content-Type": "application/json" },
      body,
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  }

  async statusText(id) {
    const headers = { Authorization: `Bearer ${this.apiKey}` };
    return (await fetch(`${this.origin}/api/status/${id}`, { headers })).text();
  }

  async status(id, wait = 0, signal = undefined) {
    const response = await fetch(`${this.origin}/api/status/${id}?wait=${wait}`, {
      headers: { Authorization: `Bearer ${this.apiKey}` },
      signal,
    });
    return response.json();
  }
}

// Debian's Chromium without what draws windows, for a third of the processor less; and the whole of
// it, for what the other lacks: it shows no notifications and installs nothing.
const programs = {
  shell: process.env.CHROMIUM ?? "/usr/bin/chromium-headless-shell",
  whole: process.env.CHROMIUM ?? "/usr/bin/chromium",
};
const browsers = {};
async function launched(program) {
  browsers[program] ??= await chromium.launch({
    executablePath: programs[program],
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // A name that is not this machine's, for what differs there.
      "--host-resolver-rules=MAP letsping.example 127.0.0.1",
    ],
  });
  return browsers[program];
}

export async function closeBrowser() {
  for (const browser of Object.values(browsers)) await browser.close();
}

// A person with a browser of their own. Everything that must never happen is collected, and
// `behaved()` throws if any of it did.
export async function openBrowser(t, server, { program = "shell", ...options } = {}) {
  const context = await (await launched(program)).newContext({
    viewport: { width: 1440, height: 900 },
    ...options,
  });
  t.after(() => context.close());
  const seen = { problems: [], bodies: [], urls: [], posts: [] };
  await context.exposeBinding("lpViolation", (_source, text) => {
    seen.problems.push(`policy violation: ${text}`);
  });
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      window.lpViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  context.on("page", (page) => watch(page, server, seen));
  const page = await context.newPage();
  t.explain(async () => {
    const text = await page.locator("body").innerText({ timeout: 2000 });
    return `${page.url()} shows:\n${text.slice(0, 600)}\n${seen.problems.join("\n")}`;
  });
  return {
    context,
    page,
    seen,
    // Console lines that a test provokes, such as the browser's own line for a 401, are allowed.
    behaved(...allowed) {
      const left = seen.problems.filter((line) => !allowed.some((form) => form.test(line)));
      if (left.length > 0) throw new Error(`the page misbehaved:\n${left.join("\n")}`);
    },
  };
}

function watch(page, server, seen) {
  page.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    // Chromium advises RS256 beside ES256. Passkeys here are ES256 and nothing else, on purpose.
    if (message.text().startsWith("publicKey.pubKeyCredParams is missing")) return;
    seen.problems.push(`console: ${message.text()} ${message.location().url ?? ""}`);
  });
  page.on("pageerror", (error) => seen.problems.push(`page error: ${error}`));
  page.on("request", (request) => {
    seen.urls.push(request.url());
    const body = request.postData();
    if (body !== null) seen.posts.push({ url: request.url(), body });
    if (new URL(request.url()).origin !== server.origin) {
      seen.problems.push(`request to another origin: ${request.url()}`);
    }
  });
  page.on("response", async (response) => {
    // These are of the program, whoever asks; to fetch each of them a second time takes long.
    if (new URL(response.url()).pathname.startsWith("/assets/")) return;
    seen.bodies.push(await response.text().catch(() => ""));
  });
}

// From an empty data directory to an inbox: one person, one agent, one content key.
export async function setUp(
  t,
  { withKey = true, name = "Ada", mock = mocked, passkey = false, env = {}, program } = {},
) {
  const server = await startServer(t, { mock, env });
  const contentKey = randomBytes(32);
  const person = await openBrowser(t, server, { program });
  const link = await server.setupLink();
  await person.page.goto(withKey ? `${link}&k=${contentKey.toString("base64")}` : link);
  await person.page.getByLabel("Your name").fill(name);
  await person.page.getByRole("button", { name: "Finish setup" }).click();
  if (!withKey) await skipFirstRun(person.page);
  await person.page.getByRole("heading", { name: "Inbox" }).waitFor();
  const agent = new Agent(server.origin, await server.newAgentKey("billing-bot"), contentKey);
  const authenticator = passkey ? await enrolled(person, server) : undefined;
  return { server, person, page: person.page, agent, contentKey, authenticator };
}

// What a laptop with a fingerprint reader is to a page: it verifies its person, unless told not to.
export async function giveAuthenticator({ context, page }, more = {}) {
  const cdp = await context.newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const options = {
    protocol: "ctap2",
    ctap2Version: "ctap2_1",
    transport: "internal",
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
    ...more,
  };
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options });
  const send = (method, members) => cdp.send(`WebAuthn.${method}`, { authenticatorId, ...members });
  return {
    verifies: (isUserVerified) => send("setUserVerified", { isUserVerified }),
    credentials: async () => (await send("getCredentials")).credentials,
    add: (credential) => send("addCredential", { credential }),
    forget: () => send("clearCredentials"),
  };
}

export async function addPasskey(page, server, button = "Add a passkey for approvals") {
  await page.goto(`${server.origin}/settings`);
  await page.getByRole("button", { name: button }).click();
  await page.getByText("Done, and in force").waitFor();
}

// With a passkey that decides, back in the inbox.
async function enrolled(person, server) {
  if (server.mocked) return undefined;
  const authenticator = await giveAuthenticator(person);
  await addPasskey(person.page, server);
  await person.page.goto(server.origin);
  await person.page.getByRole("heading", { name: "Inbox" }).waitFor();
  return authenticator;
}

// From the end of the setup to the inbox, without a content key.
export async function skipFirstRun(page) {
  await page.getByRole("button", { name: "Skip for now" }).click();
  await page.getByRole("link", { name: "Go to the inbox" }).click();
}

// Takes pointer and focus out of the list, so that no row is held back.
export async function letGo(page) {
  await page.evaluate(() => document.activeElement?.blur());
  await page.mouse.move(1200, 20);
}

export async function openRequest(page, id) {
  await page.locator(`[data-request="${id}"]`).click();
  await page.getByRole("heading", { name: "What would run" }).waitFor();
}

// Approve as the level asks for it: one press, or a press and a confirmation.
export async function approve(page) {
  const bar = page.locator(".decision-bar .approve");
  await bar.and(page.locator(":enabled")).click();
  const confirm = page.locator(".decision-panel.confirm .approve:enabled");
  const done = page.getByRole("region", { name: "Outcome" });
  await confirm.or(done).first().waitFor();
  if (await confirm.isVisible()) await confirm.click();
}

export const decisionPanel = (page) => page.locator(".decision-panel.confirm");

// Selects `from` in the editor, as a person finds it there, and types `to` over it.
export async function editText(page, from, to) {
  const editor = page.getByRole("textbox", { name: "Payload, as JSON" });
  await editor.waitFor();
  await page.locator(".editor").evaluate((host, wanted) => {
    const walker = document.createTreeWalker(host.shadowRoot, NodeFilter.SHOW_TEXT);
    const nodes = [];
    let text = "";
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      nodes.push({ node, at: text.length });
      text += node.data;
    }
    const at = text.indexOf(wanted);
    if (at < 0) throw new Error(`the editor does not show ${wanted}`);
    const place = (offset) => {
      const { node, at: begin } = nodes.findLast((candidate) => candidate.at <= offset);
      return [node, offset - begin];
    };
    host.shadowRoot.querySelector("[contenteditable]").focus();
    const [first, last] = [place(at), place(at + wanted.length - 1)];
    getSelection().setBaseAndExtent(first[0], first[1], last[0], last[1] + 1);
  }, from);
  await page.waitForTimeout(60); // The editor learns of the selection from an event.
  await page.keyboard.type(to);
}

const shots = join(top, "build/screenshots");

export const desk = [[1440, 900]];
const deskAndPhone = [...desk, [390, 844]];

// The state as it looks on a desk and on a phone, where somebody wants to look: LETSPING_PICTURES.
// Another size moves what is under the pointer.
export async function photograph(page, name, sizes = deskAndPhone) {
  if (!process.env.LETSPING_PICTURES) return;
  mkdirSync(shots, { recursive: true });
  const before = page.viewportSize();
  for (const [width, height] of sizes) {
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: join(shots, `${name}-${width}.png`) });
  }
  await page.setViewportSize(before);
}

// What a subcommand prints, an object a line.
export async function command(server, ...words) {
  const { stdout } = await promisify(execFile)(binary, [...words, "--data", server.data, "--json"]);
  return stdout
    .trim()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

// What a change that waits for an owner prints: {url, proposal, expires_at}.
export async function asksFor(server, ...words) {
  const done = await command(server, ...words).catch((error) => error);
  assert.equal(done.code, 5, done.stderr);
  return JSON.parse(done.stdout);
}
