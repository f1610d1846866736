"""Writes receipts.json: a log with deterministic keys, and what verifiers must say of receipts
from it. `generate.py [PATH]`; README.md explains the form."""

import sys
from pathlib import Path

import cases_attacks
import cases_batches
import cases_beyond
import cases_cosigned
import cases_erased
import cases_file
import cases_log
import cases_meaning
import cases_people
import cases_roster
import cases_valid
from book import Book
from story import Story


def make():
    story, book = Story(), Book()
    # What a lying server logs comes first, so that all receipts stand on one checkpoint.
    for part in (cases_log, cases_roster, cases_people, cases_meaning, cases_erased,
                 cases_attacks, cases_batches):
        part.plant(story)
    for part in (cases_valid, cases_file, cases_log, cases_roster, cases_people,
                 cases_meaning, cases_erased, cases_beyond, cases_attacks, cases_batches,
                 cases_cosigned):
        part.add(book, story)
    return book


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "receipts.json"
    book = make()
    book.write(target)
    invalid = sum(case["expect"]["verdict"] == "INVALID" for case in book.cases)
    print(f"{len(book.cases)} cases, {invalid} of them INVALID")
