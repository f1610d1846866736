"""From samples to tables: medians of interleaved pairs, and the pages that hold them."""

import os
import platform
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import goals
import log_goals
import log_tables
from table import Table, micro, number, percent


@dataclass
class Run:
    """The samples of one workload, the load average before and after, and how it was taken."""
    workload: str
    samples: list
    load_before: str
    load_after: str
    seconds: float
    taken: str


def against_floor(run, title, note):
    """Rows of W1 and W2: rate, latencies, cost; and the ratio to each floor, pair by pair."""
    heads = ["connections", "", "per second", "of the floor", "p50", "p99", "p99.9",
             "CPU each", "written each"]
    rows, discarded = [], 0
    for connections in sorted({s["connections"] for s in run.samples if s["subject"] == "ours"}):
        pairs = goals.steady(run.samples, "floor", connections)
        of = {subject: {s["pair"]: s for s in run.samples
                        if s["subject"] == subject and s["connections"] == connections}
              for subject in ("ours", "floor", "bare")}
        discarded += len(of["floor"]) - len(pairs)
        for subject, name in (("ours", "ours"), ("floor", "floor, same signatures"),
                              ("bare", "floor, no signatures")):
            kept = [of[subject][pair] for pair in pairs]
            ratio = median(of["ours"][pair]["rate"] / of[subject][pair]["rate"] for pair in pairs)
            written = [s["written_bytes"] for s in kept if s["written_bytes"] is not None]
            rows.append([
                str(connections), name, number(median(s["rate"] for s in kept)),
                "" if subject == "ours" else percent(ratio),
                *(micro(median(s[q] for s in kept)) for q in ("p50_us", "p99_us", "p999_us")),
                micro(median(s["cpu_us"] for s in kept)),
                f"{median(written) / 1000:.1f} kB" if written else "not readable"])
    if discarded:
        note += f" {discarded} pairs were discarded, for the floor itself varied twofold."
    return Table(title, heads, rows, note)


def w1(run):
    return [against_floor(
        run, "W1: durable ingest, 2.9 KB",
        "One P-256 signature an ask and one Ed25519 checkpoint a batch, in the floor too. "
        "\"Of the floor\" is ours as a share of that row, the median of the pairs.")]


def w2(run):
    return [against_floor(
        run, "W2: decisions, with the waiting agent let go",
        "A third each approved, edited and rejected, over the review door; one P-256 verification "
        "and two signatures each, in the floor too.")]


def w3(run):
    names = {"ours": "ours", "floor": "floor, same signatures", "bare": "floor, no signatures"}
    rows = []
    for subject, name in names.items():
        of = [s for s in run.samples if s["subject"] == subject]
        rows.append([name, *(micro(median(s[q] for s in of)) for q in
                             ("p50_us", "p99_us", "p999_us", "ack_p50_us", "ack_p99_us"))])
    parked = max(s["parked"] for s in run.samples)
    return [Table("W3: from the click to the agent, long-poll",
                  ["", "p50", "p99", "p99.9", "click answered p50", "p99"], rows,
                  f"One decision at a time, {parked} agents parked, each on its own request. "
                  "Medians of the runs.")]


def w3u(run):
    rows = []
    simulated = [s for s in run.samples if s["workload"] == "w3u"]
    for s in simulated:
        rows.append([s["sdk"], "first minute" if s["early"] else "1 to 60 minutes",
                     "this server" if s["subject"] == "ours" else "answers at once, as letsping.co",
                     micro(s["mean_us"]), micro(s["p50_us"]), micro(s["p99_us"]),
                     percent(s["instant"]), f"{s['requests']:.1f}"])
    real = []
    for s in run.samples:
        if "released_ms" in s:
            real.append(f"{s['sdk']} let go {s['released_ms']:.1f} ms after the click")
        if "held_s" in s:
            real.append(f"{s['sdk']} held {s['held_s']:.1f} s to the end")
    return [Table("W3u: clients that nobody changed",
                  ["client", "decided after", "server", "mean", "p50", "p99", "instant",
                   "requests"], rows,
                  "Sleeps are simulated, the hold rules are the server's own code. On the running "
                  "server: " + "; ".join(real) + ".")]


