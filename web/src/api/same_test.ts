import { expect, test } from "vitest";
import type { OpenedPayload } from "../payload/open";
import { parse } from "../payload/parse";
import { isSame } from "./same";
import type { Detail } from "./types";

const detail = {
  id: "req_1",
  project: "proj_1",
  service: "crm",
  action: "update",
  level: "medium",
  state: "pending",
  agent: { id: "key_1", name: "bot", kind: "api_key", strength: "none" },
  payload_kind: "v1",
  marks: [],
  eligibility: { can_approve: true },
  offer: {},
} as unknown as Detail;

function opened(text: string): OpenedPayload {
  const k = {} as CryptoKey;
  const parsed = parse(text);
  const bytes = new TextEncoder().encode(text);
  return { state: "open", bytes, text, parsed, leaves: 1, k, commit: "", disarmed: [] };
}
const same = (change: Partial<Detail>, text = '{"a":1}') =>
  isSame(detail, opened('{"a":1}'), {
    detail: { ...detail, id: "req_2", ...change },
    opened: opened(text),
  });

test("the same question under another number is the same", () => {
  expect(same({})).toBe(true);
});

test("what differs in anything that is shown is another question", () => {
  expect(same({}, '{"a":1.0}')).toBe(false);
  expect(same({ level: "low" })).toBe(false);
  expect(same({ action: "delete" })).toBe(false);
  expect(same({ environment: "prod" })).toBe(false);
  expect(same({ facts: "{}" })).toBe(false);
  expect(same({ agent: { ...detail.agent, id: "key_2" } })).toBe(false);
});

test("what is closed, or takes more than this person has, is not decided along", () => {
  expect(same({ state: "approved" })).toBe(false);
  expect(same({ eligibility: { ...detail.eligibility, can_approve: false } })).toBe(false);
  const high = { ...detail, level: "high" } as Detail;
  expect(isSame(high, opened("1"), { detail: high, opened: opened("1") })).toBe(false);
});
