"""三(一): a training type that the policy supports."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case
from services.domain.finding import Result
from services.verify.checks import check
from services.verify.money import rate_of
from services.verify.results import met, unclear, unmet

CODE = "claim.training_type_unknown"


@check
def training_type(case: Case) -> Iterator[Result]:
    """The training type is one of those in the rules; without one no rate is known, and no amount is reckoned."""
    stated = case.claim.project.training_type
    known = "、".join(name for name in case.rules.rates if not name.isascii())
    if not stated or not stated.strip():
        yield unclear(
            CODE,
            "未填写培训类型，无法确定补贴标准；请补充",
            "no training type is given, so no rate applies; please add it",
            subject="training_type",
            expected=known,
        )
    elif rate_of(case).known:
        yield met()
    else:
        yield unmet(CODE, f"培训类型“{stated}”不在政策所列范围内；请核对", f"the training type “{stated}” is none of the policy's; please check it", subject="training_type", expected=known, observed=stated)  # fmt: skip
