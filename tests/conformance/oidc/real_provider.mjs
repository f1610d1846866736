// npm's oidc-provider, and a person who signs in there as its own pages ask.

import { createServer, request } from "node:http";
import Provider from "oidc-provider";
import { CLIENT, SECRET } from "./hostile.mjs";

export class RealProvider {
  // The port is known before the client is: whoever is signed in here must be told the issuer.
  static async listen() {
    const real = new RealProvider();
    real.server = createServer((...call) => real.handler(...call));
    await new Promise((resolve) => real.server.listen(0, "127.0.0.1", resolve));
    real.issuer = `http://localhost:${real.server.address().port}`;
    return real;
  }

  // `address`: of the server whose people sign in here.
  open(address, more = {}) {
    const port = new URL(address).port;
    this.provider = new Provider(this.issuer, {
      clients: [{
        client_id: CLIENT,
        client_secret: SECRET,
        redirect_uris: [`http://localhost:${port}/login/callback`],
        response_types: ["code"],
        grant_types: ["authorization_code"],
        backchannel_logout_uri: `http://127.0.0.1:${port}/api/login/sso/logout`,
        backchannel_logout_session_required: true,
        ...more,
      }],
      features: { backchannelLogout: { enabled: true }, devInteractions: { enabled: true } },
      claims: { openid: ["sub", "groups"], auth_time: null },
      conformIdTokenClaims: false,
      pkce: { required: () => true },
      enabledJWA: { idTokenSigningAlgValues: ["RS256", "ES256", "PS256", "EdDSA"] },
      jwks: { keys: this.keys },
      // Its guard lets nothing by to this machine, which is where the server is.
      fetch: (url, { dispatcher: _, ...options }) => globalThis.fetch(url, options),
      findAccount: (_, id) => ({
        accountId: id,
        claims: () => ({ sub: id, groups: ["finance"], email: "alice@example.com" }),
      }),
    });
    this.errors = [];
    this.provider.on("grant.error", (_, error) => this.errors.push(error.message));
    this.provider.on("backchannel.error", (_, error) =>
      this.errors.push(`${error.message}: ${error.cause}`));
    this.handler = this.provider.callback();
  }

  stop() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}

// A browser at the provider: keeps its cookies, fills in its forms.
export class Person {
  constructor() {
    this.cookies = new Map();
  }

  call(url, form) {
    const { hostname, port, pathname, search } = new URL(url);
    const body = form && new URLSearchParams(form).toString();
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = {
      host: `${hostname}:${port}`,
      cookie,
      ...(body && {
        "content-type": "application/x-www-form-urlencoded",
        "content-length": Buffer.byteLength(body),
      }),
    };
    const options = { host: "127.0.0.1", port, path: pathname + search, headers };
    return new Promise((resolve, reject) => {
      const sent = request({ ...options, method: body ? "POST" : "GET" }, async (reply) => {
        let text = "";
        for await (const piece of reply) text += piece;
        for (const line of reply.headers["set-cookie"] ?? []) {
          const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
          if (value === "") this.cookies.delete(name);
          else this.cookies.set(name, value);
        }
        const { location } = reply.headers;
        const next = location && new URL(location, url).href;
        resolve({ status: reply.statusCode, text, next });
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }

  // From the address that the server names to the one that the provider sends back to.
  async signIn(url, login, back) {
    let at = url.href;
    for (let step = 0; step < 20; ++step) {
      if (at.startsWith(back)) return Object.fromEntries(new URL(at).searchParams);
      const { text, next } = await this.call(at);
      if (next) {
        at = next;
        continue;
      }
      const [, action] = /<form[^>]* action="([^"]+)"/.exec(text) ?? [];
      const [, prompt] = /name="prompt" value="([^"]+)"/.exec(text) ?? [];
      if (!action) throw new Error(`the provider shows: ${text.slice(0, 400)}`);
      const form = prompt === "login" ? { prompt, login, password: "any" } : { prompt };
      at = (await this.call(new URL(action, at).href, form)).next;
    }
    throw new Error("the provider goes round in circles");
  }

  async signOut(issuer) {
    const { text } = await this.call(`${issuer}/session/end`);
    const [, action] = /<form[^>]* action="([^"]+)"/.exec(text);
    const [, xsrf] = /name="xsrf" value="([^"]+)"/.exec(text);
    await this.call(new URL(action, issuer).href, { xsrf, logout: "yes" });
  }
}
