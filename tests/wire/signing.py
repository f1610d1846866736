"""HTTP message signatures (RFC 9421) as an agent with a key of its own makes them, by openssl."""

import base64
import hashlib
import os
import subprocess
import time
from pathlib import Path

COVERED = '("@method" "@authority" "@path" "@query" "content-digest")'
# Variable with the public key, base64 of DER: how openssl makes it.
ALGORITHMS = {"ed25519_key": ("ed25519",), "ed25519_next": ("ed25519",),
              "p256_key": ("EC", "-pkeyopt", "ec_paramgen_curve:P-256")}


def openssl(*words, given=None):
    return subprocess.run(["openssl", *words], input=given, check=True, timeout=20,
                          stdout=subprocess.PIPE).stdout


def raw_of(der):
    """r and s of a DER signature, 32 bytes each."""
    first = der[4:4 + der[3]]
    second = der[6 + der[3]:]
    return b"".join(int.from_bytes(part, "big").to_bytes(32, "big") for part in (first, second))


class SigningKeys:
    """Private keys in a directory, made when a case first names them."""

    def __init__(self, home):
        self.home = Path(home)

    def path(self, name):
        path = self.home / f"{name}.pem"
        if not path.exists():
            openssl("genpkey", "-algorithm", *ALGORITHMS[name], "-out", str(path))
        return str(path)

    def public(self, name):
        spki = openssl("pkey", "-in", self.path(name), "-pubout", "-outform", "DER")
        return base64.b64encode(spki).decode()

    def sign(self, name, text):
        if name == "p256_key":
            return raw_of(openssl("dgst", "-sha256", "-sign", self.path(name), given=text))
        message = self.home / "message"
        message.write_bytes(text)
        return openssl("pkeyutl", "-sign", "-inkey", self.path(name), "-rawin", "-in", str(message))

    def headers(self, words, method, target, host, body):
        """The three headers; `words` are KEY AGENT [AGE_S [NONCE]]."""
        name, agent, age, nonce = (words + ["0", os.urandom(16).hex()][len(words) - 2:])[:4]
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        digest = f"sha-256=:{digest}:"
        path, _, query = target.partition("?")
        created = int(time.time()) - int(age)
        parameters = f'{COVERED};created={created};nonce="{nonce}";keyid="{agent}"'
        base = (f'"@method": {method}\n"@authority": {host}\n"@path": {path}\n"@query": ?{query}\n'
                f'"content-digest": {digest}\n"@signature-params": {parameters}')
        signature = base64.b64encode(self.sign(name, base.encode())).decode()
        return [f"Content-Digest: {digest}", f"Signature-Input: sig={parameters}",
                f"Signature: sig=:{signature}:"]
