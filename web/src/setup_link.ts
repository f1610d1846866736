// The one-time links: `/setup#t=TOKEN&k=KEY` of the owner, `/login#t=TOKEN&k=KEY` of a member who
// brings a browser, `/login#a=TOKEN` of one who brings an account; and `/p#1.CODE`, the code with
// which a new device meets the browser that shows it. A fragment never reaches the server, and it
// must not stay where a screenshot, a history or another script can find it: it is read and wiped
// in one step, before anything waits.

import { codeIn } from "./crypto/pairing_code";

export interface OneTimeLink {
  token?: string;
  account?: string; // the token of a link for an account of the identity provider
  contentKey?: string;
  pairingCode?: string;
}

export function takeOneTimeLink(where: Location, history: History): OneTimeLink {
  if (!["/setup", "/login", "/p"].includes(where.pathname) || where.hash === "") return {};
  const fragment = where.hash.slice(1);
  history.replaceState(null, "", where.pathname);
  if (where.pathname !== "/p") return readFragment(fragment);
  const pairingCode = codeIn(`#${fragment}`);
  return pairingCode === "" ? {} : { pairingCode };
}

// Not URLSearchParams, which would turn the + of base64 into a space.
export function readFragment(fragment: string): OneTimeLink {
  const link: OneTimeLink = {};
  for (const part of fragment.split("&")) {
    const split = part.indexOf("=");
    if (split < 0) continue;
    const value = decode(part.slice(split + 1));
    if (value === "") continue;
    if (part.slice(0, split) === "t") link.token = value;
    if (part.slice(0, split) === "a") link.account = value;
    if (part.slice(0, split) === "k") link.contentKey = value;
  }
  return link;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
