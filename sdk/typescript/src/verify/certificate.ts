// As much of X.509 (RFC 5280) as the certificates of time-stamping authorities need: names, dates,
// keys, who issued whom, and what a key may be used for.

import { type Bytes, concat, equalBytes, hex } from "../bytes.js";
import { momentOf, oidOf, readOne, readValues, Sequence, tags, type Value } from "./der.js";

export interface Certificate {
  encoded: Bytes;
  serial: string; // hex
  issuer: Uint8Array;
  subject: Uint8Array;
  from: number;
  to: number;
  spki: Bytes;
  extensions: Map<string, { critical: boolean; value: Uint8Array }>;
  signed: Bytes;
  algorithm: string;
  signature: Bytes;
}

const hashNames: Record<string, string> = {
  "2.16.840.1.101.3.4.2.1": "SHA-256",
  "2.16.840.1.101.3.4.2.2": "SHA-384",
  "2.16.840.1.101.3.4.2.3": "SHA-512",
};
const signatureHashes: Record<string, [kind: "RSA" | "EC", hash: string]> = {
  "1.2.840.113549.1.1.11": ["RSA", "SHA-256"],
  "1.2.840.113549.1.1.12": ["RSA", "SHA-384"],
  "1.2.840.113549.1.1.13": ["RSA", "SHA-512"],
  "1.2.840.10045.4.3.2": ["EC", "SHA-256"],
  "1.2.840.10045.4.3.3": ["EC", "SHA-384"],
  "1.2.840.10045.4.3.4": ["EC", "SHA-512"],
};
const rsaEncryption = "1.2.840.113549.1.1.1";
const ecPublicKey = "1.2.840.10045.2.1";
const curves: Record<string, [name: string, scalarBytes: number]> = {
  "1.2.840.10045.3.1.7": ["P-256", 32],
  "1.3.132.0.34": ["P-384", 48],
  "1.3.132.0.35": ["P-521", 66],
};
const extensionIds = {
  keyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  basicConstraints: "2.5.29.19",
  extendedKeyUsage: "2.5.29.37",
};
const timeStamping = "1.3.6.1.5.5.7.3.8";
const keyCertSign = 0x04; // of the first byte of the bits

export function hashName(oid: string): string | undefined {
  return hashNames[oid];
}

export function readCertificate(der: Uint8Array): Certificate {
  const what = "a certificate";
  const outer = new Sequence(readOne(der, tags.sequence, what), what);
  const signed = outer.need(tags.sequence);
  const algorithm = outer.algorithm();
  const signature = bitsOf(outer.need(tags.bits));
  outer.done();
  const inner = new Sequence(signed, what);
  inner.may(0xa0);
  const serial = hex(inner.need(tags.integer).content);
  inner.algorithm();
  const issuer = inner.need(tags.sequence).encoded;
  const validity = inner.inner();
  const [from, to] = [validity, validity].map((v) =>
    momentOf(v.need(tags.utcTime, tags.time), what),
  ) as [number, number];
  const subject = inner.need(tags.sequence).encoded;
  const spki = concat(inner.need(tags.sequence).encoded);
  inner.may(0x81);
  inner.may(0x82);
  const extensions = readExtensions(inner.may(0xa3));
  inner.done();
  const names = { serial, issuer, subject, from, to, spki, extensions };
  return { encoded: concat(der), ...names, signed: concat(signed.encoded), algorithm, signature };
}

function readExtensions(value: Value | undefined): Certificate["extensions"] {
  const found: Certificate["extensions"] = new Map();
  if (!value) return found;
  const list = readOne(value.content, tags.sequence, "the extensions");
  for (const item of readValues(list.content, "the extensions")) {
    const extension = new Sequence(item, "an extension");
    const id = extension.oid();
    const critical = extension.may(tags.boolean)?.content[0] === 0xff;
    found.set(id, { critical, value: extension.need(tags.octets).content });
    extension.done();
  }
  return found;
}

// Without the count of unused bits, which is 0 in keys and signatures.
function bitsOf({ content }: Value): Bytes {
  return concat(content.subarray(1));
}

export function keyIdentifier(certificate: Certificate): Uint8Array | undefined {
  const found = certificate.extensions.get(extensionIds.keyIdentifier);
  return found && readOne(found.value, tags.octets, "a key identifier").content;
}

// Critical, and for time stamps and nothing else (RFC 3161 §2.3).
export function isForTimeStamps({ extensions }: Certificate): boolean {
  const usage = extensions.get(extensionIds.extendedKeyUsage);
  if (!usage?.critical) return false;
  const list = readOne(usage.value, tags.sequence, "a key usage");
  const uses = readValues(list.content, "a key usage").map(oidOf);
  return uses.length === 1 && uses[0] === timeStamping;
}

export async function issued(issuer: Certificate, subject: Certificate): Promise<boolean> {
  if (!isAuthority(issuer) || !equalBytes(subject.issuer, issuer.subject)) return false;
  return signedBy(issuer, subject.signed, subject.algorithm, subject.signature, undefined);
}

function isAuthority({ extensions }: Certificate): boolean {
  const basic = extensions.get(extensionIds.basicConstraints);
  if (!basic) return false;
  const [first] = readValues(readOne(basic.value, tags.sequence, "constraints").content, "them");
  if (first?.tag !== tags.boolean || first.content[0] !== 0xff) return false;
  const usage = extensions.get(extensionIds.keyUsage);
  if (!usage) return true;
  const bits = readOne(usage.value, tags.bits, "a key usage").content[1] ?? 0;
  return (bits & keyCertSign) !== 0;
}

// `digest` is what a CMS names beside a plain rsaEncryption.
export async function signedBy(
  { spki }: Certificate,
  message: Bytes,
  algorithm: string,
  signature: Bytes,
  digest: string | undefined,
): Promise<boolean> {
  const key = new Sequence(readOne(spki, tags.sequence, "a key"), "a key").inner();
  const kind = key.oid();
  const plain = algorithm === rsaEncryption && digest ? (["RSA", digest] as const) : undefined;
  const [wanted, hash] = signatureHashes[algorithm] ?? plain ?? [];
  if (!wanted || !hash) return false;
  try {
    if (kind === rsaEncryption && wanted === "RSA") {
      const rsa = { name: "RSASSA-PKCS1-v1_5", hash };
      const imported = await crypto.subtle.importKey("spki", spki, rsa, false, ["verify"]);
      return await crypto.subtle.verify(rsa, imported, signature, message);
    }
    const curve = kind === ecPublicKey ? curves[key.oid()] : undefined;
    const raw = curve && rawOf(signature, curve[1]);
    if (!curve || !raw || wanted !== "EC") return false;
    const named = { name: "ECDSA", namedCurve: curve[0] };
    const imported = await crypto.subtle.importKey("spki", spki, named, false, ["verify"]);
    return await crypto.subtle.verify({ name: "ECDSA", hash }, imported, raw, message);
  } catch (error) {
    if (error instanceof DOMException) return false; // No key that WebCrypto knows.
    throw error;
  }
}

function rawOf(signature: Bytes, scalarBytes: number): Bytes | undefined {
  const outer = readOne(signature, tags.sequence, "a signature");
  const scalars = readValues(outer.content, "a signature").map(({ tag, content }) => {
    const digits = content[0] === 0 ? content.subarray(1) : content;
    if (tag !== tags.integer || digits.length > scalarBytes) return undefined;
    return concat(new Uint8Array(scalarBytes - digits.length), digits);
  });
  const [r, s, ...more] = scalars;
  return r && s && more.length === 0 ? concat(r, s) : undefined;
}
