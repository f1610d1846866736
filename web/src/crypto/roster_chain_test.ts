import { expect, test } from "vitest";
import { base64, hex, sha256, utf8 } from "./bytes";
import { type DeviceKey, generateDeviceKey, sign, verify } from "./device_key";
import { jcs } from "./jcs";
import { signRoster } from "./roster";
import { followRosters, type Roster, RosterProblem, type RosterText } from "./roster_chain";
import {
  carryOut,
  difference,
  handOver,
  handOverLog,
  nextHead,
  signChange,
  type Wish,
} from "./roster_wish";

const origin = "00/p/11";
const time = "2026-01-01T00:00:00.000Z";
const later = "2026-01-01T00:10:00.000Z";

async function founded(owner: DeviceKey): Promise<RosterText> {
  const project = {
    id: "p",
    name: "default",
    origin,
    payloads: "encrypted",
    issuer: [],
    log: [],
  };
  const terms = { marks: ["self_enrolled"], threshold: 1, time };
  const min = { human: "device", log: "logged" };
  const first = await signRoster(owner, project, { member: "mem_a", min, ...terms });
  const signatures = jcs([{ spki: owner.spki, signature: first.signature }]);
  return { version: 1, head: first.head, entries: [first.entry], signatures };
}

async function next(roster: Roster, wish: Wish, key: DeviceKey): Promise<RosterText> {
  const entries = carryOut(wish, roster.entries);
  const head = await nextHead(roster, entries, later);
  const { project: _, ...texts } = await signChange(key, "p", head, entries);
  return { version: head.version, ...texts };
}

const bob = { id: "mem_b", name: "Bob" };
const addBob: Wish = { act: "add_member", member: bob, roles: ["reviewer"], groups: [] };

async function house() {
  const owner = await generateDeviceKey("now");
  const phone = await generateDeviceKey("now");
  const first = await founded(owner);
  const one = await followRosters(origin, [first], undefined);
  const second = await next(one, addBob, owner);
  const two = await followRosters(origin, [first, second], undefined);
  const wish: Wish = { act: "add_device", member: bob, spki: phone.spki };
  const third = await next(two, wish, owner);
  return { owner, phone, first, second, third, one, two };
}

test("a member and their device are followed from version to version", async () => {
  const { owner, phone, first, second, third, one } = await house();
  const pin = { origin, roster_sha256: one.sha256 };
  const three = await followRosters(origin, [first, second, third], pin);
  expect(three.head.version).toBe(3);
  expect(three.head.owners).toEqual([owner.spki]);
  expect(three.head.single_operator).toBe(false);
  expect(three.entries.map(({ member, spki }) => [member, spki])).toEqual([
    ["mem_a", owner.spki],
    ["mem_b", phone.spki],
  ]);
  expect(three.sha256).toBe(hex(await sha256(utf8(third.head))));
});

test("nobody but an owner of the version before changes anything", async () => {
  const { phone, first, second, third, two } = await house();
  const wish: Wish = { act: "remove_member", member: { id: "mem_a", name: "Ada" } };
  const three = await followRosters(origin, [first, second, third], undefined);
  const forged = await next(three, wish, phone);
  const follow = (...texts: RosterText[]) => followRosters(origin, texts, undefined);
  await expect(follow(first, second, third, forged)).rejects.toThrow("not signed by those");
  const unsigned = { ...second, signatures: "[]" };
  await expect(follow(first, unsigned)).rejects.toThrow("not signed by those");
  await expect(follow(second)).rejects.toThrow("does not follow");
  await expect(follow(first, third)).rejects.toThrow("does not follow");
  const other = jcs({ ...JSON.parse(second.entries[1] ?? ""), roles: ["owner"] });
  const entries = [second.entries[0] ?? "", other];
  await expect(follow(first, { ...second, entries })).rejects.toThrow("not about these people");
  const spaced = { ...second, head: second.head.replace(",", ", ") };
  await expect(follow(first, spaced)).rejects.toThrow("cannot be read");
  await expect(followRosters("00/p/22", [first], undefined)).rejects.toThrow("another log");
  await expect(follow()).rejects.toThrow(RosterProblem);
  expect(two.head.version).toBe(2);
});

test("what was pinned must stand in the chain", async () => {
  const { first, second, two } = await house();
  const pin = { origin, roster_sha256: two.sha256 };
  await followRosters(origin, [first, second], pin);
  await expect(followRosters(origin, [first], pin)).rejects.toThrow("does not go on");
  const stranger = await founded(await generateDeviceKey("now"));
  await expect(followRosters(origin, [stranger], pin)).rejects.toThrow("does not go on");
  await expect(
    followRosters(origin, [first, second], { ...pin, origin: "00/p/22" }),
  ).rejects.toThrow("another log");
});

