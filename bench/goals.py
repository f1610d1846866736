"""What each workload is held against: the first goals and the ones for later, met or missed."""

from statistics import median

from table import judged


def steady(samples, subject, connections):
    """Pairs in which the floor was within a factor of two of its own median, and the others."""
    rates = {s["pair"]: s["rate"] for s in samples
             if s["subject"] == subject and s["connections"] == connections}
    middle = median(rates.values())
    return {pair for pair, rate in rates.items() if middle / 2 <= rate <= middle * 2}


def share_of_floor(run, connections):
    """Ours as a share of the floor with the same signatures, the median of the pairs."""
    rates = {subject: {s["pair"]: s["rate"] for s in run.samples
                       if s["subject"] == subject and s["connections"] == connections}
             for subject in ("ours", "floor")}
    return median(rates["ours"][pair] / rates["floor"][pair]
                  for pair in steady(run.samples, "floor", connections))


def share_line(run, connections, least, when):
    share = share_of_floor(run, connections)
    clients = "1 connection" if connections == 1 else f"{connections} connections"
    return judged(share >= least, f"{when}, {clients}: at least {100 * least:.0f} % of the floor",
                  f"{100 * share:.0f} %")


def w1(run):
    return [share_line(run, 32, 0.30, "first goal"),
            *(share_line(run, connections, least, "later")
              for connections, least in ((1, 0.85), (32, 0.60), (256, 0.60)))]


def w2(run):
    return [share_line(run, connections, 0.60, "later") for connections in (1, 32)]


def w3(run):
    ours = [s for s in run.samples if s["subject"] == "ours"]
    p50, p99 = (median(s[q] for s in ours) / 1_000 for q in ("p50_us", "p99_us"))
    reached = f"{p50:.2f} and {p99:.1f} ms"
    return [judged(p50 <= 1.5 and p99 <= 10, "first goal: p50 at most 1.5 ms, p99 at most 10 ms",
                   reached),
            judged(p50 <= 0.5 and p99 < 5, "later: p50 at most 0.5 ms, p99 under 5 ms", reached)]


def w3u(run):
    lines = []
    for sdk, mean_max in (("python", 1.5), ("node", 0.8)):
        mean = next(s["mean_us"] for s in run.samples
                    if s["workload"] == "w3u" and s["subject"] == "ours" and s["sdk"] == sdk
                    and not s["early"]) / 1e6
        lines.append(judged(mean <= mean_max, f"first goal, {sdk}: a mean of at most {mean_max} s",
                            f"{mean:.2f} s"))
    return lines


def w4(run):
    parked = [s for s in run.samples if s["subject"] == "parked"]
    slope = (parked[-1]["resident_bytes"] - parked[0]["resident_bytes"]) / (
        parked[-1]["count"] - parked[0]["count"])
    return [judged(slope <= 600, "later: at most 600 bytes a parked agent", f"{slope:.0f}")]


def w11(run):
    starts = {}
    for s in run.samples:
        if "ms" in s:
            starts.setdefault(s["stored"], []).append(s)
    empty = median(s["ms"] for s in starts[min(starts)])
    resident = median(s["resident_bytes"] for s in starts[min(starts)]) / 1e6
    binary = next(s["binary_bytes"] for s in run.samples if "binary_bytes" in s) / 1e6
    return [judged(empty <= 25, "later: at most 25 ms on an empty directory", f"{empty:.1f} ms"),
            judged(resident <= 20, "later: at most 20 MB resident then", f"{resident:.1f} MB"),
            judged(binary <= 15, "later: a binary of at most 15 MB", f"{binary:.1f} MB")]


GOALS = {"w1": w1, "w2": w2, "w3": w3, "w3u": w3u, "w4": w4, "w11": w11}
