// The only Trusted Types policy of the dashboard, by the name that the CSP allows: the addresses of
// its own threads and of its service worker.

interface ScriptPolicy {
  createScriptURL(url: string): string;
}
interface TrustedTypes {
  createPolicy(name: string, rules: ScriptPolicy): ScriptPolicy;
}

const rules: ScriptPolicy = {
  createScriptURL(url) {
    const { origin, pathname } = new URL(url, location.href);
    const ours = pathname === "/sw.js" || pathname.startsWith("/assets/");
    if (origin === location.origin && ours) return url;
    throw new TypeError("A script of another place was refused.");
  },
};

let policy: ScriptPolicy | undefined;

export function trustedScript(url: string): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  policy ??= trustedTypes?.createPolicy("lp-sw", rules) ?? rules;
  return policy.createScriptURL(url);
}
