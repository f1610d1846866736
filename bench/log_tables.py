"""Tables of W5 to W8: the log, its proofs, its verifiers and its exports."""

import log_goals
from table import (Table, chosen, distinct, megabytes, micro, middle, number, pairwise, share)


def times(ratio):
    return "" if ratio is None else f"{ratio:.2f}×"


def latencies(samples, **wanted):
    return [micro(middle(samples, q, **wanted)) for q in ("p50_us", "p99_us")]


# --- W5 ------------------------------------------------------------------------------------------

NAMES = {"engine": "engine, events without a signature",
         "engine, signed": "engine, events that the issuer signs",
         "log": "store, tree and signer alone",
         "flush": "the same bytes, flushed",
         "loop": "hashed, signed once, flushed"}


def appended(run, part, title, note):
    of = chosen(run.samples, part=part)
    rows = []
    for batch, subject in distinct(of, "batch", "subject"):
        which = {"batch": batch, "subject": subject}
        ours = subject not in ("flush", "loop")
        filled = middle(of, "filled", **which)
        rows.append([
            number(batch), NAMES[subject], number(middle(of, "rate", **which)),
            *(share(pairwise(of, "rate", subject, bound, batch=batch)) if ours else ""
              for bound in ("flush", "loop")),
            *latencies(of, **which), "" if filled is None else number(filled)])
    rows.sort(key=lambda row: (int(row[0].replace(",", "")), list(NAMES.values()).index(row[1])))
    return Table(title, ["batch", "", "per second", "of the flush", "of the loop", "p50", "p99",
                         "in a commit"], rows, note)


def w5(run):
    size = {s["subject"]: s["bytes"] for s in run.samples if s["part"] == "bytes"}
    of = chosen(run.samples, part="offered")
    rows = []
    for offered, subject in distinct(of, "offered", "subject"):
        which = {"offered": offered, "subject": subject}
        name = {"ours": "ours", "floor": "floor, same signatures",
                "bare": "floor, no signatures"}[subject]
        rows.append([number(offered), name, number(middle(of, "rate", **which)),
                     *latencies(of, **which), micro(middle(of, "p999_us", **which)),
                     "" if subject == "ours" else
                     times(pairwise(of, "p99_us", "ours", subject, offered=offered))])
    return [
        appended(run, "append", "W5: events through the engine",
                 f"Statement and leaf together {size['event']:.0f} bytes; twice as many commands "
                 "outstanding as the batch, so that one fills while the other is committed. Each "
                 "answer is let go when its event is flushed, read back and under a signed "
                 "checkpoint; p50 and p99 are of that. The two bounds write the same bytes in "
                 "batches of that size; theirs are of a batch."),
        appended(run, "log", "W5: leaves of 200 bytes",
                 f"{size['leaf']:.0f} bytes an entry: the engine's way without queue, command and "
                 "statement. p50 and p99 are of a batch, from the first hash to the checkpoint in "
                 "the signer's journal."),
        Table("W5: decision to signed checkpoint, at a rate that does not wait",
              ["offered a second", "", "answered a second", "p50", "p99", "p99.9", "ours to it"],
              rows, "Signed decisions over the review door, from the moment each was due to its "
              "200, which is let go under a signed checkpoint; the size of the newest one is "
              "compared. A third each approved, edited and rejected.")]


# --- W6 ------------------------------------------------------------------------------------------

LAYOUT = {"told": "statements as the server writes them", "compact": "64 bytes each"}


def w6_engine(run):
    of = chosen(run.samples, part="engine")
    rows = []
    for leaves, entries, subject in distinct(of, "leaves", "entries", "subject"):
        which = {"leaves": leaves, "entries": entries}
        rows.append([number(leaves), LAYOUT[entries], subject,
                     *latencies(of, subject=subject, **which)])
    return Table("W6: proofs of random entries, by the reader alone",
                 ["leaves", "log", "", "p50", "p99"], rows,
                 "A reader for each proof, as the handler makes it; each inclusion is verified, "
                 "outside of the clock. The tree in memory has every hash of every level.")


def w6_http(run):
    of = chosen(run.samples, part="http")
    rows = []
    for leaves, entries, subject in distinct(of, "leaves", "entries", "subject"):
        which = {"leaves": leaves, "entries": entries}
        against = "" if subject == "nginx" else share(pairwise(of, "rate", subject, "nginx",
                                                               **which))
        which["subject"] = subject
        name = "nginx, a file of an inclusion's size" if subject == "nginx" else subject
        # Of nginx only the master's would be known, which does nothing.
        cpu = "" if subject == "nginx" else micro(middle(of, "cpu_us", **which))
        rows.append([number(leaves), LAYOUT[entries], name, number(middle(of, "rate", **which)),
                     against, *latencies(of, **which), cpu])
    without = "" if chosen(of, subject="nginx") else " No nginx was found: there is no comparison."
    return Table("W6: the same over HTTP, 32 connections",
                 ["leaves", "log", "", "per second", "of nginx", "p50", "p99", "CPU each"], rows,
                 "Inclusion and consistency of entries all over the log; receipts and "
                 "`/api/agents/proof` of the newest asks, statements and all." + without)


