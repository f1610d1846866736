// What a provider, or somebody in its place, may say to sign a person in or out, and must not get
// away with. Each row changes one thing of a sign-in that would have worked.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { ALICE, CLIENT, half, Hostile, SECRET } from "./hostile.mjs";
import { House } from "./house.mjs";

let provider;
let house;

before(async () => {
  provider = await Hostile.start();
  house = await House.start(provider.issuer);
  const page = house.page();
  const { status } = await signIn(page, {}, { link: house.link() });
  assert.equal(status, 200);
  assert.equal(await page.member(), house.member);
});

after(async () => {
  await house?.stop();
  await provider?.stop();
});

// A whole sign-in. `spec`: {token?, tokens?, answer?, returned?, wish?}
async function signIn(page, spec = {}, wish = spec.wish ?? {}) {
  const url = await page.begin(wish);
  const asked = Object.fromEntries(url.searchParams);
  provider.next((say, form) => {
    assert.equal(form.get("grant_type"), "authorization_code");
    const challenge = createHash("sha256").update(form.get("code_verifier")).digest("base64url");
    assert.equal(challenge, asked.code_challenge);
    if (spec.answer) return spec.answer(say);
    const how = typeof spec.token === "function" ? spec.token(asked) : spec.token;
    const id_token =
      typeof how === "string" ? how : provider.token(provider.claims(asked), how ?? {});
    return say({ token_type: "Bearer", access_token: "access", id_token, ...spec.tokens });
  });
  const returned = { state: asked.state, code: "code-1", iss: provider.issuer };
  return page.finish({ ...returned, ...(spec.returned?.(asked) ?? {}) }, spec.headers);
}

const seconds = (ago) => Math.floor(Date.now() / 1000) - ago;
const claims = (more) => ({ token: { claims: more } });
const header = (more) => ({ token: { header: more } });

