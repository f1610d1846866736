"""A server whose log is signed by another process, `letsping signer`: signer_rig.py [--kills N]
[--seed N] [NAME…].

The signer is killed with SIGKILL at random moments while agents ask and a person decides, or an
owner rotates the log's key, and started again. Whatever was told must be signed at that moment,
nothing that was told may be lost, and the server goes on by itself.
"""

import argparse
import random
import sys
import time

import absences
import attacks
import rotations
from house import House


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--seed", type=int, default=int(time.time()))
    options.add_argument("names", nargs="*")
    chosen = options.parse_args()
    print(f"seed {chosen.seed}")
    passed = failed = skipped = 0
    for test in attacks.TESTS + rotations.TESTS + absences.TESTS:
        if chosen.names and test.__name__ not in chosen.names:
            continue
        rng = random.Random(f"{chosen.seed} {test.__name__}")
        killing = test in (absences.TESTS[-1], rotations.TESTS[-1])
        more = (chosen.kills,) if killing else ()
        with House() as house:
            try:
                skip = test(house, rng, *more)
                print(f"{'skip' if skip else 'ok'}   {test.__name__.replace('_', ' ')}", flush=True)
                skipped, passed = skipped + bool(skip), passed + (not skip)
            except Exception as wrong:  # noqa: BLE001
                failed += 1
                print(f"FAIL {test.__name__.replace('_', ' ')}: {type(wrong).__name__}: {wrong}\n"
                      f"--- server\n{house.log_tail()}\n--- signer\n{house.signer.told()[-1500:]}",
                      flush=True)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
