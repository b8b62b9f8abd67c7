"""Notes that were taken while logs were matched, as results of the clause their code belongs to."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case, OnlineNote
from services.domain.codes import CODES, Severity
from services.domain.finding import Outcome, Result
from services.verify.aspects import listed, person_name


def noted(case: Case, codes: tuple[str, ...]) -> Iterator[Result]:
    """The case's online notes of these codes, in order: infos as met, unclear ones as unclear, the others as unmet."""
    for note in case.online_notes:
        if note.code in codes:
            yield _result(case, note)


def _result(case: Case, note: OnlineNote) -> Result:
    code = CODES[note.code]
    if note.met or code.severity is Severity.INFO:
        outcome = Outcome.MET
    else:
        outcome = Outcome.UNCLEAR if note.unclear or code.unclear else Outcome.UNMET
    subject = listed((person_name(case, i) for i in note.trainees), 5, more="等{count}人") or (note.places[0].file if note.places else "线上学习记录")
    return Result(
        outcome,
        note.code,
        note.message,
        subject=subject,
        expected=note.expected,
        observed=note.observed,
        evidence=note.places,
        trainees=note.trainees,
    )
