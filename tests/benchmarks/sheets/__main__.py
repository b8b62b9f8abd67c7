"""Measures sign-in sheets: rows, people, signatures and dates on generated pages, beside other readers on the same pages.

    python -m tests.benchmarks.sheets                                the reader, all layouts and captures, held-out hands
    python -m tests.benchmarks.sheets --kind tuned --first-seed 5000 new pages in the hands that matching was fitted on
    python -m tests.benchmarks.sheets --peers 24 [--img2table PYTHON] the reader and the others on 24 of these pages; PYTHON has img2table
    python -m tests.benchmarks.sheets --names 100000                 time per row against a long roster, over pages read before
    python -m tests.benchmarks.sheets --copies 4                     copied signatures and sheets used again, four times six scenes
    python -m tests.benchmarks.sheets --memory 30                    the most memory a reading process takes: a PDF of so many pages, a 24-megapixel photo

What was read is kept in --facts: empty that folder when the reader or the generator has changed.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.sheets import copies, memory
from tests.benchmarks.sheets.listing import against_many
from tests.benchmarks.sheets.pages import CAPTURES, HELD_FROM, LAYOUTS, Case, cases, save_page
from tests.benchmarks.sheets.peers import Peer, count_peer, img2table, rapid, tesseract, timed, warm_up
from tests.benchmarks.sheets.reading import Seen, read_page, seen_pages
from tests.benchmarks.sheets.tally import Tally, calibration, count_page

GROUPS = ("printed", "handwritten", "colleague", "stranger", "crossed", "empty")
OUTCOMES = ("right", "human", "missed", "lost", "wrong")


def percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f} %" if whole else "–"


def show_rows(title: str, tally: Tally) -> None:
    print(f"\n{title}: {tally.pages} pages\n| rows | " + " | ".join(OUTCOMES) + " | of | share right |\n|---|" + "---|" * (len(OUTCOMES) + 2))
    for group in GROUPS:
        counts = tally.rows.get(group, Counter())
        if counts:
            print(f"| {group} | " + " | ".join(str(counts[k]) for k in OUTCOMES) + f" | {counts.total()} | {percent(counts['right'], counts.total())} |")
    everything = tally.total()
    print(f"wrong person, of all rows: {everything['wrong']} of {everything.total()} ({percent(everything['wrong'], everything.total())})")
    for name, counts in (("signatures", tally.signatures), ("dates", tally.dates), ("part of day", tally.parts)):
        if counts:
            print(f"{name}: " + ", ".join(f"{k} {v} ({percent(v, counts.total())})" for k, v in counts.items()))
    print(f"processor seconds per page: {tally.seconds / max(tally.pages, 1):.2f}")


def show_calibration(sure: Iterable[tuple[float, bool]]) -> None:
    print("\n| confidence | rows | right | share |\n|---|---|---|---|")
    for label, count, right in calibration(list(sure)):
        print(f"| {label} | {count} | {right} | {percent(right, count)} |")


def own(seen: Iterable[Seen], failures: bool) -> Tally:
    tally = Tally()
    peak = 0.0
    for page in seen:
        count_page(tally, page.case, page.truth, page.facts)
        tally.seconds += page.seconds
        peak = max(peak, page.peak)
    if failures:
        print("\n".join(tally.failures))
    print(f"peak memory of a reading process, the page's making included: {peak:.0f} MB")
    return tally


def beside_others(pages: Sequence[Case], python: str | None, jobs: int) -> None:
    """This reader and the others on the same files, one after the other in one process, one thread each."""
    mine, others = Tally(), {(name, over): Tally() for name in ("RapidOCR", "Tesseract", "img2table") for over in ("trainees", "roster")}
    with ProcessPoolExecutor(jobs) as pool:
        for own_tally, tallies in pool.map(partial(_one_page, python=python), pages):
            mine.merge(own_tally)
            for key, tally in tallies.items():
                others[key].merge(tally)
    show_rows("this reader", mine)
    for (name, over), tally in others.items():
        if tally.pages:
            show_rows(f"{name} and rapidfuzz over the {over}", tally)
            print(f"time: this reader / {name} = {mine.seconds / tally.seconds:.2f}")


def _one_page(case: Case, python: str | None) -> tuple[Tally, dict[tuple[str, str], Tally]]:
    readers: dict[str, Peer] = {"RapidOCR": rapid(), "Tesseract": tesseract} | ({"img2table": img2table(python)} if python else {})
    mine, others = Tally(), {}
    with TemporaryDirectory() as folder:
        file, truth = save_page(case, Path(folder))
        warm_up(readers["RapidOCR"])
        facts, mine.seconds = read_page(file)
        count_page(mine, case, truth, facts)
        for name, reader in readers.items():
            both = {(name, over): Tally() for over in ("trainees", "roster")}
            texts = timed(reader, file, list(both.values()))
            for (_, over), tally in both.items():
                count_peer(tally, case, truth, texts, over)
            others |= both
    return mine, others


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", choices=("tuned", "held"), default="held", help="the fonts that matching was fitted on, or ball-pen hands it never saw")
    parser.add_argument("--layouts", default=",".join(LAYOUTS))
    parser.add_argument("--captures", default=",".join(CAPTURES))
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--every", type=int, default=1, help="take every so manieth page only")
    parser.add_argument("--first-seed", type=int, default=HELD_FROM)
    parser.add_argument("--facts", type=Path, default=Path.home() / ".cache" / "hezheng-benchmarks" / "sheets")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--failures", action="store_true", help="name each row that is not right (not to be looked at for held-out pages)")
    parser.add_argument("--peers", type=int, default=0, metavar="PAGES")
    parser.add_argument("--img2table", metavar="PYTHON")
    parser.add_argument("--names", type=int, default=0, metavar="PEOPLE")
    parser.add_argument("--copies", type=int, default=0, metavar="ROUNDS")
    parser.add_argument("--memory", type=int, default=0, metavar="PAGES")
    asked = parser.parse_args()
    pages = cases(asked.kind, asked.layouts.split(","), asked.captures.split(","), asked.rounds, asked.first_seed)[:: asked.every]
    if asked.copies:
        copies.show(copies.measure(asked.kind, asked.copies, asked.first_seed, asked.facts))
    elif asked.memory:
        print("\n".join(f"{name}: {said}" for name, said in memory.measure(pages[: asked.memory])))
    elif asked.peers:
        beside_others(pages[:: max(1, len(pages) // asked.peers)][: asked.peers], asked.img2table, asked.jobs)
    elif asked.names:
        times = against_many(seen_pages(pages, asked.facts, asked.jobs), asked.names)
        print(f"{asked.names} people: ready in {times.ready:.0f} ms once; per row p50 {times.middle:.1f} ms, p95 {times.slow:.1f} ms, mean {times.mean:.1f} ms")
        print(f"{times.rows} rows, {times.matched} matched")
    else:
        tally = own(seen_pages(pages, asked.facts, asked.jobs), asked.failures)
        show_rows(f"hands: {asked.kind}, seeds from {asked.first_seed}", tally)
        show_calibration(tally.sure)


if __name__ == "__main__":
    main()
