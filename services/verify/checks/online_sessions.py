"""The logs of online learning hold together: days, lengths, people."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case
from services.domain.facts import LearningLogFacts
from services.domain.finding import Result
from services.verify.checks import check
from services.verify.notes import noted
from services.verify.results import met, not_applicable

CODES = (
    "online.overlapping_sessions",
    "online.outside_training",
    "online.day_exceeds_limit",
    "online.duration_inconsistent",
    "online.machine_like",
    "online.person_not_trainee",
)


@check
def online_sessions(case: Case) -> Iterator[Result]:
    """Sessions within the training, of trainees, of possible and human lengths, 七(二)."""
    findings = tuple(noted(case, CODES))
    if findings:
        yield from findings
    elif any(isinstance(item.facts, LearningLogFacts) for item in case.of("learning_log")):
        yield met()
    else:
        yield not_applicable()
