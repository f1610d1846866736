"""Writes idempotency.json: the idempotency keys of asks, and the `idem` of their content, that
every SDK must compute. `idempotency.py [PATH]`; README.md explains the form."""

import hashlib
import hmac
import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from envelopes import b64, named

# What is sent, and its RFC 8785 text, written by hand: no writer is tested against itself.
PAYLOADS = {
    "empty": ("{}", "{}"),
    "order": ('{"b":1,"a":{"d":[3,2],"c":null}}', '{"a":{"c":null,"d":[3,2]},"b":1}'),
    "spaces": ('{ "amount" : 120 }', '{"amount":120}'),
    "numbers": ('{"n":[1.0,120.50,1e21,1e-7,0.000001,-0.0,123456789012345680000]}',
                '{"n":[1,120.5,1e+21,1e-7,0.000001,0,123456789012345680000]}'),
    "text": ('{"t":"caf\\u00e9 \\u20ac \\n\\u001f\\/ \\ud83d\\ude00"}',
             '{"t":"café € \\n\\u001f/ 😀"}'),
    # By UTF-16 code units, a pair of surrogates stands before U+FB33.
    "names": ('{"\\ufb33":1,"\\ud83d\\ude00":2}', '{"😀":2,"\ufb33":1}'),
}


def counted(*words):
    return b"".join(len(word.encode()).to_bytes(8, "big") + word.encode() for word in words)


def make():
    key = named("key/one")
    derived = HKDF(hashes.SHA256(), 32, None, b"lp-idem/1").derive(key)
    cases = []
    for name, (payload, canonical) in PAYLOADS.items():
        about = ("order-4711", "stripe", "refund")
        told = hashlib.sha256(b"lp-run/1\0" + counted(*about, canonical)).hexdigest()
        idem = hmac.new(derived, counted(*about[1:], canonical), hashlib.sha256).hexdigest()
        cases.append({"name": name, "payload": payload, "idempotency_key": f"lp-{told}",
                      "idem": idem})
    return {"version": 1, "key": b64(key), "run_id": about[0], "service": about[1],
            "action": about[2], "cases": cases}


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "idempotency.json"
    made = make()
    target.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"{len(made['cases'])} cases")
