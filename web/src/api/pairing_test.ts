import { expect, test } from "vitest";
import { generateDeviceKey } from "../crypto/device_key";
import { makeReveal, newNonce } from "../crypto/pairing";
import { generateWrapKey } from "../crypto/wrap";
import { Api } from "./client";
import { lookAtPairing, PairingTampered } from "./pairing";

// A server that answers each look with the next of `sides`.
async function looking(sides: object[]) {
  const said: string[] = [];
  const api = new Api(async (_path, { method, body }) => {
    if (method === "POST") said.push(String(body));
    return Response.json(method === "GET" ? sides.shift() : {});
  });
  const browser = await generateDeviceKey("now");
  const [nonce, seen] = [newNonce(), {}];
  const look = () => lookAtPairing(api, browser, "pair_1", nonce, seen);
  return { look, said };
}

const revealed = async () => makeReveal(await generateDeviceKey("now"), await generateWrapKey());

Object.assign(globalThis, { location: { origin: "https://lp.example" } });

test("a device is met that revealed what it had committed to first", async () => {
  const { text, commitment } = await revealed();
  const { look, said } = await looking([
    { state: "open" },
    { state: "claimed", commitment },
    { state: "revealed", commitment, reveal: text },
  ]);
  expect(await look()).toBeUndefined();
  expect(said).toEqual([]);
  expect(await look()).toBeUndefined();
  expect(said.length).toBe(1);
  expect((await look())?.words).toMatch(/^[a-z]+ [a-z]+ [a-z]+ \d\d$/);
});

test("a server that has heard the nonce cannot commit anew", async () => {
  const [first, second] = [await revealed(), await revealed()];
  const anew = await looking([
    { state: "claimed", commitment: first.commitment },
    { state: "claimed", commitment: second.commitment },
  ]);
  await anew.look();
  await expect(anew.look()).rejects.toBeInstanceOf(PairingTampered);
  const swapped = await looking([
    { state: "claimed", commitment: first.commitment },
    { state: "revealed", commitment: second.commitment, reveal: second.text },
  ]);
  await swapped.look();
  await expect(swapped.look()).rejects.toBeInstanceOf(PairingTampered);
  const unasked = await looking([
    { state: "revealed", commitment: first.commitment, reveal: first.text },
  ]);
  await expect(unasked.look()).rejects.toBeInstanceOf(PairingTampered);
});
