// Receipts of a real server before the three verifiers of ours. The server is one made for tests,
// so that no verdict is VALID unless tests are allowed.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { judgeBundle } from "./judges.mjs";
import { House, indexOf, statementOf } from "./real_house.mjs";
import { issuerKeysOf, trustedRootOf } from "./trusted.mjs";
import { exit, verifierNames, Verifiers } from "./verifiers.mjs";

let house;
let verifiers;
let trust; // --trust FILE
let log; // the receipt of every event, by its index
let decided; // the receipt of the approval

before(async () => {
  verifiers = new Verifiers();
  house = await House.start();
  trust = ["--trust", verifiers.trust(house.trust)];
  const printed = (what) => Buffer.from(house.printed(what).trimEnd());
  log = Array.from({ length: house.size() }, (_, index) => printed(index));
  decided = printed(house.requests.approved);
});
after(async () => {
  await house?.stop();
  verifiers?.close();
});

const verdicts = ({ reports }) => [...new Set(reports.map(({ verdict }) => verdict))];

for (const name of verifierNames) {
  const judge = (receipts, ...words) => verifiers.judge(name, receipts, ...words);

  test(`${name}: every event of a real log is VALID where tests are allowed`, () => {
    const said = judge(log, ...trust, "--allow-test");
    assert.deepEqual([said.status, verdicts(said)], [exit.VALID, ["VALID"]]);
    assert.deepEqual(said.reports.map(({ index }) => index), log.map((_, index) => index));
  });

  test(`${name}: a decision shows who decided and where it stands`, () => {
    const { reports: [report] } = judge([decided], ...trust, "--allow-test");
    const { type, human, log: level, request_id } = report;
    assert.deepEqual(
      [type, human, level, request_id],
      ["decision.approved", "B", "L1", house.requests.approved],
    );
    assert.ok(report.marks.includes("test"));
    assert.equal(report.checks.find(({ check }) => check === "anchor").result, "ok");
  });

  test(`${name}: and INVALID for the mark of a test where they are not`, () => {
    const said = judge(log, ...trust);
    assert.equal(said.status, exit.INVALID);
    for (const { verdict, check } of said.reports) {
      assert.deepEqual([verdict, check], ["INVALID", "marks"]);
    }
  });

  test(`${name}: without the trust file of this log nothing is VALID`, () => {
    const other = JSON.parse(house.server.run("trust", "export", "--project", "sealed"));
    for (const words of [[], ["--trust", verifiers.trust(other)]]) {
      const said = judge([decided], ...words, "--allow-test");
      assert.deepEqual([said.status, verdicts(said)], [exit.INDETERMINATE, ["INDETERMINATE"]]);
    }
  });

  test(`${name}: more than the log gives is demanded in vain`, () => {
    const passkey = judge([decided], ...trust, "--allow-test", "--require", "human=passkey");
    assert.deepEqual(verdicts(passkey), ["INVALID"]);
    const witnessed = judge([decided], ...trust, "--allow-test", "--require", "log=witnessed");
    assert.deepEqual(verdicts(witnessed), ["INDETERMINATE"]);
  });

  test(`${name}: what agents are given stands alone`, async () => {
    const proof = await house.asAgent(`/api/agents/proof?request_id=${house.requests.approved}`);
    const { events } = await house.handoff();
    const given = [proof, ...events].map(({ receipt }) => Buffer.from(asItStood(receipt)));
    const said = judge(given, ...trust, "--allow-test");
    assert.deepEqual([said.status, verdicts(said)], [exit.VALID, ["VALID"]]);
    const types = said.reports.map(({ type }) => type);
    assert.deepEqual(types, ["request.created", "handoff.created", "handoff.disputed"]);
  });
}

// Members keep the order in which the server wrote them, so these are its bytes: of a receipt those
// that a verifier takes.
const asItStood = JSON.stringify;

