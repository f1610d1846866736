// What a real server hands out, in every rendering, judged by programs that know nothing of
// LetsPing. Keys come from the trust file and from what the server publishes, never from a receipt.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { flippedAt, flippedBase64, judgeBundle, judgeJws, judgeSignature } from "./judges.mjs";
import { formats, House, indexOf, statementOf } from "./real_house.mjs";
import { issuerKeysOf, keyId, pemOf, sha256, trustedRootOf } from "./trusted.mjs";

let house;
const receipts = {};
let published; // /.well-known/jwks.json

before(async () => {
  house = await House.start();
  for (const [name, id] of Object.entries(house.requests)) receipts[name] = house.receipt(id);
  published = await (await house.get("/.well-known/jwks.json")).json();
});
after(() => house.stop());

const names = ["approved", "rejected", "modified", "pending"];
const rendered = (name, format) => house.rendering(indexOf(receipts[name]), format);
const bundleOf = async (name) => JSON.parse(await rendered(name, "sigstore"));

test("the door and the command line hand out the same bytes", async () => {
  for (const format of formats.filter((one) => one !== "jws")) {
    const printed = house.printed(house.requests.approved, format);
    const told = await rendered("approved", format);
    assert.equal(printed, told.endsWith("\n") ? told : `${told}\n`, format);
  }
  // ECDSA signs anew each time: the same header and claims under another signature.
  const [printed, told] = [
    house.printed(house.requests.approved, "jws").trim(),
    await rendered("approved", "jws"),
  ];
  assert.deepEqual(printed.split(".").slice(0, 2), told.split(".").slice(0, 2));
});

test("the renderings are of the same entry of the same log", async () => {
  const { tlog } = receipts.approved;
  assert.equal(await rendered("approved", "tlog-proof"), tlog.proof);
  const [entry] = (await bundleOf("approved")).verificationMaterial.tlogEntries;
  assert.equal(entry.canonicalizedBody, tlog.leaf);
  assert.ok(tlog.proof.endsWith(`\n\n${entry.inclusionProof.checkpoint.envelope}`));
});

// ---- @sigstore/verify --------------------------------------------------------------------------

const root = () => trustedRootOf(house.trust.log_vkeys);
const issuers = () => issuerKeysOf(house.trust.issuer.map(({ spki }) => spki));

for (const name of names) {
  test(`@sigstore/verify accepts the bundle of a request that is ${name}`, async () => {
    const artifact = statementOf(receipts[name]);
    judgeBundle({ bundle: await bundleOf(name), artifact, root: root(), keys: issuers() });
  });
}

test("@sigstore/verify takes the trust root that the server publishes", async () => {
  const reply = await house.get("/.well-known/letsping-transparency");
  const { trusted_root: published } = await reply.json();
  const artifact = statementOf(receipts.approved);
  const given = { bundle: await bundleOf("approved"), artifact, keys: issuers() };
  judgeBundle({ ...given, root: published });
  const logs = published.tlogs.map(({ logId }) => logId.keyId);
  for (const { logId } of root().tlogs) assert.ok(logs.includes(logId.keyId));
});

