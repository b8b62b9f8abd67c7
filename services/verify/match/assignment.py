"""The rows of one page jointly: a person stands on a page once, unless two rows plainly say the same name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.domain.case import DoubtKind, RowStatus
from services.verify.match.directory import Directory
from services.verify.match.rows import RowReading, Verdict, decide


def assign(readings: Sequence[RowReading], directory: Directory) -> list[Verdict]:
    """One verdict per row, in order. The surest rows choose first; a person given twice is doubted the second time (from the top)."""
    alone = [decide(r, directory, {}) for r in readings]
    order = sorted(range(len(readings)), key=lambda k: (alone[k].status is not RowStatus.MATCHED, -_certainty(readings[k], alone[k]), k))
    taken: dict[int, int] = {}
    verdicts: list[Verdict] = list(alone)
    for k in order:
        verdict = decide(readings[k], directory, taken) if taken else alone[k]
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


def _certainty(reading: RowReading, verdict: Verdict) -> float:
    """The log odds of the person chosen: finer than a probability near one."""
    if verdict.person is None:
        return -100.0
    return reading.names.get(verdict.person, 0.0) + reading.extra.get(verdict.person, 0.0)
