// Everything that this server sends to, in one program on loopback: a mail server that insists on
// TLS and a password, and an https server that takes chat messages, webhooks, ntfy topics and Web
// Push. It believes nothing: signatures, tokens and encryption are checked here, with other code
// than that which made them.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  createDecipheriv,
  createECDH,
  createHmac,
  createPublicKey,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
  verify,
} from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttps } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext, TLSSocket } from "node:tls";

// A certificate of its own for 127.0.0.1, which whoever sends must be told to trust.
export function makeCertificate(days = 30) {
  const place = mkdtempSync(join(tmpdir(), "lp-sink-"));
  const [key, cert] = [join(place, "key.pem"), join(place, "cert.pem")];
  const words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=sink";
  const names = "subjectAltName=IP:127.0.0.1,DNS:localhost";
  const files = ["-keyout", key, "-out", cert, "-days", String(days), "-addext", names];
  execFileSync("openssl", [...words.split(" "), ...files], { stdio: "ignore" });
  return { key, cert, forget: () => rmSync(place, { recursive: true, force: true }) };
}

export class Sink {
  mails = []; // {from, to, user, text}
  posts = []; // {path, headers, body}
  pushes = []; // {path, headers, message, claims}
  browsers = new Map(); // by path: {ecdh, auth, key}
  answers = new Map(); // by path: [{status, headers}], one taken a call; 200 when none is left
  password = randomBytes(9).toString("hex");

  constructor(certificate) {
    this.tls = {
      key: readFileSync(certificate.key),
      cert: readFileSync(certificate.cert),
    };
    this.https = createHttps(this.tls, (request, response) => this.#take(request, response));
    this.smtp = createServer((socket) => new Mail(this, socket));
  }

  async open() {
    for (const server of [this.https, this.smtp]) {
      await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    }
    this.url = `https://127.0.0.1:${this.https.address().port}`;
    this.mailUrl = `smtp://127.0.0.1:${this.smtp.address().port}`;
    return this;
  }

  close() {
    this.https.closeAllConnections();
    this.https.close();
    this.smtp.close();
  }

  answer(path, ...answers) {
    this.answers.set(path, answers);
  }

  // A browser's own half of a subscription, as PushSubscription.toJSON() gives it.
  subscribe(path, applicationServerKey) {
    const ecdh = createECDH("prime256v1");
    const p256dh = ecdh.generateKeys();
    const auth = randomBytes(16);
    this.browsers.set(path, { ecdh, auth, key: applicationServerKey });
    const keys = { p256dh: p256dh.toString("base64url"), auth: auth.toString("base64url") };
    return { endpoint: this.url + path, keys };
  }

  async #take(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const { pathname } = new URL(request.url, this.url);
    const { status = 200, headers = {} } = this.answers.get(pathname)?.shift() ?? {};
    const call = { path: pathname, headers: request.headers, body, status, at: Date.now() };
    try {
      if (this.browsers.has(pathname)) this.pushes.push(this.#open(call));
      else this.posts.push(call);
    } catch (error) {
      this.broken ??= error;
    }
    response.writeHead(status, headers).end("ok");
  }

  // RFC 8292, then RFC 8291: what a push service checks, and what a browser reads.
  #open(call) {
    const { headers, body, path } = call;
    const { ecdh, auth, key } = this.browsers.get(path);
    const [, token, sender] = /^vapid t=([^,]+), k=(.+)$/.exec(headers.authorization);
    assert.equal(sender, key, "another key than the browser subscribed under");
    const [head, said, signature] = token.split(".");
    const point = Buffer.from(sender, "base64url");
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((n) => n.toString("base64url"));
    const jwk = { kty: "EC", crv: "P-256", x, y };
    const signed = Buffer.from(`${head}.${said}`);
    const who = { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" };
    assert.ok(verify("sha256", signed, who, Buffer.from(signature, "base64url")));
    const claims = JSON.parse(Buffer.from(said, "base64url"));
    assert.equal(claims.aud, this.url);
    assert.ok(claims.exp > Date.now() / 1000 && claims.exp <= Date.now() / 1000 + 86_400);
    assert.match(claims.sub, /^mailto:/);
    assert.equal(headers["content-encoding"], "aes128gcm");
    assert.match(headers.ttl, /^\d+$/);
    assert.ok((headers.topic ?? "").length <= 32);

    const salt = body.subarray(0, 16);
    const length = body[20];
    const theirs = body.subarray(21, 21 + length);
    const info = Buffer.concat([Buffer.from("WebPush: info\0"), ecdh.getPublicKey(), theirs]);
    const input = hkdfSync("sha256", ecdh.computeSecret(theirs), auth, info, 32);
    const derive = (name, bytes) =>
      Buffer.from(
        hkdfSync("sha256", Buffer.from(input), salt, `Content-Encoding: ${name}\0`, bytes),
      );
    const record = body.subarray(21 + length);
    const decipher = createDecipheriv(
      "aes-128-gcm",
      derive("aes128gcm", 16),
      derive("nonce", 12),
    ).setAuthTag(record.subarray(-16));
    const padded = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
    const end = padded.lastIndexOf(2);
    assert.ok(padded.subarray(end + 1).every((byte) => byte === 0));
    const text = padded.subarray(0, end).toString();
    const message = JSON.parse(text);
    assert.equal(message.web_push, 8030);
    for (const name of ["title", "navigate"]) {
      assert.equal(typeof message.notification[name], "string");
    }
    return { ...call, claims, message, text };
  }
}

// Standard Webhooks, and the header of decisions: https://www.standardwebhooks.com
export function checkSigned({ headers, body }, secret) {
  const hmac = (...parts) => {
    const made = createHmac("sha256", secret);
    for (const part of parts) made.update(part);
    return made.digest();
  };
  const id = headers["webhook-id"];
  const expected = hmac(id, ".", headers["webhook-timestamp"], ".", body);
  const [version, given] = headers["webhook-signature"].split(",");
  assert.equal(version, "v1");
  assert.ok(timingSafeEqual(Buffer.from(given, "base64"), expected));
  assert.ok(Math.abs(Date.now() / 1000 - Number(headers["webhook-timestamp"])) < 60);
  assert.match(headers["x-letsping-signature"], new RegExp(`,v1=${hmac(body).toString("hex")},`));
  const message = JSON.parse(body);
  assert.equal(message.webhook_id, id);
  return message;
}

// One connection. Nothing but EHLO and STARTTLS before TLS, and no mail before a password.
class Mail {
  constructor(sink, socket) {
    this.sink = sink;
    this.mail = {};
    this.#attach(socket);
    this.#say("220 sink");
  }

