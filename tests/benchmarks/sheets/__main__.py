"""Measures sign-in sheets: rows, people, signatures and dates on generated pages."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tests.benchmarks.sheets.pages import CAPTURES, HELD_FROM, LAYOUTS, cases
from tests.benchmarks.sheets.reading import Seen, seen_pages
from tests.benchmarks.sheets.tally import Tally, calibration, count_page

GROUPS = ("printed", "handwritten", "colleague", "stranger", "crossed", "empty")
OUTCOMES = ("right", "human", "missed", "lost", "wrong")


def show_rows(title: str, tally: Tally) -> None:
    print(f"\n{title}: {tally.pages} pages\n| rows | " + " | ".join(OUTCOMES) + " | of | share right |\n|---|" + "---|" * (len(OUTCOMES) + 2))
    for group in GROUPS:
        counts = tally.rows.get(group, Counter())
        if counts:
            print(f"| {group} | " + " | ".join(str(counts[k]) for k in OUTCOMES) + f" | {counts.total()} | {percent(counts['right'], counts.total())} |")
    everything = tally.total()
    print(f"wrong person, of all rows: {everything['wrong']} of {everything.total()} ({percent(everything['wrong'], everything.total())})")
    for name, counts in (("signatures", tally.signatures), ("dates", tally.dates), ("part of day", tally.parts)):
        print(f"{name}: " + ", ".join(f"{k} {v} ({percent(v, counts.total())})" for k, v in counts.items()))


def show_calibration(sure: Iterable[tuple[float, bool]]) -> None:
    print("\n| confidence | rows | right | share |\n|---|---|---|---|")
    for label, count, right in calibration(list(sure)):
        print(f"| {label} | {count} | {right} | {percent(right, count)} |")


def percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f} %" if whole else "–"


def own(seen: Iterable[Seen], failures: bool) -> Tally:
    tally = Tally()

    for page in seen:
        count_page(tally, page.case, page.truth, page.facts)
        tally.seconds += page.seconds
    if failures:
        print("\n".join(tally.failures))
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=("tuned", "held"), default="held")
    parser.add_argument("--layouts", default=",".join(LAYOUTS))
    parser.add_argument("--captures", default=",".join(CAPTURES))
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--first-seed", type=int, default=HELD_FROM)
    parser.add_argument("--facts", type=Path, default=Path.home() / ".cache" / "hezheng-benchmarks" / "sheets")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--failures", action="store_true", help="name each row that is not right (not to be looked at for held-out pages)")
    asked = parser.parse_args()
    pages = cases(asked.kind, asked.layouts.split(","), asked.captures.split(","), asked.rounds, asked.first_seed)
    tally = own(seen_pages(pages, asked.facts, asked.jobs), asked.failures)
    show_rows(f"hands: {asked.kind}, seeds from {asked.first_seed}", tally)
    show_calibration(tally.sure)
    print(f"processor seconds per page: {tally.seconds / max(tally.pages, 1):.2f}")


if __name__ == "__main__":
    main()
