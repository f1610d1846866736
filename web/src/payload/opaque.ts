// Text that nobody can judge by reading it: encoded, packed, minified, or leading somewhere else.
// It is told with what it seems to be, and with the beginning of what it decodes to.

export interface Opaque {
  guess: string;
  peek?: string; // of what it decodes to, if that is text
}

// What an eye takes in is far less; what is longer is told by its beginning.
const sniffed = 3000;
const peekLength = 160;

export function opaque(text: string): Opaque | undefined {
  if (text.length < 16) return undefined;
  return dataUrl(text) ?? whole(text) ?? within(text) ?? minified(text);
}

function dataUrl(text: string): Opaque | undefined {
  const match = /^\s*data:([^,;]{0,80})[^,]{0,80},/i.exec(text);
  if (!match) return undefined;
  return { guess: `a data: address${match[1] ? ` of type ${match[1]}` : ""}` };
}

// The whole text is one token, or base64 broken into lines.
function whole(text: string): Opaque | undefined {
  if (/^eyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*$/.test(text)) return { guess: "a signed token (JWT)" };
  if (!/^[A-Za-z0-9+/_\-\r\n]+={0,2}\s*$/.test(text)) return undefined;
  const token = text.replace(/\s/g, "");
  return hexadecimal(token) ?? base64(token, 24, 120);
}

function hexadecimal(token: string): Opaque | undefined {
  if (!/^(?:[0-9a-f]{2})+$/i.test(token)) return undefined;
  const bytes = token.slice(0, sniffed).replace(/../g, (pair) => {
    return String.fromCharCode(Number.parseInt(pair, 16));
  });
  const magic = magicOf(bytes);
  if (magic && token.length >= 64) return { guess: `hexadecimal of ${magic}` };
  // A number of a card or an account decodes to capitals; a word has bytes that spell a to f.
  if (wordy(bytes) && /[a-f]/i.test(token)) {
    return { guess: "hexadecimal of text", peek: bytes.slice(0, peekLength) };
  }
  // Up to 64 bytes it may be what it says: a hash, a key's name, an id.
  return token.length > 128 ? { guess: "hexadecimal" } : undefined;
}

function base64(token: string, readableFrom: number, anyFrom: number): Opaque | undefined {
  if (token.length < readableFrom) return undefined;
  const bytes = decoded(token);
  if (bytes === undefined) return undefined;
  const magic = magicOf(bytes);
  if (magic) return { guess: `base64 of ${magic}` };
  if (wordy(bytes)) return { guess: "base64 of text", peek: bytes.slice(0, peekLength) };
  return token.length >= anyFrom && !separated(token) ? { guess: "base64" } : undefined;
}

// Encoded parts of a longer text, as commands carry them.
function within(text: string): Opaque | undefined {
  for (const token of tokens(text, withinFrom)) {
    const found = base64(token, withinFrom, 160);
    if (found) return { ...found, guess: `${found.guess} in it` };
  }
  return undefined;
}

const withinFrom = 32;
const alphabet = new Set([..."+/_-"].map((sign) => sign.charCodeAt(0)));

function ofToken(code: number): boolean {
  const letter = (code | 32) >= 97 && (code | 32) <= 122;
  return letter || (code >= 48 && code <= 57) || alphabet.has(code);
}

// The unbroken runs of at least so many letters. Whatever is that long covers each such step, so
// most of a long text is never looked at.
function* tokens(text: string, least: number): Generator<string> {
  let at = least - 1;
  while (at < text.length) {
    let [from, to] = [at, at];
    while (to < text.length && ofToken(text.charCodeAt(to))) to += 1;
    while (to > at && from > 0 && ofToken(text.charCodeAt(from - 1))) from -= 1;
    if (to - from >= least) yield text.slice(from, to);
    at = to + least;
  }
}

function decoded(token: string): string | undefined {
  const usual = token.replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, "");
  const sample = usual.slice(0, sniffed);
  try {
    return atob(sample.slice(0, sample.length - (sample.length % 4 === 1 ? 1 : 0)));
  } catch {
    return undefined;
  }
}

// Paths and slugs are made of the same letters, with more separators than chance would put there.
function separated(token: string): boolean {
  const count = token.match(/[/_-]/g)?.length ?? 0;
  return count / token.length > 0.08;
}

const magics: [string, string][] = [
  ["\x1f\x8b", "gzip"],
  ["PK\x03\x04", "a zip archive"],
  ["\x89PNG", "a PNG image"],
  ["\xff\xd8\xff", "a JPEG image"],
  ["GIF8", "a GIF image"],
  ["%PDF", "a PDF"],
  ["\x7fELF", "a Linux program"],
  ["MZ\x90", "a Windows program"],
  ["\xca\xfe\xba\xbe", "Java code"],
  ["\0asm", "WebAssembly"],
  ["BZh", "bzip2"],
  ["\xfd7zXZ", "xz"],
  ["\x28\xb5\x2f\xfd", "zstd"],
  ["7z\xbc\xaf", "a 7z archive"],
  ["SQLite format 3", "an SQLite database"],
];

const magicOf = (bytes: string) => magics.find(([begin]) => bytes.startsWith(begin))?.[1];

// Chance makes letters of a third of all bytes, so a dozen that are all text are no chance.
function wordy(bytes: string): boolean {
  if (bytes.length < 8) return false;
  const text = bytes.match(/[\t\n\r\x20-\x7e]/g)?.length ?? 0;
  const letters = bytes.match(/[A-Za-z ]/g)?.length ?? 0;
  return text === bytes.length && letters / bytes.length > 0.5;
}

// Code without the spaces and line ends that people read by.
function minified(text: string): Opaque | undefined {
  for (const line of text.split("\n")) {
    if (line.length < 400 || /^\s*[[{"]/.test(line)) continue;
    const sample = line.slice(0, sniffed);
    const spaces = sample.match(/ /g)?.length ?? 0;
    const signs = sample.match(/[;{}(),=]/g)?.length ?? 0;
    if (spaces / sample.length < 0.05 && signs / sample.length > 0.1)
      return { guess: "minified code" };
  }
  return undefined;
}
