#!/usr/bin/env python3
"""Holds docs/security/authorization.md against its table: authorization_document.py [--write].

The table is spec/authorization.csv. What stands between the two marks of the document says the same
for readers: of every operation who may call it, and what the others are told. With --write it is
made anew. That the server answers so is held by src/api/authorization_test.cpp.
"""

import csv
import sys
from pathlib import Path

TOP = Path(__file__).parents[1]
TABLE = TOP / "spec/authorization.csv"
DOCUMENT = TOP / "docs/security/authorization.md"
BEGIN, END = "<!-- from spec/authorization.csv -->\n", "<!-- to here -->\n"

KEYS = ("agent_key", "other_agent_key", "executor_key", "auditor_key", "admin_key",
        "foreign_agent_key", "foreign_auditor_key", "revoked_key")
MEMBERS = ("founder", "owner", "admin", "policy_author", "reviewer", "auditor", "developer",
           "foreign_member", "removed_member", "ended_session")
DOORS = (("Agents", lambda path: path.startswith(("/api/ingest", "/api/status", "/api/requests",
                                                  "/api/permits", "/api/snapshots",
                                                  "/api/attachments",
                                                  "/api/langgraph",
                                                  "/api/agents", "/api/agent-signup"))),
         ("The log", lambda path: path.startswith(("/log/", "/api/audit"))),
         ("The command line, on the server's machine", lambda path: path.startswith("/admin/")),
         ("People", lambda path: path.startswith("/api/") and path != "/api/csp-report"),
         ("Everybody", lambda path: True))
WORDS = {"agent_key": "agent", "other_agent_key": "another agent", "executor_key": "executor",
         "auditor_key": "auditor", "admin_key": "admin", "foreign_agent_key": "agent elsewhere",
         "foreign_auditor_key": "auditor elsewhere", "revoked_key": "revoked",
         "foreign_member": "member elsewhere", "removed_member": "removed member",
         "ended_session": "ended session", "policy_author": "policy author"}


def word(column):
    return WORDS.get(column, column)


def may(row, columns):
    """Who of them may call, in words."""
    return ", ".join(word(column) for column in columns if row[column] == "yes") or "–"


def refused(row):
    """What the others are told: "401: …; 403: …", the longest list as "else"."""
    told = {}
    for column in ("nobody", *KEYS, *MEMBERS):
        if row[column] not in ("yes", "proof"):
            told.setdefault(row[column], []).append(word(column))
    if not told:
        return "–"
    most = max(told, key=lambda status: len(told[status]))
    parts = [f"{status}: {', '.join(told[status])}" for status in sorted(told) if status != most]
    return "; ".join([*parts, f"{most}: everybody else"])


def line(row):
    name = f"`{row['method']} {row['path']}`"
    callers = (*KEYS, *MEMBERS)
    if row["socket"] == "yes":
        return f"| {name} | whoever may open the socket | |\n"
    if row["nobody"] == "yes" and all(row[column] == "yes" for column in callers):
        return f"| {name} | anybody | {row['note']} |\n"
    if row["nobody"] == "proof":
        return f"| {name} | who brings the proof | {row['note']} |\n"
    keys, members = may(row, KEYS), may(row, MEMBERS)
    who = "; ".join(text for text in (f"keys: {keys}" if keys != "–" else "",
                                      f"members: {members}" if members != "–" else "") if text)
    note = f"{row['note']}. " if row["note"] else ""
    return f"| {name} | {who} | {note}Refused with {refused(row)} |\n"


def tables():
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    text, left = "", rows
    parts = []
    for title, holds in DOORS:
        own = [row for row in left if holds(row["path"])]
        left = [row for row in left if not holds(row["path"])]
        parts.append((title, own))
    for title, own in parts:
        text += f"\n### {title}\n\n| operation | who may | |\n|---|---|---|\n"
        text += "".join(map(line, own))
    return text + "\n"


def main(write):
    document = DOCUMENT.read_text(encoding="utf-8")
    head, begin, rest = document.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        print(f"docs/security/authorization.md: {BEGIN.strip()} … {END.strip()} is not there")
        return True
    made = head + BEGIN + tables() + END + tail
    if write:
        DOCUMENT.write_text(made, encoding="utf-8")
        document = made
    if document != made:
        print("docs/security/authorization.md: says something else than spec/authorization.csv; "
              "run tools/authorization_document.py --write")
    return document != made


if __name__ == "__main__":
    sys.exit(main("--write" in sys.argv[1:]))