// A change of the real bundle, and why it is refused.
const inclusion = "TLOG_INCLUSION_PROOF_ERROR";
const bundleChanges = {
  "another artifact": ["SIGNATURE_ERROR", (given) => {
    given.artifact = Buffer.concat([given.artifact, Buffer.from(" ")]);
  }],
  "another signature": ["TLOG_BODY_ERROR", ({ bundle: { messageSignature } }) => {
    messageSignature.signature = flippedBase64(messageSignature.signature);
  }],
  "another digest": ["TLOG_BODY_ERROR", ({ bundle: { messageSignature } }) => {
    const { messageDigest } = messageSignature;
    messageDigest.digest = flippedBase64(messageDigest.digest);
  }],
  "the leaf of another event": [inclusion, ({ entry, other }) => {
    entry.canonicalizedBody = other.canonicalizedBody;
  }],
  "the proof of another event": [inclusion, ({ entry, other }) => {
    entry.inclusionProof = other.inclusionProof;
  }],
  "another event in the same place": ["TLOG_BODY_ERROR", ({ bundle, other }) => {
    bundle.verificationMaterial.tlogEntries = [other];
  }],
  "a hash of the path changed": [inclusion, ({ entry: { inclusionProof } }) => {
    inclusionProof.hashes[0] = flippedBase64(inclusionProof.hashes[0]);
  }],
  "a hash of the path missing": [inclusion, ({ entry: { inclusionProof } }) => {
    inclusionProof.hashes.pop();
  }],
  "another index": [inclusion, ({ entry: { inclusionProof } }) => {
    inclusionProof.logIndex = String(Number(inclusionProof.logIndex) - 1);
  }],
  "another size in the checkpoint": [inclusion, ({ entry: { inclusionProof } }) => {
    const { checkpoint } = inclusionProof;
    checkpoint.envelope = checkpoint.envelope.replace(/\n(\d+)\n/, "\n9$1\n");
  }],
  "another origin in the checkpoint": [inclusion, ({ entry: { inclusionProof } }) => {
    const { checkpoint } = inclusionProof;
    checkpoint.envelope = `x${checkpoint.envelope}`;
  }],
  "a log that is not trusted": [inclusion, ({ root: { tlogs } }) => {
    tlogs.length = 0;
  }],
  "an issuer that the trust file does not name": ["PUBLIC_KEY_ERROR", ({ keys }) => {
    for (const hint of Object.keys(keys)) delete keys[hint];
  }],
};

for (const [what, [code, change]] of Object.entries(bundleChanges)) {
  test(`@sigstore/verify refuses ${what} as ${code}`, async () => {
    const bundle = await bundleOf("approved");
    const [other] = (await bundleOf("rejected")).verificationMaterial.tlogEntries;
    const [entry] = bundle.verificationMaterial.tlogEntries;
    const artifact = statementOf(receipts.approved);
    const given = { bundle, entry, other, artifact, root: root(), keys: issuers() };
    change(given);
    assert.throws(() => judgeBundle(given), { code });
  });
}

// ---- jose --------------------------------------------------------------------------------------

const receiptType = "lp-receipt+jwt";

test("the published keys are the issuer keys of the trust file", () => {
  const kids = published.keys.map(({ kid }) => kid);
  for (const { spki } of house.trust.issuer) assert.ok(kids.includes(keyId(spki)));
  for (const key of published.keys) assert.equal(key.d, undefined);
});

for (const name of names) {
  test(`jose accepts the JWS of a request that is ${name}, and reads the claims`, async () => {
    const { payload } = await judgeJws(await rendered(name, "jws"), published, receiptType);
    const { predicate } = JSON.parse(statementOf(receipts[name]));
    assert.deepEqual({ ...payload }, {
      leaf_index: indexOf(receipts[name]),
      origin: house.trust.origin,
      statement_sha256: sha256(statementOf(receipts[name])).toString("hex"),
      stream: house.requests[name],
      time: predicate.time,
      type: predicate.type,
    });
  });
}

const recoded = (text, at, change) => {
  const parts = text.split(".");
  const value = { ...JSON.parse(Buffer.from(parts[at], "base64url")), ...change };
  parts[at] = Buffer.from(JSON.stringify(value)).toString("base64url");
  return parts.join(".");
};
const unsigned = "ERR_JWS_SIGNATURE_VERIFICATION_FAILED";
const jwsChanges = {
  "another type": [unsigned, (text) => recoded(text, 1, { type: "decision.rejected" })],
  "another index": [unsigned, (text) => recoded(text, 1, { leaf_index: 0 })],
  "another statement": [
    unsigned, (text) => recoded(text, 1, { statement_sha256: "00".repeat(32) }),
  ],
  "another signature": [unsigned, (text) => {
    const [head, claims, signature] = text.split(".");
    const changed = flippedAt(Buffer.from(signature, "base64url"), -1).toString("base64url");
    return [head, claims, changed].join(".");
  }],
  "no signature": [unsigned, (text) => text.replace(/[^.]+$/, "")],
  "the algorithm none": ["ERR_JOSE_ALG_NOT_ALLOWED", (text) => recoded(text, 0, { alg: "none" })],
  "a kid that nobody published": [
    "ERR_JWKS_NO_MATCHING_KEY", (text) => recoded(text, 0, { kid: "00".repeat(32) }),
  ],
  "a claim renamed a receipt": ["ERR_JWS_SIGNATURE_VERIFICATION_FAILED", async () => {
    const { jws } = await proof();
    return recoded(jws, 0, { typ: receiptType });
  }],
  "a claim in the place of a receipt": [
    "ERR_JWT_CLAIM_VALIDATION_FAILED", async () => (await proof()).jws,
  ],
};