test("a wish changes what it names and nothing else", async () => {
  const { owner, phone, first, second, third } = await house();
  const three = await followRosters(origin, [first, second, third], undefined);
  const told = (wish: Wish) =>
    carryOut(wish, three.entries, () => "salt").map(({ member, spki }) => [member, spki]);
  const ada = { id: "mem_a", name: "Ada" };
  expect(told({ act: "remove_member", member: bob })).toEqual([["mem_a", owner.spki]]);
  expect(told({ act: "revoke_device", member: bob, spki: phone.spki })).toEqual([
    ["mem_a", owner.spki],
    ["mem_b", undefined],
  ]);
  for (const nothing of [
    addBob,
    { act: "remove_member", member: { id: "mem_x", name: "" } },
    { act: "add_device", member: bob, spki: phone.spki },
    { act: "revoke_device", member: ada, spki: phone.spki },
  ] as Wish[]) {
    expect(carryOut(nothing, three.entries)).toBe(three.entries);
  }
  const after = carryOut({ act: "revoke_device", member: bob, spki: phone.spki }, three.entries);
  const { gone, come } = difference(three.entries, after);
  expect([gone.length, come.length]).toEqual([1, 1]);
  const left = carryOut({ act: "remove_member", member: ada }, three.entries);
  expect((await nextHead(three, left, later)).owners).toEqual([]);
});

test("another key of the server takes over at one entry", () => {
  const wish = (from: number, spki = "new"): Wish & { act: "rotate_issuer" } => ({
    act: "rotate_issuer",
    project: { id: "proj_1", name: "default" },
    spki,
    from,
  });
  const first = [{ spki: "old", from: 0 }];
  const second = handOver(first, wish(7));
  expect(second).toEqual([
    { spki: "old", from: 0, to: 7 },
    { spki: "new", from: 7 },
  ]);
  expect(handOver(second ?? [], wish(9, "newer"))?.at(1)).toEqual({
    spki: "new",
    from: 7,
    to: 9,
  });
  expect(handOver(first, wish(0))).toBeUndefined();
  expect(handOver(first, wish(7, "old"))).toBeUndefined();
  expect(handOver([{ spki: "old", from: 0, to: 3 }], wish(7))).toBeUndefined();
});

test("another key of the log takes over at one size", () => {
  const wish = (from: number, vkey = "new"): Wish & { act: "rotate_log_key" } => ({
    act: "rotate_log_key",
    project: { id: "proj_1", name: "default" },
    vkey,
    from,
  });
  const first = [{ vkey: "old", from: 0 }];
  expect(handOverLog(first, wish(7))).toEqual([
    { vkey: "old", from: 0, to: 7 },
    { vkey: "new", from: 7 },
  ]);
  expect(handOverLog(first, wish(0))).toBeUndefined();
  expect(handOverLog(first, wish(7, "old"))).toBeUndefined();
  expect(handOverLog([{ vkey: "old", from: 0, to: 3 }], wish(7))).toBeUndefined();
});

test("only low, canonical DER of the very text verifies", async () => {
  const key = await generateDeviceKey("now");
  const signature = await sign(key, "lp-roster/1", "head");
  expect(await verify(key.spki, "lp-roster/1", "head", signature)).toBe(true);
  expect(await verify(key.spki, "lp-roster/1", "heaD", signature)).toBe(false);
  expect(await verify(key.spki, "lp-login/1", "head", signature)).toBe(false);
  expect(await verify("AAAA", "lp-roster/1", "head", signature)).toBe(false);
  for (const bad of ["", "MAA=", base64(new Uint8Array(70)), `${signature.slice(0, -4)}AAAA`]) {
    expect(await verify(key.spki, "lp-roster/1", "head", bad)).toBe(false);
  }
  const again = await Promise.all(
    Array.from({ length: 40 }, async (_, i) =>
      verify(key.spki, "lp-roster/1", `${i}`, await sign(key, "lp-roster/1", `${i}`)),
    ),
  );
  expect(again.every(Boolean)).toBe(true);
});

test("a passkey of an owner decides, bound to its host, and owns no roster", async () => {
  const { owner, phone, first, one } = await house();
  const wish: Wish = {
    act: "add_passkey",
    member: { id: "mem_a", name: "Ada" },
    spki: phone.spki,
    rp_id: "localhost",
    aaguid: "00000000-0000-0000-0000-000000000000",
  };
  const second = await next(one, wish, owner);
  const two = await followRosters(origin, [first, second], undefined);
  expect(two.head.owners).toEqual([owner.spki]);
  expect(two.head.single_operator).toBe(true);
  expect(two.entries[1]).toMatchObject({
    member: "mem_a",
    class: "passkey",
    spki: phone.spki,
    rpId: "localhost",
    roles: ["owner", "reviewer"],
  });
  expect(() => carryOut({ ...wish, rp_id: "" }, one.entries)).toThrow();
});
