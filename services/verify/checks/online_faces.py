"""Face checks show that the person learning is the trainee."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case
from services.domain.facts import LearningLogFacts
from services.domain.finding import Result
from services.verify.checks import check
from services.verify.notes import noted
from services.verify.results import info, met, not_applicable

CODES = (
    "online.face_check_failed",
    "online.face_check_gap",
    "online.face_check_missing",
    "online.face_mismatch",
    "online.face_shared",
    "online.face_replayed",
)


@check
def online_faces(case: Case) -> Iterator[Result]:
    """Face checks passed, often enough, by the trainee and nobody else, 七(二). A claim without any is told so: the law lets logged time count."""
    findings = tuple(noted(case, CODES))
    logged = any(isinstance(item.facts, LearningLogFacts) and item.facts.sessions for item in case.of("learning_log"))
    if findings:
        yield from findings
    elif case.has_face_checks:
        yield met()
    elif logged:
        yield info("online.face_check_missing", "线上学习未提供人脸核验数据，按学习记录时长计入（文件允许时长或人脸识别二者之一）",
                   "there are no face checks; logged time is counted, as the policy asks for durations or face data", subject="线上学习记录")  # fmt: skip
    else:
        yield not_applicable()