for (const [what, [code, change]] of Object.entries(jwsChanges)) {
  test(`jose refuses ${what} as ${code}`, async () => {
    const text = await change(await rendered("approved", "jws"));
    await assert.rejects(judgeJws(text, published, receiptType), { code });
  });
}

test("jose takes a claim for a receipt where nobody demands a type", async () => {
  const { payload } = await judgeJws((await proof()).jws, published, undefined);
  assert.equal(payload.kind, "proof");
});

// ---- openssl -----------------------------------------------------------------------------------

const given = (name) => ({
  text: statementOf(receipts[name]),
  der: Buffer.from(receipts[name].issuer.sig, "base64"),
  pem: pemOf(house.trust.issuer[0].spki),
});

for (const name of names) {
  test(`openssl verifies the statement of a request that is ${name}`, async () => {
    assert.equal(await judgeSignature(given(name)), "Verified OK");
  });
}

const signatureChanges = {
  "a letter changed": ({ text }) => ({ text: flippedAt(text, 300) }),
  "a byte behind": ({ text }) => ({ text: Buffer.concat([text, Buffer.from("\n")]) }),
  "the statement of another event": () => ({ text: statementOf(receipts.rejected) }),
  "another signature": ({ der }) => ({ der: flippedAt(der, -1) }),
  "the signature of another event": () => ({ der: given("rejected").der }),
  "the key of another project": () => ({ pem: pemOf(otherIssuer()) }),
};
const otherIssuer = () =>
  JSON.parse(house.server.run("trust", "export", "--project", "sealed")).issuer[0].spki;

for (const [what, change] of Object.entries(signatureChanges)) {
  test(`openssl refuses ${what}`, async () => {
    const before = given("approved");
    await assert.rejects(judgeSignature({ ...before, ...change(before) }), (error) =>
      /Verification failure/.test(error.stdout),
    );
  });
}

// ---- what agents are told ----------------------------------------------------------------------

const proof = () => house.asAgent(`/api/agents/proof?request_id=${house.requests.approved}`);

test("jose accepts the claim of /api/agents/proof; its receipt is that of the log", async () => {
  const { jws, claim, receipt } = await proof();
  const { payload } = await judgeJws(jws, published, "lp-proof+jwt");
  assert.deepEqual({ ...payload }, claim);
  assert.equal(claim.leaf_index, indexOf(receipt));
  assert.deepEqual(receipt, house.receipt(claim.leaf_index));
});

test("three programs of others accept the receipt of /api/agents/proof", async () => {
  await accepted((await proof()).receipt);
});

test("and every receipt of /api/agents/handoff-outcome", async () => {
  const { events, delivery_id } = await house.handoff();
  assert.deepEqual(events.map(({ outcome }) => outcome), ["created", "disputed"]);
  for (const { receipt, statement_sha256, prev } of events) {
    const { predicate } = await accepted(receipt);
    assert.equal(predicate.stream.id, delivery_id);
    assert.equal(statement_sha256, sha256(statementOf(receipt)).toString("hex"));
    assert.equal(predicate.stream.prev, prev);
  }
});

// The statement, once three programs of others have accepted what the server says of it.
async function accepted(receipt) {
  const index = indexOf(receipt);
  const artifact = statementOf(receipt);
  const bundle = JSON.parse(await house.rendering(index, "sigstore"));
  judgeBundle({ bundle, artifact, root: root(), keys: issuers() });
  const { payload } = await judgeJws(await house.rendering(index, "jws"), published, receiptType);
  assert.equal(payload.statement_sha256, sha256(artifact).toString("hex"));
  const der = Buffer.from(receipt.issuer.sig, "base64");
  const pem = pemOf(house.trust.issuer[0].spki);
  assert.equal(await judgeSignature({ text: artifact, der, pem }), "Verified OK");
  return JSON.parse(artifact);
}