def w4(run):
    by = {}
    for s in run.samples:
        by.setdefault(s["subject"], []).append(s)
    idle, pending, parked = by["idle"][0], by["pending"][0], by["parked"]
    rows = [["idle", "", f"{idle['resident_bytes'] / 1e6:.1f} MB", ""],
            ["pending asks, each read once", number(pending["count"]),
             f"{pending['resident_bytes'] / 1e6:.1f} MB",
             f"{(pending['resident_bytes'] - idle['resident_bytes']) / pending['count']:.0f} B"]]
    for before, after in zip([dict(pending, count=0)] + parked, parked):
        slope = (after["resident_bytes"] - before["resident_bytes"]) / (
            after["count"] - before["count"])
        rows.append(["parked agents", number(after["count"]),
                     f"{after['resident_bytes'] / 1e6:.1f} MB", f"{slope:.0f} B"])
    whole = (parked[-1]["resident_bytes"] - parked[0]["resident_bytes"]) / (
        parked[-1]["count"] - parked[0]["count"])
    return [Table("W4: memory of a parked ask", ["", "how many", "resident", "each, since the row "
                  "above"], rows,
                  f"Slope from {number(parked[0]['count'])} to {number(parked[-1]['count'])}: "
                  f"**{whole:.0f} bytes** of the server's memory for each parked agent; the "
                  "kernel's for a socket pair comes on top (4.85 KB). What pending asks add is for "
                  "the most part the database's page caches, which have a bound of 40 MB.")]


def w11(run):
    rows = []
    starts = [s for s in run.samples if "ms" in s]
    for stored in sorted({s["stored"] for s in starts}):
        of = [s for s in starts if s["stored"] == stored]
        rows.append([number(stored), f"{median(s['ms'] for s in of):.1f} ms",
                     f"{max(s['ms'] for s in of):.1f} ms",
                     f"{median(s['resident_bytes'] for s in of) / 1e6:.1f} MB"])
    binary = next(s["binary_bytes"] for s in run.samples if "binary_bytes" in s)
    return [Table("W11: cold start",
                  ["requests stored", "exec to first 200, median", "longest", "resident then"],
                  rows, f"The binary is {binary / 1e6:.1f} MB with the dashboard and line tables.")]


TABLES = {"w1": w1, "w2": w2, "w3": w3, "w3u": w3u, "w4": w4, **log_tables.TABLES, "w11": w11}
GOALS = goals.GOALS | log_goals.GOALS


def markdown(table):
    lines = [f"### {table.title}", "", "| " + " | ".join(table.heads) + " |",
             "|" + "---|" * len(table.heads)]
    lines += ["| " + " | ".join(row) + " |" for row in table.rows]
    return "\n".join(lines + ["", table.note.strip(), ""])


def section(run):
    """What RESULTS.md holds of one workload, between marks, so that parts can be run anew."""
    body = "\n".join(markdown(table) for table in TABLES[run.workload](run))
    body += "\n" + "\n".join(GOALS[run.workload](run)) + "\n"
    load = (f"Load average {run.load_before} before, {run.load_after} after; {run.seconds:.0f} s; "
            f"{run.taken}.")
    return f"<!-- {run.workload} -->\n{body}\n{load}\n<!-- /{run.workload} -->\n"


def text(run):
    return re.sub(r"<!--.*?-->\n", "", section(run))


def first_line(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()[0].strip() if done.stdout else "unknown"


def taken(top, command):
    """How and from what a section was taken: parts are run anew without the others."""
    commit = first_line(["git", "-C", str(top), "rev-parse", "--short=12", "HEAD"])
    return f"`{command}` at {commit}"


def machine():
    """What the figures were taken on, in one paragraph."""
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    disk = " ".join(first_line(["findmnt", "-no", "FSTYPE,OPTIONS", "--target",
                                os.environ.get("TMPDIR", "/var/tmp")]).split())
    return (f"{cpu.group(1) if cpu else platform.processor()}, {os.cpu_count()} processors, "
            f"{memory:.0f} GiB; Linux {platform.release()}; data on {disk}; "
            f"{first_line(['clang++-19', '--version'])}.")


HEAD = """# Results

What each row means is in [README.md](README.md); under each table stands by which command and from
which commit it was taken. Ratios within one run count; absolute figures are for orientation,
because the machine is shared.

There, too, stands what it is held against: the first goals, and those for later, of which some are
moonshots.

{machine}

{notes}
"""


def document(old, runs, where):
    """The page with the sections of `runs` in place of the old ones; what a person wrote between
    the marks of `notes` stays."""
    sections = {name: found.group(0) for name in TABLES
                if (found := re.search(rf"<!-- {name} -->\n.*?<!-- /{name} -->\n", old, re.S))}
    sections.update({run.workload: section(run) for run in runs})
    body = "\n".join(sections[name] for name in TABLES if name in sections)
    notes = re.search(r"<!-- notes -->\n.*?<!-- /notes -->\n", old, re.S)
    return HEAD.format(machine=where, notes=notes.group(0) if notes else "") + body
