// The setup link `/setup#t=TOKEN&k=KEY`. A fragment never reaches the server, and it must not stay
// where a screenshot, a history or another script can find it: it is read and wiped in one step,
// before anything waits.

export interface SetupLink {
  token?: string;
  contentKey?: string;
}

export function takeSetupLink(where: Location, history: History): SetupLink {
  if (where.pathname !== "/setup" || where.hash === "") return {};
  const fragment = where.hash.slice(1);
  history.replaceState(null, "", where.pathname);
  return readFragment(fragment);
}

// Not URLSearchParams, which would turn the + of base64 into a space.
export function readFragment(fragment: string): SetupLink {
  const link: SetupLink = {};
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