// name, what is changed, the reason, and of the token's faults the words that tell it
const tokens = [
  ["no token in the answer", { tokens: { id_token: undefined } }, "without an ID token"],
  ["a token that is a number", { tokens: { id_token: 7 } }, "without an ID token"],
  ["an empty token", { token: () => "" }, "not a signed token"],
  ["two parts", { token: () => "e30.e30" }, "not a signed token"],
  ["five parts, an encrypted token", { token: () => "e30.e30.e30.e30.e30" }, "not a signed token"],
  ["padding in the encoding", { token: (wish) => `${provider.token(provider.claims(wish))}=` },
    "not a signed token"],
  ["a claim that stands twice",
    { token: { raw: (said) => JSON.stringify(said).replace("{", '{"sub":"mallory",') } },
    "not a signed token"],
  ["claims that are a list", { token: { raw: (said) => [said] } }, "not a signed token"],
  ["alg none", { token: { header: { alg: "none" }, unsigned: true } }, "algorithm"],
  ["alg None without a signature", { token: { header: { alg: "None" }, unsigned: true } },
    "algorithm"],
  ["no signature under a good algorithm", { token: { unsigned: true } }, "signature"],
  ["HS256 with the client's secret", { token: { header: { alg: "HS256" }, hmac: SECRET } },
    "algorithm"],
  ["HS256 with the public key", {
    token: () => provider.token(provider.claims({ nonce: "n" }),
      { header: { alg: "HS256" }, hmac: pem(provider.keys.rsa) }) },
    "algorithm"],
  ["RS384", header({ alg: "RS384" }), "algorithm"],
  ["no algorithm", header({ alg: null }), "header"],
  ["a signature that was changed", { token: { spoil: true } }, "signature"],
  ["a key that is not published", { token: { key: "stranger" } }, "key is not among"],
  ["an unpublished key under a known name", { token: { key: "stranger", header: { kid: "rsa" } } },
    "signature"],
  ["the name of a key of another kind", header({ kid: "ec" }), "key is not among"],
  ["no name where there are several keys of the kind", header({ kid: null }), "key is not among"],
  ["a path for a name", header({ kid: "../../../../dev/null" }), "key is not among"],
  ["a name that is a number", header({ kid: 7 }), "header"],
  ["PS256 for a key of RS256, signed the other way", header({ alg: "PS256" }), "signature"],
  ["a key that the token brings", {
    token: () => provider.token(provider.claims({ nonce: "n" }),
      { key: "stranger", header: { jwk: provider.keys.stranger.jwk } }) }, "header"],
  ["an address of keys", header({ jku: "http://localhost:1/jwks" }), "header"],
  ["a certificate", header({ x5c: ["MIIB"] }), "header"],
  ["an address of a certificate", header({ x5u: "http://localhost:1/x5u" }), "header"],
  ["a critical extension", header({ crit: ["exp"] }), "header"],
  ["an unencoded payload", header({ b64: false }), "header"],
  ["an access token's type", header({ typ: "at+jwt" }), "another kind"],
  ["a logout token", { token: () => provider.logoutToken() }, "another kind"],
  ["a logout token without a type",
    { token: ({ nonce }) => provider.logoutToken({ header: { typ: null }, claims: { nonce } }) },
    "another kind"],
  ["another issuer", claims({ iss: "https://evil.example" }), "another provider"],
  ["the issuer with a slash", { token: () => provider.token(
    { ...provider.claims({ nonce: "n" }), iss: `${provider.issuer}/` }) }, "another provider"],
  ["no issuer", claims({ iss: null }), "another provider"],
  ["another audience", claims({ aud: "other" }), "another application"],
  ["no audience", claims({ aud: null }), "another application"],
  ["an audience beside ours", claims({ aud: [CLIENT, "other"] }), "another application"],
  ["an empty list of audiences", claims({ aud: [] }), "another application"],
  ["another authorized party", claims({ azp: "other" }), "another application"],
  ["expired", claims({ exp: seconds(120) }), "expired"],
  ["no expiry", claims({ exp: null }), "expired"],
  ["an expiry that is a text", claims({ exp: "9999999999" }), "claims"],
  ["an expiry beyond all years", claims({ exp: 1e15 }), "claims"],
  ["made in the future", claims({ iat: seconds(-300) }), "just now"],
  ["made long ago", claims({ iat: seconds(900) }), "just now"],
  ["no time of making", claims({ iat: null }), "just now"],
  ["not valid yet", claims({ nbf: seconds(-300) }), "not valid yet"],
  ["another nonce", claims({ nonce: "another" }), "another sign-in"],
  ["no nonce", claims({ nonce: null }), "another sign-in"],
  ["an empty nonce", claims({ nonce: "" }), "another sign-in"],
  ["no subject", claims({ sub: null }), "no account"],
  ["an empty subject", claims({ sub: "" }), "no account"],
  ["a subject that is a number", claims({ sub: 248289761001 }), "no account"],
  ["a subject that is too long", claims({ sub: "x".repeat(256) }), "no account"],
  ["a subject with a line feed", claims({ sub: `${ALICE}\n` }), "no account"],
  ["the hash of another access token", claims({ at_hash: half("another") }), "access token"],
  ["the hash of another code", claims({ c_hash: half("code-2") }), "another code"],
  ["a session that is a number", claims({ sid: 7 }), "claims"],
  ["groups that are a number", claims({ groups: 7 }), "claims"],
  ["a fresh sign-in that does not say when", { wish: { fresh: true } }, "sign in just now"],
  ["a fresh sign-in of an hour ago",
    { wish: { fresh: true }, token: { claims: { auth_time: seconds(3600) } } }, "sign in just now"],
  ["a sign-in of tomorrow", claims({ auth_time: seconds(-86_400) }), "just now"],
];

const pem = ({ publicKey }) => publicKey.export({ type: "spki", format: "pem" });

for (const [name, spec, words] of tokens) {
  test(`refuses ${name}`, async () => {
    const page = house.page();
    const { status, body } = await signIn(page, spec);
    assert.equal(`${status} ${body.reason}`, "401 sso_refused");
    assert.ok(body.message.includes(words), body.message);
    assert.equal(await page.member(), "");
    assert.equal(page.cookies.size, 0);
  });
}

