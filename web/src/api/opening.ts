// A session that was left idle is opened again by one tab at a time. Opening one ends the one
// before it: whoever asks in between, in any tab, is told that there is none, and asks once more
// when the cookie of the new one has come.

const lock = "lp-opening";
// The channel on which a tab that is signed in tells those that are not.
export const signedInChannel = "lp-signed-in";
const patienceMs = 5000;

// Whether `open` was run. Where another tab is just opening the session, that is waited for.
export async function openHere(open: () => Promise<unknown>): Promise<boolean> {
  const here = await navigator.locks.request(lock, { ifAvailable: true }, async (held) => {
    if (held !== null) await open();
    return held !== null;
  });
  if (!here) await navigator.locks.request(lock, { mode: "shared" }, () => {});
  else sayThatSignedIn();
  return here;
}

// Comes to an end when nobody opens the session any more; an opening may wait for a person, and
// nobody else waits for that.
export async function openingEnded(): Promise<void> {
  const signal = AbortSignal.timeout(patienceMs);
  const ended = navigator.locks.request(lock, { mode: "shared", signal }, () => {});
  await ended.catch(() => {});
}

function sayThatSignedIn(): void {
  const channel = new BroadcastChannel(signedInChannel);
  channel.postMessage(true);
  channel.close();
}
