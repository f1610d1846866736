import { renderToStaticMarkup } from "react-dom/server";
import { expect, test, vi } from "vitest";
import type { Detail } from "../../api/types";
import { PasskeyState } from "./passkey_state";

vi.stubGlobal("location", { hostname: "approve.example" });

function shown(...places: string[]): string {
  const detail = {
    id: "req_1",
    level: "high",
    eligibility: { needs: "passkey" },
    passkeys: places.map((rp_id) => ({ key: rp_id, credential: "", rp_id, nonce: "" })),
  } as unknown as Detail;
  return renderToStaticMarkup(<PasskeyState detail={detail} pending />);
}

const terminal = "letsping-cli://0123456789abcdef";

test("who has a security key for terminals is told the command that signs with it", () => {
  expect(shown(terminal)).toContain("letsping review approve req_1 --fido2");
  expect(shown(terminal)).not.toContain(terminal);
});

test("a passkey of another page is named, a security key beside it is not", () => {
  expect(shown(terminal, "other.example")).toContain("Your passkey belongs to other.example");
});

test("who has none is told to enrol one", () => {
  expect(shown()).toContain("Approving this takes a passkey");
});