test("a changed byte of a real receipt is never VALID, and all three agree", () => {
  const changed = [];
  for (let at = 0; at < decided.length; at += 7) {
    const copy = Buffer.from(decided);
    copy[at] ^= 1 << (at % 7);
    if (copy[at] !== 10) changed.push(copy); // a line feed would make two of it
  }
  assert.ok(changed.length > 1000);
  const said = verifierNames.map((name) =>
    verifiers.judge(name, changed, ...trust, "--allow-test"),
  );
  for (const { status, reports } of said) {
    assert.equal(status, exit.INVALID);
    // What names another log or a later type of event is not known, which is not VALID either.
    for (const { verdict } of reports) assert.ok(["INVALID", "INDETERMINATE"].includes(verdict));
  }
  const [first, ...others] = said.map(({ reports }) => reports.map(({ verdict }) => verdict));
  for (const other of others) assert.deepEqual(other, first);
});

// What the owners do with a key that leaked. The clients of others know of no such end.
test("an issuer key that had ended fails `issuer_range`, and others accept it", async () => {
  const receipt = house.receipt(house.requests.approved);
  const index = indexOf(receipt);
  const ended = house.trust.issuer.map((key) => ({ ...key, to: index }));
  const narrow = ["--trust", verifiers.trust({ ...house.trust, issuer: ended })];
  for (const name of verifierNames) {
    const { reports } = verifiers.judge(name, [decided], ...narrow, "--allow-test");
    assert.deepEqual([reports[0].verdict, reports[0].check], ["INVALID", "issuer_range"]);
  }
  const root = trustedRootOf(house.trust.log_vkeys);
  const keys = issuerKeysOf(ended.map(({ spki }) => spki));
  const bundle = JSON.parse(await house.rendering(index, "sigstore"));
  judgeBundle({ bundle, artifact: statementOf(receipt), root, keys });
});

// One part of a true receipt in another: everything in it was once signed.
const swaps = {
  "the statement of another event": ["leaf", (mine, other) => {
    mine.statement = other.statement;
  }],
  "another event's signature": ["leaf", (mine, other) => {
    mine.issuer.sig = other.issuer.sig;
  }],
  "another event's leaf": ["leaf", (mine, other) => {
    mine.tlog.leaf = other.tlog.leaf;
  }],
  "another event's proof": ["inclusion", (mine, other) => {
    mine.tlog.proof = other.tlog.proof;
  }],
  "a person's signature under another request": ["human", (mine, other) => {
    mine.humans[0] = other.humans[0];
  }],
  "a review of another request": ["human", (mine, other) => {
    mine.reviews[0] = other.reviews[0];
  }],
  "another request's descriptor": ["human", (mine, other) => {
    mine.descriptor = other.descriptor;
  }],
  "no person at all": ["human", (mine) => {
    delete mine.humans;
  }],
  "no roster": ["roster", (mine) => {
    delete mine.rosters;
  }],
  "a later checkpoint in the name of another log": ["checkpoint", (mine) => {
    mine.tlog.proof = mine.tlog.proof.replaceAll(house.log, "0".repeat(32));
  }],
};

for (const [what, [check, change]] of Object.entries(swaps)) {
  test(`with ${what} a receipt is INVALID at \`${check}\` for all three`, () => {
    const mine = JSON.parse(decided);
    change(mine, house.receipt(house.requests.rejected));
    const receipt = Buffer.from(asItStood(mine));
    for (const name of verifierNames) {
      const { reports } = verifiers.judge(name, [receipt], ...trust, "--allow-test");
      assert.deepEqual([name, reports[0].verdict, reports[0].check], [name, "INVALID", check]);
    }
  });
}

