// The way in and out with a provider that somebody else has written, npm's oidc-provider.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { House } from "./house.mjs";
import { Person, RealProvider } from "./real_provider.mjs";

const keyOf = (kid, alg, ...how) => ({
  ...generateKeyPairSync(...how).privateKey.export({ format: "jwk" }),
  kid,
  alg,
  use: "sig",
});

let real;
let house;

before(async () => {
  real = await RealProvider.listen();
  real.keys = [
    keyOf("r1", "RS256", "rsa", { modulusLength: 2048 }),
    keyOf("p1", "PS256", "rsa", { modulusLength: 2048 }),
    keyOf("e1", "ES256", "ec", { namedCurve: "P-256" }),
    keyOf("d1", "EdDSA", "ed25519"),
  ];
  house = await House.start(real.issuer);
  real.open(house.server.address);
});

after(async () => {
  await house?.stop();
  await real?.stop();
});

async function signIn(page, person, wish = {}) {
  const returned = await person.signIn(
    await page.begin(wish), "alice", `${page.origin}/login/callback`);
  const { state, code, iss } = returned;
  return { returned, reply: await page.finish({ state, code, iss }) };
}

test("signs a member in with the account that a link brought, in each algorithm", async () => {
  const page = house.page();
  const first = await signIn(page, new Person(), { link: house.link() });
  assert.equal(first.reply.status, 200, JSON.stringify(first.reply.body));
  assert.equal(await page.member(), house.member);
  const { body } = await page.get("/api/review/accounts");
  const [{ subject, issuer, groups }] = body.accounts;
  assert.deepEqual({ subject, issuer, groups },
    { subject: "alice", issuer: real.issuer, groups: ["finance"] });
  for (const id_token_signed_response_alg of ["PS256", "ES256", "EdDSA"]) {
    real.open(house.server.address, { id_token_signed_response_alg });
    const again = house.page();
    const { reply } = await signIn(again, new Person());
    assert.equal(reply.status, 200, JSON.stringify(reply.body));
    assert.equal(await again.member(), house.member);
  }
  real.open(house.server.address);
});

test("sees a code once: the provider takes it neither twice nor without its verifier", async () => {
  const page = house.page();
  const { returned, reply } = await signIn(page, new Person());
  assert.equal(reply.status, 200);
  // Another attempt of the same browser, with the code of the one before.
  const url = await page.begin();
  const state = url.searchParams.get("state");
  real.errors.length = 0;
  const { body } = await page.finish({ ...returned, state });
  assert.equal(body.reason, "sso_refused");
  assert.match(body.message, /does not take the code/);
  assert.equal(real.errors.length, 1);

  const other = house.page();
  const stolen = await new Person().signIn(
    await other.begin(), "alice", `${other.origin}/login/callback`);
  const thief = house.page();
  const own = await thief.begin();
  const injected = { ...stolen, state: own.searchParams.get("state") };
  const refused = await thief.finish(injected);
  assert.equal(refused.body.reason, "sso_refused");
  assert.equal(await thief.member(), "");
});

test("has the provider ask again where a fresh sign-in is wanted", async () => {
  const person = new Person();
  const page = house.page();
  await signIn(page, person);
  const { reply } = await signIn(page, person, { fresh: true });
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
  assert.equal(await page.member(), house.member);
});

test("falls to the sign-in page within a second when the provider signs somebody out", async () => {
  const person = new Person();
  const page = house.page();
  await signIn(page, person);
  const another = house.page();
  await signIn(another, new Person());
  real.errors.length = 0;
  await person.signOut(real.issuer);
  const end = Date.now() + 1_000;
  while ((await page.member()) !== "" && Date.now() < end) await sleep(10);
  assert.deepEqual(real.errors, []);
  assert.equal(await page.member(), "");
  // Another session of the same account, at another browser, is not the one that ended.
  assert.equal(await another.member(), house.member);
});

test("says that the provider is away, and signs nobody in", async () => {
  const page = house.page();
  const url = await page.begin();
  const returned = await new Person().signIn(url, "alice", `${page.origin}/login/callback`);
  const { handler } = real;
  real.handler = (_, reply) => reply.writeHead(502).end();
  try {
    assert.equal((await page.finish(returned)).body.reason, "sso_unreachable");
  } finally {
    real.handler = handler;
  }
  assert.equal(await page.member(), "");
});
