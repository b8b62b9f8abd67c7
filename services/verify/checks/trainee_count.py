"""四(四): as many trainees as declared."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case
from services.domain.evidence import Place
from services.domain.finding import Result
from services.verify.checks import check
from services.verify.people import nobody
from services.verify.results import met, unclear, unmet

CODE = "claim.trainee_count_mismatch"


@check
def trainee_count(case: Case) -> Iterator[Result]:
    """The declared number of trainees is the number of people listed."""
    declared = case.claim.project.trainee_count
    missing = nobody(case, CODE)
    if missing is not None or case.trainees is None:
        yield missing or met()
        return
    listed, refused = len(case.trainees.people), len(case.trainees.rejected)
    if declared is None:
        yield unclear(CODE, f"未填写参训人数，无法与名单（{listed}人）核对；请补充", f"no number of trainees is declared to compare with the {listed} listed; please add it", subject="trainee_count", observed=listed)  # fmt: skip
    elif declared == listed:
        yield met()
    else:
        zh, en = (f"（另有{refused}行未能采用）", f" ({refused} more rows could not be taken)") if refused else ("", "")
        yield unmet(
            CODE,
            f"申报参训{declared}人，名单中为{listed}人{zh}",
            f"{declared} trainees are declared, {listed} are listed{en}",
            subject="trainee_count",
            expected=declared,
            observed=listed,
            evidence=(Place(case.trainees.file),),
        )