// From here on the log is another than the receipts above are of.
test("both sides of a change of keys are VALID by old and new trust files", async () => {
  const first = await house.rotate();
  const second = await house.rotate();
  const late = await house.ask("refund");
  await house.server.decide("approve", late);
  await house.settled();
  const fresh = JSON.parse(house.server.run("trust", "export", "--project", "default"));
  assert.deepEqual(fresh.issuer.map(({ from, to }) => [from, to]), [
    [0, first],
    [first, second],
    [second, undefined],
  ]);
  const printed = (what) => Buffer.from(house.printed(what).trimEnd());
  const events = Array.from({ length: house.size() }, (_, index) => printed(index));
  const issuers = [first - 1, first, second - 1, second].map(
    (index) => JSON.parse(events[index].toString()).issuer.key,
  );
  const [one, two, three] = fresh.issuer.map(({ spki }) => spki);
  assert.deepEqual(issuers, [one, two, two, three]);
  for (const name of verifierNames) {
    for (const file of [house.trust, fresh]) {
      const words = ["--trust", verifiers.trust(file), "--allow-test"];
      const said = verifiers.judge(name, [...events, printed(late)], ...words);
      assert.deepEqual([name, said.status, verdicts(said)], [name, exit.VALID, ["VALID"]]);
    }
    // Who was told that a key has ended takes nothing of it beyond, and no other in its place.
    const ended = { ...fresh, issuer: fresh.issuer.slice(0, 2) };
    const words = ["--trust", verifiers.trust(ended), "--allow-test"];
    const { reports } = verifiers.judge(name, [events[second]], ...words);
    assert.deepEqual([reports[0].verdict, reports[0].check], ["INVALID", "issuer_range"]);
  }
  const { keys } = await (await house.get("/.well-known/jwks.json")).json();
  const jws = await house.rendering(second, "jws");
  const { kid } = JSON.parse(Buffer.from(jws.split(".")[0], "base64url").toString());
  assert.ok(keys.length >= 3 && keys.some((key) => key.kid === kid));
});

// The last one: what was told before this is not all that is true now.
test("receipts of all eras of the log's keys are VALID by the file of now", async () => {
  const given = () => JSON.parse(house.server.run("trust", "export", "--project", "default"));
  const printed = (what) => Buffer.from(house.printed(what).trimEnd());
  const sizeOf = (receipt) =>
    Number(JSON.parse(receipt.toString()).tlog.proof.split("\n\n")[1].split("\n")[1]);
  const eras = [printed(0)];
  const before = given();
  const first = await house.rotate("rotate-key");
  eras.push(printed(0), printed(house.size() - 1));
  const second = await house.rotate("rotate-key");
  await house.settled();
  eras.push(printed(0), printed(first), printed(house.size() - 1));
  assert.ok(sizeOf(eras[0]) < first && sizeOf(eras.at(-1)) >= second);
  const fresh = given();
  assert.deepEqual(fresh.log.map(({ from, to }) => [from, to]), [
    [0, first],
    [first, second],
    [second, undefined],
  ]);
  assert.deepEqual(fresh.log.map(({ vkey }) => vkey), fresh.log_vkeys);
  // As if the last key had taken over later, and the one before signed beyond its end.
  const narrow = fresh.log.map((range) => ({ ...range }));
  narrow[1].to = narrow[2].from = house.size() + 1;
  for (const name of verifierNames) {
    const words = (file) => ["--trust", verifiers.trust(file), "--allow-test"];
    const said = verifiers.judge(name, eras, ...words(fresh));
    assert.deepEqual([name, said.status, verdicts(said)], [name, exit.VALID, ["VALID"]]);
    const kept = verifiers.judge(name, eras.slice(0, 1), ...words(before));
    assert.deepEqual(verdicts(kept), ["VALID"]);
    for (const file of [before, { ...fresh, log: narrow }]) {
      const { reports } = verifiers.judge(name, [eras.at(-1)], ...words(file));
      assert.deepEqual([reports[0].verdict, reports[0].check], ["INVALID", "checkpoint"]);
    }
  }
  // The clients of others find the key of a bundle's checkpoint among all that there are.
  const receipt = house.receipt(house.size() - 1);
  const bundle = JSON.parse(await house.rendering(indexOf(receipt), "sigstore"));
  const keys = issuerKeysOf(fresh.issuer.map(({ spki }) => spki));
  const artifact = statementOf(receipt);
  judgeBundle({ bundle, artifact, root: trustedRootOf(fresh.log_vkeys), keys });
  const { trusted_root } = await (await house.get("/.well-known/letsping-transparency")).json();
  const published = trusted_root.tlogs.map(({ publicKey }) => publicKey.rawBytes);
  const named = trustedRootOf(fresh.log_vkeys).tlogs.map(({ publicKey }) => publicKey.rawBytes);
  for (const key of named) assert.ok(published.includes(key));
});
