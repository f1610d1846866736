// Time tokens: RFC 3161 over CMS (RFC 5652), in the one shape that authorities issue: one signer,
// signed attributes, the signer's certificate in the token, and a chain from it to a root of the
// trust file, judged at the token's own time.

import { type Bytes, concat, equalBytes, hex } from "../bytes.js";
import {
  type Certificate,
  hashName,
  isForTimeStamps,
  issued,
  keyIdentifier,
  readCertificate,
  signedBy,
} from "./certificate.js";
import { momentOf, oidOf, readOne, readValues, Sequence, tags, type Value } from "./der.js";
import { demand } from "./report.js";

export interface TimeToken {
  at: number; // ms
  imprint: Uint8Array; // SHA-256
  content: Bytes;
  certificates: Certificate[];
  signer: Signer;
}

interface Signer {
  sid: Value;
  hash: string;
  algorithm: string;
  signature: Bytes;
  signed: Bytes; // the attributes as they are signed
  attributes: Map<string, Value>;
}

const oids = {
  signedData: "1.2.840.113549.1.7.2",
  tstInfo: "1.2.840.113549.1.9.16.1.4",
  contentType: "1.2.840.113549.1.9.3",
  messageDigest: "1.2.840.113549.1.9.4",
  signingCertificate: "1.2.840.113549.1.9.16.2.12",
  signingCertificateV2: "1.2.840.113549.1.9.16.2.47",
  sha256: "2.16.840.1.101.3.4.2.1",
};
const chainMax = 5;

export function readTimeToken(der: Uint8Array): TimeToken {
  const outer = new Sequence(readOne(der, tags.sequence, "the token"), "the token");
  demand(outer.oid() === oids.signedData, "the token is no SignedData");
  const wrapped = outer.need(0xa0);
  outer.done();
  const inner = new Sequence(readOne(wrapped.content, tags.sequence, "the token"), "the token");
  inner.need(tags.integer);
  inner.need(tags.set);
  const content = inner.inner();
  demand(content.oid() === oids.tstInfo, "the token is of no time");
  const info = readOne(content.need(0xa0).content, tags.octets, "the token").content;
  content.done();
  const certificates = inner.may(0xa0);
  inner.may(0xa1);
  const [signer, ...more] = readValues(inner.need(tags.set).content, "the signers");
  inner.done();
  demand(signer !== undefined && more.length === 0, "the token does not have one signer");
  return {
    ...readInfo(info),
    content: concat(info),
    certificates: readValues(certificates?.content ?? new Uint8Array(), "the certificates").map(
      ({ encoded }) => readCertificate(encoded),
    ),
    signer: readSigner(signer),
  };
}

function readInfo(bytes: Uint8Array): { at: number; imprint: Uint8Array } {
  const info = new Sequence(readOne(bytes, tags.sequence, "the time"), "the time");
  demand(hex(info.need(tags.integer).content) === "01", "the token is of another version");
  info.need(tags.oid);
  const imprint = info.inner();
  demand(imprint.algorithm() === oids.sha256, "the token's hash is not SHA-256");
  const hashed = imprint.need(tags.octets).content;
  imprint.done();
  info.need(tags.integer);
  const at = momentOf(info.need(tags.time), "the token");
  for (const tag of [tags.sequence, tags.boolean, tags.integer, 0xa0]) info.may(tag);
  info.done(); // Extensions would stand here, and none are known.
  return { at, imprint: hashed };
}

function readSigner(value: Value): Signer {
  const info = new Sequence(value, "the signer");
  info.need(tags.integer);
  const sid = info.need(tags.sequence, 0x80);
  const hash = hashName(info.algorithm());
  demand(hash !== undefined, "the token uses a hash that is not known");
  const attributes = info.need(0xa0);
  const algorithm = info.algorithm();
  const signature = concat(info.need(tags.octets).content);
  info.may(0xa1);
  info.done();
  const found = new Map<string, Value>();
  for (const item of readValues(attributes.content, "the attributes")) {
    const pair = new Sequence(item, "an attribute");
    const name = pair.oid();
    const [only, ...more] = readValues(pair.need(tags.set).content, "an attribute");
    pair.done();
    demand(only !== undefined && more.length === 0, "an attribute has not one value");
    demand(!found.has(name), "an attribute is there twice");
    found.set(name, only);
  }
  // They stand as [0] in the token and are signed as a SET (RFC 5652 §5.4).
  const signed = concat(new Uint8Array([tags.set]), attributes.encoded.subarray(1));
  return { sid, hash, algorithm, signature, signed, attributes: found };
}

