"""The shared cases of sdk/vectors, as every verifier's tests read them."""

import base64
import json
from pathlib import Path

from letsping_verify import Trust

TOP = Path(__file__).resolve().parents[3]
VECTORS = TOP / "sdk/vectors"
FILE = json.loads((VECTORS / "receipts.json").read_text())
TRUST = {name: Trust.from_value(value) for name, value in FILE["trust"].items()}
BASES = {name: base64.b64decode(text) for name, text in FILE["bases"].items()}


def bytes_of(case):
    if "file" in case:
        return base64.b64decode(case["file"])
    data = BASES[case["base"]]
    for offset, remove, insert in reversed(case["edits"]):
        data = data[:offset] + base64.b64decode(insert) + data[offset + remove:]
    return data
