// The code with which two devices meet. It is no secret worth having: no key comes of it.

// "K7QF-2M9X": as it is read out and typed.
export const spacedCode = (code: string) => `${code.slice(0, 4)}-${code.slice(4)}`;

// The address that a phone opens. What stands behind # does not reach any server.
export const pairingLink = (origin: string, code: string) => `${origin}/p#1.${code}`;

// Of a scanned link or of typed text; "" when it is neither.
export function codeIn(text: string): string {
  const fragment = /#1\.([0-9A-Za-z]{8})$/.exec(text.trim())?.[1];
  const typed = (fragment ?? text).replace(/[\s-]/g, "").toUpperCase();
  return /^[0-9A-Z]{8}$/.test(typed) ? typed : "";
}
