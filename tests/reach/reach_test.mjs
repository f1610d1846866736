// People are told that a request waits: the real server, and a sink for everything that it sends.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { checkSigned, eventually, makeCertificate, Sink } from "./sink.mjs";

const top = join(import.meta.dirname, "../..");
const binary = process.env.LETSPING_BIN ?? join(top, "build/release/letsping");
const home = mkdtempSync(join(tmpdir(), "lp-reach-"));
const data = join(home, "data");
const secretPath = randomBytes(12).toString("hex");
const marker = "the-marker-in-the-payload";

let certificate, sink, server, apiKey;

async function letsping(...words) {
  const { stdout } = await promisify(execFile)(binary, [...words, "--data", data, "--json"]);
  const lines = stdout.trim().split("\n").filter(Boolean).map((line) => JSON.parse(line));
  return lines;
}

async function start(settings = {}, tls = false) {
  const env = { ...process.env, ...settings };
  const words = ["serve", "--data", data, "--listen", "127.0.0.1:0"];
  const child = spawn(binary, words, { env });
  const started = { child, log: "" };
  started.origin = await new Promise((resolve, reject) => {
    const read = (chunk) => {
      started.log += chunk;
      const line = new RegExp(`listening (http${tls ? "s" : ""}://\\S+)`).exec(started.log);
      if (line) resolve(line[1]);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("close", () => reject(new Error(started.log)));
  });
  started.stop = () =>
    new Promise((resolve) => {
      child.on("close", resolve);
      child.kill("SIGTERM");
    });
  return started;
}

const settings = () => ({
  LETSPING_SERVER__PUBLIC_URL: "",
  LETSPING_WEBHOOKS__ALLOW: "127.0.0.1",
  LETSPING_WEBHOOKS__AUTHORITIES: certificate.cert,
  LETSPING_MAIL__SERVER: sink.mailUrl,
  LETSPING_MAIL__FROM: "letsping@example.org",
  LETSPING_MAIL__USER: "letsping",
  LETSPING_MAIL__PASSWORD_FILE: join(home, "password"),
});

async function ask(text = `{"what":"${marker}"}`) {
  const response = await fetch(`${server.origin}/api/ingest`, {
    method: "POST",
    headers: { Authorization: `Bearer ${apiKey}`, "Content-Type": "application/json" },
    body: `{"service":"${marker}-service","action":"drop","payload":${text},"priority":"high"}`,
  });
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()).id;
}

async function cancel(id) {
  const response = await fetch(`${server.origin}/api/requests/${id}/cancel`, {
    method: "POST",
    headers: { Authorization: `Bearer ${apiKey}`, "Content-Type": "application/json" },
    body: "{}",
  });
  assert.equal(response.status, 200);
}

const project = ["--project", "sealed"];
async function add(kind, to, ...more) {
  const words = ["--kind", kind, "--name", `the ${kind}`, "--to", to, ...more];
  const [made] = await letsping("channel", "add", ...project, ...words);
  return made;
}

async function channel(id) {
  return (await letsping("channel", "list")).find((row) => row.id === id);
}

before(async () => {
  certificate = makeCertificate();
  sink = await new Sink(certificate).open();
  writeFileSync(join(home, "password"), `${sink.password}\n`);
  chmodSync(join(home, "password"), 0o600);
  await letsping("init", "--test");
  server = await start(settings());
  await letsping("project", "create", "--name", "sealed", "--payloads", "server_sealed");
  const [made] = await letsping("key", "create", ...project, "--role", "agent", "--name", "bot");
  apiKey = made.key;
});

after(async () => {
  await server?.stop();
  sink?.close();
  certificate?.forget();
  rmSync(home, { recursive: true, force: true });
});

test("one request reaches every kind of channel, and says nothing of itself", async () => {
  writeFileSync(join(home, "token"), "tk_reach");
  chmodSync(join(home, "token"), 0o600);
  const token = ["--token-file", join(home, "token")];
  await add("mail", "on-call@example.org");
  await add("slack", `${sink.url}/slack/${secretPath}`);
  await add("teams", `${sink.url}/teams/${secretPath}`);
  await add("ntfy", `${sink.url}/ntfy/${secretPath}`, ...token);
  const hook = await add("webhook", `${sink.url}/hook/${secretPath}`);
  await add("webhook", `${sink.url}/later`, "--after", "4");
  const asked = Date.now();
  const id = await ask();
  const link = `${server.origin}/requests/${id}`;
  const post = (name) => sink.posts.find(({ path }) => path.startsWith(name));
  await eventually("five messages", () => sink.mails.length === 1 && sink.posts.length >= 4);
  assert.ok(Date.now() - asked >= 1_500, "nobody had the time to decide at once");
  assert.equal(sink.broken, undefined);

  const [mail] = sink.mails;
  assert.deepEqual(
    [mail.user, mail.from, mail.to],
    ["letsping", "letsping@example.org", "on-call@example.org"],
  );
  assert.match(mail.head, /Subject: High: an approval is waiting/);
  assert.match(mail.body, new RegExp(`Project: sealed\nAgent: bot\n[^]*${link}`));
  const slack = JSON.parse(post("/slack").body);
  assert.equal(slack.blocks[1].elements[0].url, link);
  const teams = JSON.parse(post("/teams").body);
  assert.equal(teams.attachments[0].content.actions[0].url, link);
  assert.equal(post("/ntfy").headers.click, link);
  assert.equal(post("/ntfy").headers.authorization, "Bearer tk_reach");
  const told = checkSigned(post("/hook"), hook.secret);
  assert.deepEqual([told.event, told.id, told.url], ["request.pending", id, link]);

  assert.equal(post("/later"), undefined, "the ladder's second rung came with the first");
  await eventually("the second rung", () => post("/later"));
  const said = JSON.stringify([sink.mails, sink.posts.map(({ body }) => String(body))]);
  assert.ok(!said.includes(marker), "what an agent wrote has left");
  await cancel(id);
});

