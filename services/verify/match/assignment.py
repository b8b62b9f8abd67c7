"""The rows of one page jointly: a person stands on a page once, unless two rows plainly say the same name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.domain.case import DoubtKind, RowStatus
from services.verify.match.directory import Directory
from services.verify.match.list_order import order_odds
from services.verify.match.rows import RowReading, Verdict, decide

_SURE = 0.98
"""Rows at least so sure show whether the sheet follows the list."""


def assign(readings: Sequence[RowReading], directory: Directory) -> list[Verdict]:
    """One verdict per row, in order. The surest rows choose first; a person given twice is doubted the second time (from the top)."""
    alone = [decide(r, directory, {}) for r in readings]
    _follow_list(readings, alone, directory)
    alone = [decide(r, directory, {}) if r.order else v for r, v in zip(readings, alone, strict=True)]
    order = sorted(range(len(readings)), key=lambda k: (alone[k].status is not RowStatus.MATCHED, -_certainty(readings[k], alone[k]), k))
    taken: dict[int, int] = {}
    verdicts: list[Verdict] = list(alone)
    for k in order:
        verdict = alone[k] if taken.keys().isdisjoint(readings[k].names) else decide(readings[k], directory, taken)
        if verdict.status is RowStatus.UNKNOWN and alone[k].status is not RowStatus.UNKNOWN:
            verdict = Verdict(RowStatus.AMBIGUOUS, None, alone[k].confidence, alone[k].people, (DoubtKind.NAME_AMBIGUOUS,))
        verdicts[k] = verdict
        if verdict.status is RowStatus.MATCHED and verdict.person is not None and not readings[k].row.crossed_out:
            taken[verdict.person] = taken.get(verdict.person, 0) + 1
    seen: set[int] = set()
    for k, verdict in enumerate(verdicts):
        if verdict.status is not RowStatus.MATCHED or verdict.person is None or readings[k].row.crossed_out:
            continue
        if verdict.person in seen:
            verdicts[k] = replace(verdict, doubts=(*verdict.doubts, DoubtKind.PERSON_TWICE))
        seen.add(verdict.person)
    return verdicts


def _follow_list(readings: Sequence[RowReading], verdicts: Sequence[Verdict], directory: Directory) -> None:
    """Weighs the order of the list into the rows that are not sure by themselves."""
    there = [k for k, reading in enumerate(readings) if not reading.empty]
    places = [_sure_place(readings[k], verdicts[k], directory) for k in there]
    by_place = {directory.people[i].trainee: i for i in directory.trainees}
    for k, odds in zip(there, order_odds(places, len(by_place)), strict=True):
        readings[k].order = {by_place[place]: value for place, value in odds.items() if place in by_place}


def _sure_place(reading: RowReading, verdict: Verdict, directory: Directory) -> int | None:
    if verdict.status is not RowStatus.MATCHED or verdict.person is None or (verdict.confidence or 0.0) < _SURE:
        return None
    return directory.people[verdict.person].trainee


def _certainty(reading: RowReading, verdict: Verdict) -> float:
    """The log odds of the person chosen: finer than a probability near one."""
    if verdict.person is None:
        return -100.0
    return reading.names.get(verdict.person, 0.0) + reading.extra.get(verdict.person, 0.0)
