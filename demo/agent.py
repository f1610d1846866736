"""The demo agent: asks for one destructive thing through the stock client, and waits for a person.

It is the `letsping` package from PyPI, unmodified, with three variables in its environment:
LETSPING_BASE_URL, LETSPING_API_KEY and LETSPING_ENCRYPTION_KEY. The payload leaves this process
encrypted. Nothing is executed: what would have run is printed.
"""

import argparse
import json
import os
import sys
import time
from datetime import datetime, timezone

import letsping

STATEMENT = "DROP TABLE customers CASCADE"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--links", required=True, help="the address that people open")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    parser.add_argument("--timeout", type=int, default=86_400, help="seconds to wait in all")
    return parser.parse_args()


def ask_when_possible(client, payload, deadline):
    """Asks as soon as somebody could decide: before set-up there is no approver, hence 422."""
    while True:
        try:
            return client.defer(service="db-agent", action="sql", payload=payload)
        except letsping.LetsPingError as error:
            if getattr(error, "status", None) != 422 or time.monotonic() > deadline:
                raise
        time.sleep(1)


def wake_up_ms(metadata):
    """Milliseconds from the decision, by the server's clock, to now, by ours: one machine."""
    resolved = metadata.get("resolved_at")
    if not resolved:
        return None
    at = datetime.fromisoformat(resolved.replace("Z", "+00:00"))
    return round((datetime.now(timezone.utc) - at).total_seconds() * 1000)


def main():
    options = arguments()

    def tell(event, text, **members):
        line = json.dumps({"event": event, **members}) if options.json else f"demo agent: {text}"
        print(line, flush=True)

    payload = {"sql": STATEMENT, "database": "production", "estimated_rows": 48_213}
    if "DEMO_MARKER" in os.environ:  # what `./run --check` then looks for where it must not be
        payload["note"] = os.environ["DEMO_MARKER"]
    with letsping.LetsPing() as client:
        tell("started", f"I want to run `{STATEMENT}` and will ask once you have set up.")
        request = ask_when_possible(client, payload, time.monotonic() + options.timeout)
        link = f"{options.links}/requests/{request}"
        tell("asked", f"asked; waiting for your decision at {link}", id=request, link=link)
        try:
            decision = client.wait(request, timeout=options.timeout)
        except letsping.ApprovalRejectedError as refusal:
            tell("decided", f"REJECTED: {refusal}. Nothing was run.", status="REJECTED",
                 reason=str(refusal))
            return 0
    late = wake_up_ms(decision["metadata"])
    approved = decision["patched_payload"] or decision["payload"]
    woke = "" if late is None else f" ({late} ms after the decision)"
    tell("decided", f"{decision['status']}{woke}. I would now run: {approved['sql']}",
         status=decision["status"], payload=approved, unchanged=approved == payload, wake_ms=late)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except letsping.LetsPingError as error:
        sys.exit(f"demo agent: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
