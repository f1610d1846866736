// `npm run mock`: serves web/dist and the review API in memory, with the headers of the real
// server.
//
//   node dev/mock.mjs [--port N] [--demo]
//
// Prints `listening http://localhost:PORT` and a setup link. `--demo` asks a few things at once.

import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { demoRequests } from "./mock_demo.mjs";
import { Refusal, Review } from "./mock_review.mjs";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".woff2": "font/woff2",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".png": "image/png",
};

export function serveMock(review, { port = 0 } = {}) {
  const server = createServer((request, response) => {
    handle(review, request, response).catch((error) => {
      const body =
        error instanceof Refusal ? error.body : { error: String(error), reason: "bug" };
      send(response, error.status ?? 500, body);
    });
  });
  return new Promise((resolve) => {
    server.listen(port, "127.0.0.1", () => resolve({ server, port: server.address().port }));
  });
}

async function handle(review, request, response) {
  const url = new URL(request.url, `http://${request.headers.host}`);
  if (!url.pathname.startsWith("/api/")) return serveFile(url.pathname, response);
  const body = request.method === "POST" ? await readBody(request) : "";
  if (url.pathname === "/api/ingest") {
    const message = JSON.parse(body);
    const text = body.slice(body.indexOf('"payload":') + 10);
    const id = review.ingest(JSON.stringify(message.payload) ?? text, message);
    return send(response, 200, { id, uploadUrl: `${url.origin}/api/upload/x` });
  }
  const status = /^\/api\/status\/(\w+)$/.exec(url.pathname)?.[1];
  if (status) return send(response, 200, await held(review, status, url, request));
  if (request.method === "POST") checkSameOrigin(request, url);
  if (url.pathname === "/api/review/events") return stream(review, request, response);
  const reply = await answer(review, request, url, body && JSON.parse(body));
  const { cookie, ...rest } = reply;
  const attributes = "Path=/; HttpOnly; Secure; SameSite=Strict";
  if (cookie !== undefined)
    response.setHeader("Set-Cookie", `__Host-lp=${cookie}; ${attributes}`);
  send(response, 200, rest);
}

async function held(review, id, url, request) {
  const entry = review.requests.get(id);
  const wait = Number(url.searchParams.get("wait") ?? 0);
  const gone = aborted(request);
  if (entry && wait > 0) {
    entry.waiting = { state: "connected", at: new Date().toISOString() };
    await review.wait(() => entry.state !== "pending", wait * 1000, gone);
    entry.waiting = { state: gone.aborted ? "gone" : "polling", at: new Date().toISOString() };
    if (gone.aborted) review.bump();
  }
  return review.status(id);
}

// Says "everything" at each change: enough for a page to be worked on.
async function stream(review, request, response) {
  const gone = aborted(request);
  if (!review.sessions.has(sessionOf(request))) throw new Refusal(401, "no_session");
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  let told = -1;
  while (!gone.aborted && review.sessions.has(sessionOf(request))) {
    const name = told === review.changes ? "beat" : "resync";
    told = review.changes;
    response.write(`event: ${name}\nid: mock.${told}\ndata: {}\n\n`);
    await review.wait(() => review.changes !== told, 15_000, gone);
  }
  response.end('event: end\ndata: {"why":"signed_out"}\n\n');
}

const sessionOf = ({ headers }) => /__Host-lp=(\w+)/.exec(headers.cookie ?? "")?.[1];

function aborted(request) {
  const controller = new AbortController();
  request.on("close", () => request.socket.destroyed && controller.abort());
  request.socket.on("close", () => controller.abort());
  return controller.signal;
}

function checkSameOrigin({ headers }, url) {
  const same =
    headers["content-type"] === "application/json" &&
    headers["x-lp-csrf"] === "1" &&
    headers.origin === url.origin &&
    headers["sec-fetch-site"] === "same-origin";
  if (!same) throw new Refusal(403, "csrf");
}

