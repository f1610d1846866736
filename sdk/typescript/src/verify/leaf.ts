// A leaf (spec/log-format.md §4): the hash of a statement and the issuer's signature over it, in
// the form that Rekor v2 gives to an entry. There is one text for each content, so it is written
// anew and compared.

import { type Bytes, base64, equalBytes, fromHex, utf8 } from "../bytes.js";

export interface Issuer {
  key: Bytes;
  signature: Bytes;
}

export function leafOf(statementSha256: string, issuer: Issuer | undefined): Bytes {
  const digest = base64(fromHex(statementSha256));
  const data = `"data":{"algorithm":"SHA2_256","digest":"${digest}"}`;
  if (!issuer) {
    return utf8(`{"apiVersion":"0.0.1","kind":"letsping.event","spec":{${data}}}`);
  }
  const key = `"publicKey":{"rawBytes":"${base64(issuer.key)}"}`;
  const verifier = `"verifier":{"keyDetails":"PKIX_ECDSA_P256_SHA_256",${key}}`;
  const signature = `"signature":{"content":"${base64(issuer.signature)}",${verifier}}`;
  const spec = `{"hashedRekordV002":{${data},${signature}}}`;
  return utf8(`{"apiVersion":"0.0.2","kind":"hashedrekord","spec":${spec}}`);
}

export function isLeafOf(leaf: Bytes, sha256: string, issuer: Issuer | undefined): boolean {
  return equalBytes(leaf, leafOf(sha256, issuer));
}
