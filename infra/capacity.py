"""How many cores an installation needs: a simulation of a year's busiest day, fed with measured seconds.

python infra/capacity.py [--scenario city|province|nation] [--cores N] [--seconds FILE] [--seed 1]

Without --cores it looks for the fewest with which 95 of 100 submitted claims are verified within ten minutes of their submission.
Files are read as they come in (lanes light and heavy), a submitted claim waits for what is left, then is judged and reported (urgent).
`--seconds FILE`: JSON {"sheet page": [a core's seconds, …], …} in place of the built-in measurements.
"""

from __future__ import annotations

import argparse
import heapq
import json
import random
from collections import deque
from dataclasses import dataclass
from pathlib import Path

SECONDS: dict[str, tuple[float, ...]] = {
    "sheet page": (2.4, 2.8, 3.1, 4.2, 6.5, 8.3, 8.4, 9.4),
    "photo": (0.07, 0.9, 1.4, 2.0, 2.0, 2.6),
    "video minute": (1.0, 2.3, 5.2, 5.2, 11.8, 11.8),
    "document": (0.2, 0.3, 0.6, 1.5),
    "log": (0.5, 1.0, 4.0),
    "judging": (0.4, 0.8, 1.6, 2.3),
    "report": (1.5, 2.0, 3.0),
}
"""A core's seconds, as the benchmarks measured them (sheets and photos with counted faces, video of 720p and 1080p)."""
MEGABYTES = {"sheet page": 2.5, "photo": 5.0, "video minute": 25.0, "document": 0.5, "log": 1.0}
FACTS_MEGABYTES_A_CLAIM = 3.0
PEOPLE_A_CLAIM = 44
HOURS_A_DAY = 9.0
WORKING_DAYS = 250
BUSIEST_DAY = 6.0
"""The busiest day has so many times the claims of the average one: five working days after a training's end, years' ends, deadlines."""


@dataclass(frozen=True)
class Scenario:
    people_a_year: int
    text: str


SCENARIOS = {
    "city": Scenario(30_000, "one city"),
    "province": Scenario(1_500_000, "a province"),
    "nation": Scenario(26_700_000, "the nation (80 million in three years)"),
}


@dataclass(frozen=True)
class Outcome:
    claims: int
    busy: float
    """Share of the cores' time that is used during the day."""
    median: float
    p95: float
    last: float
    """Seconds from submission to report."""


def claim_files(rng: random.Random) -> list[tuple[str, float]]:
    """What one claim brings, as (kind, core's seconds)."""
    found = [("sheet page", 1)] * rng.choice((4, 6, 10, 10, 14)) + [("photo", 1)] * rng.choice((5, 6, 8, 12, 20))
    found += [("video minute", minutes) for minutes in (rng.choice((5, 6, 8, 10, 30)), *((rng.choice((2, 5)),) if rng.random() < 0.4 else ()))]
    found += [("document", 1)] * rng.choice((3, 4, 6)) + ([("log", 1)] if rng.random() < 0.3 else [])
    return [(kind, how_many * rng.choice(SECONDS[kind])) for kind, how_many in found]