// That an authority of one of the roots made it.
export async function demandOfAuthority(token: TimeToken, roots: Certificate[]): Promise<void> {
  const { signer } = token;
  const certificate = token.certificates.find((candidate) => isOf(signer, candidate));
  demand(certificate !== undefined, "the token lacks the certificate of its signer");
  await demandAttributes(token, certificate);
  const { signed, algorithm, signature, hash } = signer;
  const verified = await signedBy(certificate, signed, algorithm, signature, hash);
  demand(verified, "the token's signature does not verify");
  demand(isForTimeStamps(certificate), "the token's certificate is not for time stamps alone");
  await demandChain(certificate, token, roots);
}

function isOf({ sid }: Signer, certificate: Certificate): boolean {
  if (sid.tag === 0x80) {
    const known = keyIdentifier(certificate);
    return known !== undefined && equalBytes(known, sid.content);
  }
  const [issuer, serial] = readValues(sid.content, "the signer's name");
  return (
    issuer !== undefined &&
    equalBytes(issuer.encoded, certificate.issuer) &&
    hex(serial?.content ?? new Uint8Array()) === certificate.serial
  );
}

async function demandAttributes(token: TimeToken, certificate: Certificate): Promise<void> {
  const { attributes, hash } = token.signer;
  const type = attributes.get(oids.contentType);
  const right = type?.tag === tags.oid && oidOf(type) === oids.tstInfo;
  demand(right, "the token's signature is of another kind of content");
  const digest = attributes.get(oids.messageDigest);
  const same =
    digest?.tag === tags.octets &&
    equalBytes(digest.content, await digestOf(hash, token.content));
  demand(same, "the token's signature is of other content");
  const meant = await meantBy(attributes);
  const its = meant && (await digestOf(meant.hash, certificate.encoded));
  demand(
    its !== undefined && equalBytes(meant?.digest ?? its, its),
    "the token means another certificate",
  );
}

// The hash of the certificate that the signer meant (RFC 5035), so that no other of the same key
// can take its place.
async function meantBy(
  attributes: Signer["attributes"],
): Promise<{ hash: string; digest: Uint8Array } | undefined> {
  const second = attributes.get(oids.signingCertificateV2);
  const value = second ?? attributes.get(oids.signingCertificate);
  if (!value) return undefined;
  const what = "the meant certificate";
  const [first] = readValues(new Sequence(value, what).need(tags.sequence).content, what);
  if (!first) return undefined;
  const id = new Sequence(first, what);
  if (!second) return { hash: "SHA-1", digest: id.need(tags.octets).content };
  const named = id.may(tags.sequence);
  const hash = hashName(named ? new Sequence(named, what).oid() : oids.sha256);
  return hash === undefined ? undefined : { hash, digest: id.need(tags.octets).content };
}

async function digestOf(hash: string, bytes: Bytes): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest(hash, bytes));
}

async function demandChain(
  leaf: Certificate,
  { at, certificates }: TimeToken,
  roots: Certificate[],
) {
  let subject = leaf;
  for (let length = 0; length < chainMax; length += 1) {
    demandValid(subject, at);
    const root = await issuerOf(subject, roots);
    if (root) return demandValid(root, at);
    const above = await issuerOf(
      subject,
      certificates.filter((candidate) => candidate !== subject),
    );
    demand(above !== undefined, "the token's certificates do not lead to a root that you trust");
    subject = above;
  }
  demand(false, "the token's chain of certificates is too long");
}

function demandValid({ from, to }: Certificate, at: number): void {
  demand(from <= at && at <= to, "a certificate of the token was not valid at its time");
}

async function issuerOf(
  subject: Certificate,
  list: Certificate[],
): Promise<Certificate | undefined> {
  for (const candidate of list) if (await issued(candidate, subject)) return candidate;
  return undefined;
}
