// An identity provider that says whatever a test wants: what it answers to a code, and how the
// token in it is made. Beside that it is a good one, so that each test changes one thing only.

import { createHash, createHmac, generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";

export const CLIENT = "letsping";
export const SECRET = "s3cret:with/odd characters+";
export const ALICE = "248289761001";

const encoded = (value) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const seconds = () => Math.floor(Date.now() / 1000);
export const half = (text) =>
  createHash("sha256").update(text).digest().subarray(0, 16).toString("base64url");

const padding = { RS256: {}, PS256: { padding: 6, saltLength: 32 } };

// One key of each kind, and one that is not published.
function makeKeys() {
  const keys = {
    rsa: { alg: "RS256", ...generateKeyPairSync("rsa", { modulusLength: 2048 }) },
    pss: { alg: "PS256", ...generateKeyPairSync("rsa", { modulusLength: 2048 }) },
    ec: { alg: "ES256", ...generateKeyPairSync("ec", { namedCurve: "P-256" }) },
    ed: { alg: "EdDSA", ...generateKeyPairSync("ed25519") },
    stranger: { alg: "RS256", ...generateKeyPairSync("rsa", { modulusLength: 2048 }) },
  };
  for (const [kid, key] of Object.entries(keys)) {
    key.jwk = { ...key.publicKey.export({ format: "jwk" }), kid, use: "sig" };
  }
  return keys;
}

export class Hostile {
  static async start() {
    const provider = new Hostile();
    provider.keys = makeKeys();
    provider.asked = [];
    provider.server = createServer((request, reply) => void provider.#answer(request, reply));
    await new Promise((resolve) => provider.server.listen(0, "127.0.0.1", resolve));
    provider.issuer = `http://localhost:${provider.server.address().port}`;
    return provider;
  }

  stop() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }

  metadata() {
    return {
      issuer: this.issuer,
      authorization_endpoint: `${this.issuer}/authorize?tenant=1`,
      token_endpoint: `${this.issuer}/token`,
      jwks_uri: `${this.issuer}/jwks`,
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256", "PS256", "ES256", "EdDSA"],
      authorization_response_iss_parameter_supported: true,
    };
  }

  published() {
    const { stranger: _, ...known } = this.keys;
    return { keys: Object.values(known).map(({ jwk }) => jwk) };
  }

  // What a good token says of somebody who signs in now.
  claims(wish) {
    const now = seconds();
    const { nonce } = wish;
    return { iss: this.issuer, aud: CLIENT, sub: ALICE, iat: now, exp: now + 300, nonce };
  }

  // `how`: {key?, header?, claims?, raw?, spoil?}; claims of null are left out.
  token(claims, how = {}) {
    const key = this.keys[how.key ?? "rsa"];
    const header = { alg: key.alg, kid: how.key ?? "rsa", ...how.header };
    const said = without({ ...claims, ...how.claims });
    const text = `${encoded(without(header))}.${how.raw ? encoded(how.raw(said)) : encoded(said)}`;
    if (how.hmac !== undefined) {
      return `${text}.${createHmac("sha256", how.hmac).update(text).digest("base64url")}`;
    }
    if (how.unsigned) return `${text}.`;
    const options = { key: key.privateKey, dsaEncoding: "ieee-p1363", ...padding[key.alg] };
    const hash = key.alg === "EdDSA" ? null : "sha256";
    const signature = sign(hash, Buffer.from(text), options);
    if (how.spoil) signature[0] ^= 1;
    return `${text}.${signature.toString("base64url")}`;
  }

  logoutToken(how = {}) {
    const now = seconds();
    const events = { "http://schemas.openid.net/event/backchannel-logout": {} };
    const jti = `jti-${Math.random()}`;
    const claims = { iss: this.issuer, aud: CLIENT, iat: now, exp: now + 120, jti, events };
    return this.token({ ...claims, sub: ALICE }, { header: { typ: "logout+jwt" }, ...how });
  }

  // The next code is answered like this.
  next(answer) {
    this.answer = answer;
  }

  // As if somebody signed in there without being asked anything.
  #sendBack(target, reply) {
    const asked = Object.fromEntries(new URL(target, this.issuer).searchParams);
    const auth_time = asked.max_age ? seconds() : null;
    this.next((say) =>
      say({ id_token: this.token(this.claims(asked), { claims: { auth_time, ...this.who } }) }),
    );
    const back = new URL(asked.redirect_uri);
    for (const [name, value] of [["code", "c"], ["state", asked.state], ["iss", this.issuer]]) {
      back.searchParams.set(name, value);
    }
    reply.writeHead(302, { location: back.href }).end();
  }

  async #answer(request, reply) {
    let body = "";
    for await (const piece of request) body += piece;
    const path = request.url.split("?")[0];
    this.asked.push({ path, body, headers: request.headers });
    const say = (value, status = 200, headers = {}) => {
      reply.writeHead(status, { "content-type": "application/json", ...headers });
      reply.end(typeof value === "string" ? value : JSON.stringify(value));
    };
    if (path === "/.well-known/openid-configuration") return say(this.metadata());
    if (path === "/jwks") return say(this.published());
    if (path === "/authorize") return this.#sendBack(request.url, reply);
    if (path !== "/token") return say({ error: "not_found" }, 404);
    return this.answer(say, new URLSearchParams(body), request.headers);
  }
}

// Members that are null are not there.
function without(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}