test("nobody is told of what was decided before the rung's time", async () => {
  const before = sink.posts.length + sink.mails.length;
  await cancel(await ask());
  await new Promise((resolve) => setTimeout(resolve, 3_500));
  assert.equal(sink.posts.length + sink.mails.length, before);
});

test("a test tells whether a channel works, and why not", async () => {
  const broken = await add("webhook", `${sink.url}/broken`);
  sink.answer("/broken", { status: 500 });
  await letsping("channel", "test", broken.id);
  const failed = await eventually("the failure", async () => {
    const row = await channel(broken.id);
    return row.last_failure && row;
  });
  assert.deepEqual([failed.works, failed.why], [false, "HTTP 500"]);
  await letsping("channel", "test", broken.id);
  await eventually("the success", async () => (await channel(broken.id)).works);
  await letsping("channel", "remove", broken.id);
  assert.equal(await channel(broken.id), undefined);
});

test("an unknown certificate and a wrong password stop what would be sent", async () => {
  const other = makeCertificate();
  const stranger = await new Sink(other).open();
  const there = await add("webhook", `${stranger.url}/x`);
  await letsping("channel", "test", there.id);
  const refused = await eventually("the refusal", async () => {
    const row = await channel(there.id);
    return row.last_failure && row;
  });
  assert.match(refused.why, /certificate/i);
  assert.equal(stranger.posts.length, 0);
  stranger.close();
  other.forget();

  const [mail] = (await letsping("channel", "list")).filter(({ kind }) => kind === "mail");
  const mails = sink.mails.length;
  const password = sink.password;
  sink.password = "another";
  await letsping("channel", "test", mail.id);
  await eventually("the refusal of the mail", async () => !(await channel(mail.id)).works);
  assert.match((await channel(mail.id)).why, /535|denied/i);
  sink.password = password;
  assert.equal(sink.mails.length, mails);
  await letsping("channel", "remove", there.id);
});

test("doctor finds the project that nobody is told of, and fails", async () => {
  const failed = await letsping("doctor").catch((error) => error);
  assert.equal(failed.code, 1);
  const checks = failed.stdout.trim().split("\n").map((line) => JSON.parse(line));
  const ok = (name, of = "") => checks.find((c) => c.name === name && c.project === of)?.ok;
  assert.equal(ok("channel", "sealed"), true);
  assert.equal(ok("channel", "default"), false);
  assert.equal(ok("data_directory"), true);
  assert.equal(ok("deciding"), true);
  assert.equal(ok("public_url"), false);
});

test("addresses, tokens and passwords are in no log, no listing and no row", async () => {
  const places = readdirSync(data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString("latin1"));
  const listed = JSON.stringify(await letsping("channel", "list"));
  for (const secret of [secretPath, "on-call@example.org", "tk_reach", sink.password]) {
    for (const text of [...places, listed, server.log]) assert.ok(!text.includes(secret), secret);
  }
});

// Last: it restarts the server.
test("an alarm goes to the same channels", async () => {
  await server.stop();
  const soon = makeCertificate(5);
  chmodSync(soon.key, 0o600);
  sink.posts.length = 0;
  const tls = { LETSPING_SERVER__TLS__CERT: soon.cert, LETSPING_SERVER__TLS__KEY: soon.key };
  server = await start({ ...settings(), ...tls }, true);
  const alarm = await eventually("the alarm", () =>
    sink.posts.find(({ path }) => path.startsWith("/hook")),
  );
  assert.equal(JSON.parse(alarm.body).event, "alarm.certificate");
  const options = { ca: readFileSync(soon.cert) };
  const status = await new Promise((resolve, reject) =>
    get(`${server.origin}/livez`, options, (reply) => {
      reply.resume();
      resolve(reply.statusCode);
    }).on("error", reject),
  );
  assert.equal(status, 200);
  soon.forget();
});
