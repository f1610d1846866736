// The one-time links: `/setup#t=TOKEN&k=KEY` of the owner, `/login#t=TOKEN&k=KEY` of a member who
// brings a browser. A fragment never reaches the server, and it must not stay
// where a screenshot, a history or another script can find it: it is read and wiped in one step,
// before anything waits.

export interface OneTimeLink {
  token?: string;
  contentKey?: string;
}

export function takeOneTimeLink(where: Location, history: History): OneTimeLink {
  if (!["/setup", "/login"].includes(where.pathname) || where.hash === "") return {};
  const fragment = where.hash.slice(1);
  history.replaceState(null, "", where.pathname);
  return readFragment(fragment);
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
