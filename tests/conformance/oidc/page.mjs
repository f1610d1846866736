// What the dashboard does when somebody signs in with an account, without a browser: each caller is
// one, with cookies and an address of its own, so that no limit per network is met.

import { request } from "node:http";

let networks = 0;

export class Page {
  constructor(server) {
    this.port = new URL(server.address).port;
    this.origin = `http://localhost:${this.port}`;
    this.from = `127.0.${1 + Math.floor(++networks / 250)}.${1 + (networks % 250)}`;
    this.cookies = new Map();
  }

  // {status, body, headers}; a body that is text is sent as it is, anything else as JSON.
  call(method, path, body, more = {}) {
    const text = typeof body === "string" ? body : JSON.stringify(body ?? {});
    const headers = {
      host: `localhost:${this.port}`,
      ...(method === "POST" && {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(text),
        "x-lp-csrf": "1",
        origin: this.origin,
        "sec-fetch-site": "same-origin",
      }),
      ...(this.cookies.size > 0 && {
        cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; "),
      }),
      ...more,
    };
    const where = { host: "127.0.0.1", port: this.port, localAddress: this.from };
    return new Promise((resolve, reject) => {
      const sent = request({ ...where, method, path, headers }, async (reply) => {
        let said = "";
        for await (const piece of reply) said += piece;
        for (const line of reply.headers["set-cookie"] ?? []) this.#keep(line);
        const json = reply.headers["content-type"]?.startsWith("application/json");
        resolve({ status: reply.statusCode, body: json ? JSON.parse(said) : said });
      });
      sent.on("error", reject);
      sent.end(method === "POST" ? text : undefined);
    });
  }

  #keep(line) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
    if (value === "") this.cookies.delete(name);
    else this.cookies.set(name, value);
  }

  get(path) {
    return this.call("GET", path);
  }
  post(path, body, more) {
    return this.call("POST", path, body, more);
  }

  // The address that the browser is sent to, as a URL.
  async begin(wish = {}) {
    const { status, body } = await this.post("/api/login/sso/begin", wish);
    if (status !== 200) throw new Error(`begin: ${status} ${JSON.stringify(body)}`);
    return new URL(body.url);
  }

  finish(returned, more) {
    return this.post("/api/login/sso/finish", returned, more);
  }

  // "" when nobody is signed in.
  async member() {
    const { status, body } = await this.get("/api/session");
    return status === 200 ? body.member.id : "";
  }
}
