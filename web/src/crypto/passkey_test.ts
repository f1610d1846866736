import { afterEach, expect, test, vi } from "vitest";
import { PasskeyProblem, signWithPasskey } from "./passkey";

afterEach(() => {
  vi.unstubAllGlobals();
});

function browserThat(get: (options: unknown) => Promise<unknown>, secure = true) {
  vi.stubGlobal("isSecureContext", secure);
  vi.stubGlobal("PublicKeyCredential", class {});
  vi.stubGlobal("navigator", { credentials: { get } });
}

const troubleOf = async () => {
  const error = await signWithPasskey("lp-decision/1", "core", "localhost", "YWJj").catch(
    (e) => e,
  );
  expect(error).toBeInstanceOf(PasskeyProblem);
  return (error as PasskeyProblem).trouble;
};

test.each([
  ["NotAllowedError", "cancelled"],
  ["AbortError", "cancelled"],
  ["InvalidStateError", "known"],
  ["SecurityError", "wrong_host"],
  ["NotSupportedError", "unavailable"],
  ["ConstraintError", "unavailable"],
  ["UnknownError", "unavailable"],
])("%s of a browser is a trouble that has words", async (name, trouble) => {
  browserThat(() => Promise.reject(new DOMException("", name)));
  expect(await troubleOf()).toBe(trouble);
});

test("without a secure page no prompt is shown", async () => {
  const get = vi.fn();
  browserThat(get, false);
  expect(await troubleOf()).toBe("insecure");
  expect(get).not.toHaveBeenCalled();
});

test("the challenge is the hash of tag and text, and the person must be verified", async () => {
  const get = vi.fn(() => Promise.resolve(null));
  browserThat(get);
  expect(await troubleOf()).toBe("cancelled");
  const { publicKey } = (get.mock.calls as unknown as [CredentialRequestOptions][])[0]?.[0] ?? {};
  const tagged = new TextEncoder().encode("lp-decision/1\0core");
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", tagged));
  expect(publicKey?.challenge).toEqual(hash);
  expect(publicKey?.userVerification).toBe("required");
  expect(publicKey?.allowCredentials).toHaveLength(1);
});
