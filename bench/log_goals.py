"""What W5 to W8 are held against."""

from table import chosen, judged, middle, pairwise


def w5(run):
    lines = []
    for part, subject, what in (
            ("log", "log", "leaves of 200 bytes"),
            ("append", "engine", "events through the engine, none with a signature of its own,")):
        of = chosen(run.samples, part=part, subject=subject)
        best = max({s["batch"] for s in of}, key=lambda b, of=of: middle(of, "rate", batch=b))
        rate = middle(of, "rate", batch=best)
        lines.append(judged(rate >= 100_000, f"first goal, {what} durable and under a signed "
                            "checkpoint: at least 100,000 a second",
                            f"{rate:,.0f} at batches of {best:,}"))
    offered = chosen(run.samples, part="offered", subject="ours")
    for load in sorted({s["offered"] for s in offered}):
        p50, p99 = (middle(offered, q, offered=load) / 1e3 for q in ("p50_us", "p99_us"))
        answered = middle(offered, "rate", offered=load)
        lines.append(judged(
            p50 <= 5 and p99 <= 20 and answered >= 0.95 * load,
            f"{'first goal' if load == 2_000 else 'on the way'}, {load:,.0f} decisions a second "
            "offered: p50 at most 5 ms, p99 at most 20 ms",
            f"{p50:.1f} and {p99:.1f} ms, {answered:,.0f} answered a second"))
    return lines


def w6(run):
    engine = chosen(run.samples, part="engine", subject="inclusion", entries="compact")
    http = chosen(run.samples, part="http", subject="inclusion", entries="compact")
    short, long = min(s["leaves"] for s in engine), max(s["leaves"] for s in engine)
    p99 = middle(engine, "p99_us", leaves=long)
    rate = middle(http, "rate", leaves=long)
    growth = middle(engine, "p50_us", leaves=long) / middle(engine, "p50_us", leaves=short)
    slower = middle(http, "rate", leaves=short) / rate
    of_nginx = pairwise(chosen(run.samples, part="http"), "rate", "inclusion", "nginx",
                        entries="compact", leaves=long)
    appends = chosen(run.samples, part="append", entries="compact")
    appended = middle(appends, "rate", leaves=short) / middle(appends, "rate", leaves=long)
    lines = [
        judged(rate >= 20_000, f"first goal: at least 20,000 proofs a second over HTTP, "
               f"{long:,} leaves", f"{rate:,.0f}"),
        judged(growth <= 1.5 and slower <= 1.5,
               f"first goal: {long:,} leaves take at most 1.5 times as long as {short:,}",
               f"{growth:.2f} by the reader, {slower:.2f} over HTTP"),
        judged(appended <= 1.2, "appending there at most 1.2 times", f"{appended:.2f}"),
        judged(p99 <= 50, "later: p99 by the reader at most 50 µs", f"{p99:.0f} µs")]
    if of_nginx is not None:
        lines.append(judged(of_nginx >= 0.5, "later: at least half of nginx",
                            f"{100 * of_nginx:.0f} %"))
    return lines


def primitives_us(run, part):
    """The signature checks of one item, one after the other."""
    one = chosen(run.samples, part="primitives")
    p256, ed25519 = middle(one, "p256_us"), middle(one, "ed25519_us")
    if part == "bundle":
        return p256
    return middle(one, "receipt_p256") * p256 + middle(one, "receipt_ed25519") * ed25519


def w7(run):
    lines = []
    for part in ("receipts", "bundle"):
        of = chosen(run.samples, part=part, subject="c++")
        items = min(s["items"] for s in of)
        one, two = (middle(of, "seconds", processors=count, items=items) for count in (1, 2))
        ratio = one * 1e6 / items / primitives_us(run, part)
        lines.append(judged(ratio <= 1.2, f"first goal, {part}: at most 1.2 times their signatures",
                            f"{ratio:.2f}"))
        lines.append(judged(one / two >= 1.8,
                            f"first goal, {part}: 2 processors at least 1.8 times as fast as one",
                            f"{one / two:.2f}"))
    start = middle(chosen(run.samples, part="start"), "seconds") * 1e3
    binary = chosen(run.samples, part="binary")[0]["bytes"] / 1e6
    lines.append(judged(start <= 10, "later: one receipt in at most 10 ms, exec to exit",
                        f"{start:.1f} ms"))
    lines.append(judged(binary < 2, "later: a verifier of less than 2 MB", f"{binary:.1f} MB"))
    return lines


def w8(run):
    of = [s for s in run.samples if s["part"] == "export" and s["subject"] != "snprintf"]
    count = max(s["count"] for s in of)
    jsonl = {"subject": "jsonl", "count": count}
    rate, bytes_each = middle(of, "rate", **jsonl), middle(of, "bytes_each", **jsonl)
    disk = middle(chosen(run.samples, part="disk"), "cold_bytes_rate")
    first = middle(of, "first_byte_ms", **jsonl)
    grown = max(s["grown_bytes"] for s in of) / 1e6
    beside = chosen(run.samples, part="beside")
    p99 = {subject: middle(beside, "p99_us", subject=subject)
           for subject in ("alone", "during an export")}
    slower = p99["during an export"] / p99["alone"]
    of_disk = rate * bytes_each / disk
    return [
        judged(rate >= 500_000, "first goal: at least 500,000 entries a second, checked (jsonl)",
               f"{rate:,.0f}"),
        judged(grown <= 16, "first goal: memory grows by at most 16 MB", f"{grown:.1f} MB"),
        judged(first <= 20, "first goal: the first byte within 20 ms", f"{first:.1f} ms"),
        judged(of_disk >= 0.6, "later: at least 60 % of what the disk gives",
               f"{100 * of_disk:.0f} %"),
        judged(slower <= 1.5, "later: p99 of an ask at most 1.5 times while an export runs",
               f"{slower:.2f}")]


GOALS = {"w5": w5, "w6": w6, "w7": w7, "w8": w8}