// The answer around the token, and the one that the browser brings back.
const answers = [
  ["a code that the provider does not take",
    { answer: (say) => say({ error: "invalid_grant" }, 400) }, "401 sso_refused"],
  ["a provider that fails", { answer: (say) => say("{}", 500) }, "503 sso_unreachable"],
  ["a provider that asks for patience", { answer: (say) => say("{}", 429) }, "503 sso_unreachable"],
  ["a redirect in place of tokens",
    { answer: (say) => say("", 302, { location: "/token" }) }, "503 sso_unreachable"],
  ["an answer that is no JSON", { answer: (say) => say("<html>") }, "401 sso_refused"],
  ["an answer that is a list", { answer: (say) => say([]) }, "401 sso_refused"],
  ["an error of the provider",
    { returned: () => ({ code: undefined, error: "access_denied" }) }, "401 sso_refused"],
  ["markup for an error",
    { returned: () => ({ code: undefined, error: "<script>" }) }, "401 sso_refused"],
  ["an error beside a code", { returned: () => ({ error: "access_denied" }) },
    "422 member_invalid"],
  ["no code", { returned: () => ({ code: undefined }) }, "422 member_invalid"],
  ["no state", { returned: () => ({ state: undefined }) }, "422 member_invalid"],
  ["another state", { returned: () => ({ state: "x" }) }, "401 sso_refused"],
  ["a code of another provider",
    { returned: () => ({ iss: "https://evil.example" }) }, "401 sso_refused"],
  ["a code of nobody, of a provider that names itself",
    { returned: () => ({ iss: undefined }) }, "401 sso_refused"],
  ["a page of somebody else",
    { headers: { origin: "https://evil.example", "sec-fetch-site": "cross-site" } }, "403 csrf"],
  ["a form of somebody else",
    { headers: { "content-type": "application/x-www-form-urlencoded" } }, "403 csrf"],
  ["an account that is linked to nobody, whatever its mail address",
    claims({ sub: "mallory", email: "alice@example.com", preferred_username: ALICE }),
    "403 account_unknown"],
  ["a member's id in a claim that is not configured",
    claims({ sub: "m2", member: "mem_1", name: ALICE }),
    "403 account_unknown"],
];

for (const [name, spec, expected] of answers) {
  test(`refuses ${name}`, async () => {
    const page = house.page();
    const { status, body } = await signIn(page, spec);
    assert.equal(`${status} ${body.reason}`, expected);
    assert.equal(await page.member(), "");
  });
}

test("refuses what was begun in another browser, was changed, or is answered twice", async () => {
  const victim = house.page();
  const attacker = house.page();
  const url = await attacker.begin();
  const wish = Object.fromEntries(url.searchParams);
  provider.next((say) => say({ id_token: provider.token(provider.claims(wish)) }));
  const returned = { state: wish.state, code: "c", iss: provider.issuer };
  assert.equal((await victim.finish(returned)).body.reason, "sso_refused");
  await victim.begin();
  assert.equal((await victim.finish(returned)).body.reason, "sso_refused");

  const kept = attacker.cookies.get("__Host-lp_oidc");
  attacker.cookies.set("__Host-lp_oidc", `${kept[0] === "A" ? "B" : "A"}${kept.slice(1)}`);
  assert.equal((await attacker.finish(returned)).body.reason, "sso_refused");
  attacker.cookies.set("__Host-lp_oidc", kept);
  assert.equal((await attacker.finish(returned)).status, 200);
  attacker.cookies.set("__Host-lp_oidc", kept);
  const again = await attacker.finish(returned);
  assert.equal(again.body.reason, "sso_refused");
  assert.match(again.body.message, /answered before/);
});

test("signs nobody in by a GET, whoever follows the link", async () => {
  const page = house.page();
  const url = await page.begin();
  const asked = provider.asked.length;
  const state = encodeURIComponent(url.searchParams.get("state"));
  for (const method of ["GET", "HEAD"]) {
    const path = `/login/callback?code=c&state=${state}&iss=${encodeURIComponent(provider.issuer)}`;
    assert.equal((await page.call(method, path)).status, 200);
    assert.equal((await page.call("GET", "/api/login/sso/finish")).status, 405);
  }
  assert.equal(await page.member(), "");
  assert.equal(provider.asked.length, asked);
});

test("sends the browser to the provider with S256, and brings it back here alone", async () => {
  const page = house.page();
  const url = await page.begin({ redirect_uri: "https://evil.example", return_to: "//evil" });
  const asked = Object.fromEntries(url.searchParams);
  assert.equal(url.origin, provider.issuer);
  assert.equal(asked.tenant, "1");
  assert.equal(asked.response_type, "code");
  assert.equal(asked.code_challenge_method, "S256");
  assert.equal(asked.redirect_uri, `${page.origin}/login/callback`);
  assert.equal(asked.scope, "openid");
  assert.equal(asked.prompt, undefined);
  assert.ok(asked.nonce.length >= 43 && asked.state.length >= 43);
  const fresh = await page.begin({ fresh: true });
  assert.equal(fresh.searchParams.get("prompt"), "login");
  assert.equal(fresh.searchParams.get("max_age"), "300");
});