def w6_append(run):
    of = chosen(run.samples, part="append")
    shortest = {}
    rows = []
    for leaves, entries in distinct(of, "leaves", "entries"):
        rate = middle(of, "rate", leaves=leaves, entries=entries)
        first = shortest.setdefault(entries, rate)
        rows.append([number(leaves), LAYOUT[entries], number(rate),
                     *latencies(of, leaves=leaves, entries=entries), times(first / rate)])
    return Table("W6: appending where the log is that long, 256 a batch",
                 ["leaves", "log", "per second", "p50", "p99", "time to the shortest"], rows,
                 "Store, tree and signer, as in W5.")


def w6(run):
    return [w6_engine(run), w6_http(run), w6_append(run)]


# --- W7 ------------------------------------------------------------------------------------------


def w7(run):
    rows = []
    of = chosen(run.samples, part="receipts") + chosen(run.samples, part="bundle")
    for part, subject, items, processors in distinct(of, "part", "subject", "items", "processors"):
        which = {"part": part, "subject": subject, "items": items, "processors": processors}
        each_us = middle(of, "seconds", **which) * 1e6 / items
        bound_us = log_goals.primitives_us(run, part)
        rows.append([part, {"c++": "C++", "python": "Python", "typescript": "TypeScript"}[subject],
                     number(items), str(processors), number(1e6 / each_us), micro(each_us),
                     times(each_us / bound_us),
                     megabytes(max(s["resident_bytes"] for s in chosen(of, **which)))])
    one = chosen(run.samples, part="primitives")
    sodium = middle(one, "sodium_ed25519_us")
    starts = chosen(run.samples, part="start")
    note = (
        f"A receipt here has {one[0]['receipt_p256']:.1f} P-256 and "
        f"{one[0]['receipt_ed25519']:.1f} Ed25519 signatures; an entry of the bundle one P-256. "
        f"Alone, with OpenSSL: {middle(one, 'p256_us'):.0f} µs and "
        f"{middle(one, 'ed25519_us'):.0f} µs each"
        + ("" if sodium is None else f" (Ed25519 with libsodium: {sodium:.0f} µs)")
        + ". The sum of these is what the last but one column is held against. One receipt, from "
        f"exec to exit: {middle(starts, 'seconds') * 1e3:.1f} ms; the program is "
        f"{megabytes(chosen(run.samples, part='binary')[0]['bytes'])}.")
    missing = [name for name, subject in (("Python", "python"), ("TypeScript", "typescript"))
               if not chosen(of, subject=subject)]
    if missing:
        note += f" Not set up here: the verifier in {' and in '.join(missing)}."
    return [Table("W7: verification offline",
                  ["", "verifier", "items", "processors", "per second", "each",
                   "to its signatures", "resident"], rows, note)]


# --- W8 ------------------------------------------------------------------------------------------


def w8_export(run):
    of = chosen(run.samples, part="export")
    rows = []
    for entries, count, subject in distinct(of, "entries", "count", "subject"):
        which = {"entries": entries, "count": count}
        rate = middle(of, "rate", subject=subject, **which)
        if subject == "snprintf":
            rows.append([entries, number(count), "snprintf and fwrite, as many bytes as jsonl",
                         number(rate), "", "", "", "", ""])
            continue
        which["subject"] = subject
        each = middle(of, "bytes_each", **which)
        rows.append([
            entries, number(count), subject, number(rate),
            share(pairwise(of, "rate", subject, "snprintf", entries=entries, count=count)),
            f"{rate * each / 1e6:.0f} MB", f"{middle(of, 'first_byte_ms', **which):.1f} ms",
            micro(middle(of, "cpu_us", **which)),
            megabytes(max(s["grown_bytes"] for s in chosen(of, **which)))])
    return Table("W8: a log as a file, over HTTP",
                 ["entries", "how many", "format", "entries a second", "of snprintf", "a second",
                  "first byte", "CPU each", "memory grown by"], rows,
                 "Every statement and leaf is checked against its hash before it leaves; a bundle "
                 "is gone through twice, once to hash it before the log names it. Deliveries are "
                 "events of no request; of an ask the words are opened too. Memory is the most "
                 "that was seen while it ran, less what was there before.")


def w8(run):
    disk = chosen(run.samples, part="disk")
    beside = chosen(run.samples, part="beside")
    rows = [[subject, number(middle(beside, "rate", subject=subject)),
             *latencies(beside, subject=subject)] for (subject,) in distinct(beside, "subject")]
    return [w8_export(run),
            Table("W8: an ask beside an export, 1 connection", ["", "per second", "p50", "p99"],
                  rows, f"The disk gives {middle(disk, 'cold_bytes_rate') / 1e6:,.0f} MB of the "
                  "database a second, the page cache "
                  f"{middle(disk, 'warm_bytes_rate') / 1e6:,.0f} MB.")]


TABLES = {"w5": w5, "w6": w6, "w7": w7, "w8": w8}
