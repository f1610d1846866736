"""`python -m letsping_verify FILE --trust trust.json`: judges a file of receipts, one to a line."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from .faults import Fault
from .receipt import BYTES_MAX
from .report import EXIT
from .trust import HUMAN, LOG, Trust
from .verifier import verify

_UNREADABLE, _WRONG_CALL = 1, 2


def receipts_in(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file, with what ends them. No more than a receipt's length is held of any."""
    first = True
    while True:
        line = file.readline(BYTES_MAX + 2)
        if not line and not first:
            return
        first = False
        yield line
        while line and not line.endswith(b"\n") and len(line) > BYTES_MAX:
            line = file.readline(BYTES_MAX + 2)  # the rest of a line that is too long


def _requirement(text: str) -> dict[str, str]:
    demands: dict[str, str] = {}
    for each in text.split(","):
        name, _, value = each.partition("=")
        allowed = {"human": HUMAN, "log": LOG}.get(name, ())
        if value not in allowed or name in demands:
            raise argparse.ArgumentTypeError(
                f"{each!r}: human={'|'.join(HUMAN)} or log={'|'.join(LOG)}, each once")
        demands[name] = value
    return demands


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m letsping_verify", description=__doc__, allow_abbrev=False,
        epilog="Exits with 0 VALID, 20 ERASED, 30 INDETERMINATE, 40 INVALID, the largest of all "
               "receipts; 1 when a file cannot be read, 2 when the call is wrong.")
    parser.add_argument("file", help="receipts, one to a line; - reads standard input")
    parser.add_argument("--trust", action="append", default=[], metavar="FILE",
                        help="what `letsping trust export` printed; once for each origin")
    parser.add_argument("--require", type=_requirement, default={}, metavar="human=…,log=…",
                        help="demand more than the trust file does")
    parser.add_argument("--allow-test", action="store_true", help="accept receipts made in a test")
    parser.add_argument("--json", action="store_true", help="one JSON object to a receipt")
    return parser.parse_args(words)


def _trust_files(names: list[str]) -> list[Trust]:
    """Raises OSError and Fault."""
    made: dict[str, Trust] = {}
    for name in names:
        data = Path(name).read_bytes()
        try:
            trust = Trust.parse(data)
        except Fault as fault:
            raise Fault(f"{name}: {fault}") from None
        if trust.origin in made:
            raise Fault(f"{name}: a second trust file for {trust.origin}")
        made[trust.origin] = trust
    return list(made.values())


def _judge(file: BinaryIO, trust: list[Trust], arguments: argparse.Namespace) -> int:
    worst = 0
    for line in receipts_in(file):
        report = verify(line, trust, allow_test=arguments.allow_test, **arguments.require)
        print(report.as_json() if arguments.json else report.as_text())
        worst = max(worst, EXIT[report.verdict])
    return worst


def main(words: list[str] | None = None) -> int:
    arguments = _arguments(words)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that is not UTF-8
    try:
        trust = _trust_files(arguments.trust)
        if arguments.file == "-":
            return _judge(sys.stdin.buffer, trust, arguments)
        with open(arguments.file, "rb") as file:
            return _judge(file, trust, arguments)
    except OSError as error:
        print(f"letsping_verify: {error}", file=sys.stderr)
        return _UNREADABLE
    except Fault as fault:
        print(f"letsping_verify: {fault}", file=sys.stderr)
        return _WRONG_CALL


if __name__ == "__main__":
    sys.exit(main())