test("brings an account once by a link, and to nobody else", async () => {
  const token = house.link();
  const page = house.page();
  const bob = { token: { claims: { sub: "bob" } }, wish: { link: token } };
  for (const link of ["short", "A".repeat(43)]) {
    const { status, body } = await page.post("/api/login/sso/begin", { link });
    if (status === 200) {
      const wish = new URL(body.url).searchParams;
      provider.next((say) =>
        say({ id_token: provider.token(provider.claims({ nonce: wish.get("nonce") })) }));
      const returned = { state: wish.get("state"), code: "c", iss: provider.issuer };
      assert.equal((await page.finish(returned)).body.reason, "account_link_invalid");
    } else {
      assert.equal(body.reason, "account_link_invalid");
    }
  }
  assert.equal((await signIn(page, bob)).status, 200);
  assert.equal((await signIn(house.page(), bob)).body.reason, "account_link_invalid");
  // The account before is unlinked: a member has one at a provider.
  assert.equal((await signIn(house.page())).body.reason, "account_unknown");
  const rows = house.server.rows("sso", "list");
  assert.deepEqual(rows.map(({ subject }) => subject), ["bob"]);
  assert.equal((await signIn(house.page(), { wish: { link: house.link() } })).status, 200);
});

test("takes what each kind of key has signed, and the groups that the provider names", async () => {
  for (const key of ["rsa", "pss", "ec", "ed"]) {
    const page = house.page();
    const groups = ["ops", "finance", "ops"];
    const { status } = await signIn(page, { token: { key, claims: { groups } } });
    assert.equal(status, 200, key);
    assert.equal(await page.member(), house.member);
  }
  const { body } = await loggedIn().then((page) => page.get("/api/review/accounts"));
  assert.deepEqual(body.accounts.map(({ groups }) => groups), [[]]);
});

test("asks for new keys once a minute at most", async () => {
  const fetched = () => provider.asked.filter(({ path }) => path === "/jwks").length;
  const before = fetched();
  for (let i = 0; i < 5; ++i) await signIn(house.page(), { token: { key: "stranger" } });
  assert.ok(fetched() <= before + 1, `${fetched() - before} fetches`);
});

async function loggedIn(more = {}) {
  const page = house.page();
  assert.equal((await signIn(page, claims(more))).status, 200);
  return page;
}

async function logOut(token, page = house.page()) {
  const form = { "content-type": "application/x-www-form-urlencoded" };
  return page.post("/api/login/sso/logout", `logout_token=${token}`, form);
}

const logouts = [
  ["no token", () => ""],
  ["something else", () => "abc"],
  ["an unsigned one", () => provider.logoutToken({ unsigned: true })],
  ["one of another key", () => provider.logoutToken({ key: "stranger", header: { kid: "rsa" } })],
  ["an ID token", () => provider.token(provider.claims({ nonce: "n" }))],
  ["a nonce", () => provider.logoutToken({ claims: { nonce: "n" } })],
  ["no event", () => provider.logoutToken({ claims: { events: null } })],
  ["another event", () => provider.logoutToken({ claims: { events: { "http://x": {} } } })],
  ["an event that is a text", () => provider.logoutToken({
    claims: { events: { "http://schemas.openid.net/event/backchannel-logout": "yes" } } })],
  ["another issuer", () => provider.logoutToken({ claims: { iss: "https://evil.example" } })],
  ["another audience", () => provider.logoutToken({ claims: { aud: "other" } })],
  ["an old one", () => provider.logoutToken({ claims: { iat: seconds(900) } })],
  ["an expired one", () => provider.logoutToken({ claims: { exp: seconds(120) } })],
  ["no id", () => provider.logoutToken({ claims: { jti: null } })],
  ["neither a subject nor a session", () => provider.logoutToken({ claims: { sub: null } })],
  ["the type of an access token", () => provider.logoutToken({ header: { typ: "at+jwt" } })],
];

test("ends no session by a logout token that is not good", async () => {
  const page = await loggedIn({ sid: "s-1" });
  for (const [name, make] of logouts) {
    const { status, body } = await logOut(make());
    assert.equal(`${status} ${body.reason}`, "400 logout_token_invalid", name);
  }
  assert.equal(await page.member(), house.member);
});

test("ends the sessions that a logout token names, at once, and by each token once", async () => {
  const [first, second] = [await loggedIn({ sid: "s-1" }), await loggedIn({ sid: "s-2" })];
  const foreign = provider.logoutToken({ claims: { sub: null, sid: "s-9" } });
  assert.equal((await logOut(foreign)).status, 200);
  assert.equal(await first.member(), house.member);
  const token = provider.logoutToken({ claims: { sid: "s-1" } });
  assert.equal((await logOut(token)).status, 200);
  assert.equal(await first.member(), "");
  assert.equal(await second.member(), house.member);
  assert.equal((await logOut(token)).body.reason, "token_replayed");
  assert.equal((await logOut(provider.logoutToken())).status, 200);
  assert.equal(await second.member(), "");
});
