"""A table of results, and numbers as a person would write them."""

from dataclasses import dataclass
from statistics import median


@dataclass
class Table:
    title: str
    heads: list
    rows: list
    note: str = ""


def micro(us):
    """A duration in the unit that a person would choose."""
    if us >= 1e6:
        return f"{us / 1e6:.2f} s"
    if us >= 1e3:
        return f"{us / 1e3:.2f} ms"
    if us >= 10:
        return f"{us:.0f} µs"
    return f"{us:.1f} µs"


def number(value):
    return f"{value:,.0f}"


def percent(value):
    return f"{100 * value:.0f} %"


def megabytes(value):
    return f"{value / 1e6:.1f} MB"


def chosen(samples, **wanted):
    return [s for s in samples if all(s.get(name) == value for name, value in wanted.items())]


def middle(samples, name, **wanted):
    """The median of one figure over the samples that fit; None when there are none."""
    values = [s[name] for s in chosen(samples, **wanted) if s.get(name) is not None]
    return median(values) if values else None


def pairwise(samples, name, ours, other, **wanted):
    """The median over the pairs of ours divided by the other; None when there are none."""
    def by_pair(subject):
        return {s["pair"]: s[name] for s in chosen(samples, subject=subject, **wanted)}
    mine, theirs = by_pair(ours), by_pair(other)
    ratios = [mine[pair] / theirs[pair] for pair in mine if theirs.get(pair)]
    return median(ratios) if ratios else None


def share(ratio):
    return "" if ratio is None else percent(ratio)


def distinct(samples, *names):
    """Each combination of values once, in the order in which they came."""
    return list(dict.fromkeys(tuple(s[name] for name in names) for s in samples))


def judged(met, goal, reached):
    """A line under the tables: what a workload is held against, and how it stands."""
    return f"- {'met' if met else '**missed**'}: {goal}; reached {reached}"
