"""六(二): types whose rate another document sets."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case
from services.domain.finding import Result
from services.verify.checks import check
from services.verify.money import rate_of
from services.verify.results import met, not_applicable, unclear


@check
def rate_known(case: Case) -> Iterator[Result]:
    """The rules give the training type a rate. A type that they do not name is the business of 三(一)."""
    rate = rate_of(case)
    stated = case.claim.project.training_type
    if not rate.known:
        yield not_applicable()
    elif rate.amount is not None:
        yield met()
    else:
        yield unclear(
            "claim.rate_unknown",
            f"“{stated}”按省、市相关文件的补贴标准执行，本政策未列标准，金额需人工核定",
            f"“{stated}” is paid under other documents of province and city; the amount is for a reviewer to set",
            subject="training_type",
            observed=stated,
        )