async function answer(review, request, url, body) {
  const post = request.method === "POST";
  const cookie = sessionOf(request);
  if (post && url.pathname === "/api/setup/begin") return review.setupBegin(body);
  if (post && url.pathname === "/api/setup/finish") return review.setupFinish(body);
  if (post && url.pathname === "/api/login/begin") return review.loginBegin();
  if (post && url.pathname === "/api/login") return review.login(body, url.origin);
  if (url.pathname === "/api/login/methods") return { sso_required: false };
  if (!review.sessions.has(cookie)) throw new Refusal(401, "no_session", "You are signed out.");
  if (post && url.pathname === "/api/logout") {
    review.sessions.delete(cookie);
    return { cookie: "" };
  }
  if (url.pathname === "/api/session") return review.session();
  if (url.pathname === "/api/review/requests") return review.list(url.searchParams);
  if (url.pathname === "/api/review/rosters/begin") return review.rosterBegin(body);
  if (url.pathname === "/api/review/rosters/finish") return review.rosterFinish(body);
  if (url.pathname === "/api/review/roster-proposals") return { proposals: [] };
  if (url.pathname === "/api/review/successions") return { successions: [] };
  if (url.pathname === "/api/review/passkeys") return { passkeys: [] };
  if (url.pathname === "/api/review/key-copies") return { copies: [] };
  if (url.pathname === "/api/review/content-keys") {
    return { time: new Date().toISOString(), projects: [], devices: [] };
  }
  if (url.pathname === "/api/review/accounts") return { accounts: [] };
  const [, id, verb] = /^\/api\/review\/requests\/(\w+)(?:\/(\w+))?$/.exec(url.pathname) ?? [];
  if (id && !verb) return review.detail(id);
  if (post && verb === "viewed") return {};
  if (verb === "talk") return { remarks: [] };
  if (post && verb === "decision") return review.decide(id, body);
  throw new Refusal(404, "not_found");
}

async function serveFile(path, response) {
  const wanted = normalize(join(dist, path));
  const isFile = wanted.startsWith(`${dist}/`) && extname(wanted) !== "";
  const content = await readFile(isFile ? wanted : join(dist, "index.html")).catch(
    () => undefined,
  );
  if (content === undefined) return send(response, 404, { reason: "not_found" });
  const index = (await readFile(join(dist, "index.html"))).toString();
  const map = /<script type="importmap">(.*?)<\/script>/s.exec(index)?.[1] ?? "";
  const hash = createHash("sha256").update(map).digest("base64");
  response.setHeader("Content-Security-Policy", policy(hash));
  response.setHeader("Integrity-Policy", "blocked-destinations=(script)");
  response.setHeader("X-Content-Type-Options", "nosniff");
  response.setHeader("Referrer-Policy", "no-referrer");
  response.setHeader("Permissions-Policy", "clipboard-read=(), clipboard-write=()");
  response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
  response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
  response.setHeader("Content-Type", types[isFile ? extname(wanted) : ".html"] ?? "text/plain");
  response.end(content);
}

function policy(hash) {
  const self = "style img font connect worker manifest"
    .split(" ")
    .map((s) => `${s}-src 'self'; `);
  return (
    `default-src 'none'; script-src 'self' 'sha256-${hash}'; ${self.join("")}base-uri 'none'; ` +
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; " +
    "trusted-types lp-sw; report-to csp"
  );
}

async function readBody(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function send(response, status, body) {
  response.statusCode = status;
  response.setHeader("Content-Type", "application/json");
  response.setHeader("Cache-Control", "no-store");
  response.end(JSON.stringify(body));
}

async function main() {
  const at = process.argv.indexOf("--port");
  const review = new Review();
  const { port } = await serveMock(review, { port: at > 0 ? Number(process.argv[at + 1]) : 0 });
  const key = randomBytes(32);
  if (process.argv.includes("--demo")) demoRequests(review, key);
  console.log(`listening http://localhost:${port}`);
  console.log(
    `setup http://localhost:${port}/setup#t=${review.token}&k=${key.toString("base64")}`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