def simulate(claims: int, cores: int, rng: random.Random, day: float = HOURS_A_DAY * 3600) -> Outcome:
    """One day with so many claims. Lanes are looked at in the order urgent, light, heavy; every fourth core leaves heavy ones to the others."""
    events: list[tuple[float, int, str, int, float]] = []
    number = 0

    def at(moment: float, what: str, claim: int, seconds: float = 0.0) -> None:
        nonlocal number
        number += 1
        heapq.heappush(events, (moment, number, what, claim, seconds))

    left, submitted, took = {}, {}, []
    for claim in range(claims):
        begin = rng.uniform(0, day * 0.92)
        files = claim_files(rng)
        left[claim] = len(files)
        for kind, seconds in files:
            at(begin + rng.uniform(0, 1200), "heavy" if kind == "video minute" else "light", claim, seconds)
        at(begin + 1200 + rng.uniform(30, 600), "submit", claim)
    queues: dict[str, deque[tuple[int, float]]] = {lane: deque() for lane in ("urgent", "light", "heavy")}
    free_quick, free_all = cores // 4, cores - cores // 4
    worked, judged = 0.0, set()

    def ready(claim: int) -> None:
        if left[claim] == 0 and claim in submitted and claim not in judged:
            judged.add(claim)
            queues["urgent"].append((claim, rng.choice(SECONDS["judging"]) + rng.choice(SECONDS["report"])))

    while events:
        moment, _, what, claim, seconds = heapq.heappop(events)
        if what in queues:
            queues[what].append((claim, seconds))
        elif what == "submit":
            submitted[claim] = moment
            ready(claim)
        else:
            core, lane = what.split()
            free_quick, free_all = (free_quick + 1, free_all) if core == "quick" else (free_quick, free_all + 1)
            if lane == "urgent":
                took.append(moment - submitted[claim])
            else:
                left[claim] -= 1
                ready(claim)
        for core in ("quick", "all"):
            for lane in ("urgent", "light", "heavy")[: 2 if core == "quick" else 3]:
                while queues[lane] and (free_quick if core == "quick" else free_all):
                    job, seconds = queues[lane].popleft()
                    worked += seconds
                    free_quick, free_all = (free_quick - 1, free_all) if core == "quick" else (free_quick, free_all - 1)
                    at(moment + seconds, f"{core} {lane}", job)
    took.sort()
    return Outcome(claims, worked / (cores * day), took[len(took) // 2], took[int(len(took) * 0.95)], took[-1])


def fewest_cores(claims: int, rng_seed: int, within: float = 600.0) -> int:
    """The fewest cores with which 95 of 100 claims are done in time."""
    most = 4
    while simulate(claims, most, random.Random(rng_seed)).p95 > within:
        most *= 2
    least = most // 2
    while most - least > max(1, most // 50):
        middle = (most + least) // 2
        least, most = (middle, most) if simulate(claims, middle, random.Random(rng_seed)).p95 > within else (least, middle)
    return most


def megabytes(rng: random.Random, claims: int = 400) -> float:
    """Of originals and facts of an average claim."""
    total = 0.0
    for _ in range(claims):
        for kind, seconds in claim_files(rng):
            minutes = seconds / (sum(SECONDS[kind]) / len(SECONDS[kind])) if kind == "video minute" else 1.0
            total += MEGABYTES[kind] * minutes
    return total / claims + FACTS_MEGABYTES_A_CLAIM


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--scenario", choices=tuple(SCENARIOS))
    options.add_argument("--cores", type=int)
    options.add_argument("--seconds", type=Path)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    if asked.seconds:
        SECONDS.update({kind: tuple(values) for kind, values in json.loads(asked.seconds.read_text(encoding="utf-8")).items()})
    size = megabytes(random.Random(asked.seed))
    mean = sum(seconds for _ in range(400) for _, seconds in claim_files(random.Random(asked.seed + _))) / 400
    print(f"an average claim: {mean:.0f} core-seconds of reading, {size:.0f} MB of originals and facts")
    for name in [asked.scenario] if asked.scenario else SCENARIOS:
        scenario = SCENARIOS[name]
        yearly = scenario.people_a_year / PEOPLE_A_CLAIM
        busiest = max(1, round(yearly / WORKING_DAYS * BUSIEST_DAY))
        shown, share = (busiest, 1.0) if busiest <= 3000 else (3000, busiest / 3000)
        cores = asked.cores or fewest_cores(shown, asked.seed)
        outcome = simulate(shown, cores, random.Random(asked.seed))
        print(f"{name} ({scenario.text}): {yearly:,.0f} claims a year, {busiest:,} on the busiest day, {yearly * size / 1e6:,.1f} TB a year")
        scaled = "" if share == 1.0 else f" (simulated with {shown} claims on {cores} cores)"
        print(
            f"  {round(cores * share):,} cores{scaled}: used {outcome.busy:.0%}; submission to report: median {outcome.median:.0f} s, 95 of 100 {outcome.p95:.0f} s, last {outcome.last:.0f} s"
        )


if __name__ == "__main__":
    main()