  #attach(socket) {
    this.socket = socket;
    let text = "";
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      text += chunk;
      for (let end = text.indexOf("\r\n"); end >= 0; end = text.indexOf("\r\n")) {
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        this.#line(line);
      }
    });
  }

  #say(line) {
    this.socket.write(`${line}\r\n`);
  }

  #line(line) {
    if (this.data) return this.#dataLine(line);
    const word = line.split(" ")[0].toUpperCase();
    if (word === "EHLO") {
      this.#say("250-sink");
      return this.#say(this.secure ? "250 AUTH PLAIN" : "250 STARTTLS");
    }
    if (word === "STARTTLS" && !this.secure) return this.#secure();
    if (word === "QUIT") return this.socket.end("221 bye\r\n");
    if (!this.secure) return this.#say("530 STARTTLS first");
    if (word === "AUTH") return this.#authenticate(line);
    if (this.login) return this.#credentials(line);
    if (!this.mail.user) return this.#say("530 who are you");
    if (word === "MAIL") this.mail.from = /<(.*)>/.exec(line)[1];
    else if (word === "RCPT") this.mail.to = /<(.*)>/.exec(line)[1];
    else if (word === "DATA") {
      this.data = [];
      return this.#say("354 go on");
    } else return this.#say("502 what");
    this.#say("250 ok");
  }

  #secure() {
    this.#say("220 go on");
    const plain = this.socket;
    plain.removeAllListeners("data");
    this.secure = true;
    const context = createSecureContext(this.sink.tls);
    this.#attach(new TLSSocket(plain, { isServer: true, secureContext: context }));
  }

  #authenticate(line) {
    const [, , given] = line.split(" ");
    if (given) return this.#credentials(given);
    this.login = true;
    this.#say("334 ");
  }

  #credentials(given) {
    this.login = false;
    const [, user, password] = Buffer.from(given, "base64").toString().split("\0");
    if (password !== this.sink.password) return this.#say("535 wrong");
    this.mail.user = user;
    this.#say("235 welcome");
  }

  #dataLine(line) {
    if (line !== ".") return this.data.push(line.startsWith(".") ? line.slice(1) : line);
    const text = this.data.join("\r\n");
    const split = text.indexOf("\r\n\r\n");
    const body = Buffer.from(text.slice(split).replaceAll(/\s/g, ""), "base64").toString();
    this.sink.mails.push({ ...this.mail, head: text.slice(0, split), body });
    this.data = undefined;
    this.#say("250 taken");
  }
}

export async function eventually(what, wanted, ms = 15_000) {
  for (const end = Date.now() + ms; Date.now() < end; ) {
    const found = await wanted();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not in time: ${what}`);
}
