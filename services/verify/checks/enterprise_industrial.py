"""二: mainly industrial production."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case
from services.domain.finding import Effect, Result
from services.verify.checks import check
from services.verify.results import met, unclear, unmet

CODE = "enterprise.not_industrial"


@check
def enterprise_industrial(case: Case) -> Iterator[Result]:
    """The enterprise declares itself mainly industrial."""
    industrial = case.claim.enterprise.industrial
    if industrial is None:
        yield unclear(CODE, "未申报是否以工业生产为主体；请补充或人工核实", "it is not declared whether the enterprise is mainly industrial; add it or look it up", subject="industrial", expected=True)  # fmt: skip
    elif industrial:
        yield met()
    else:
        yield unmet(CODE, "企业申报为非工业生产为主体", "the enterprise declares that it is not mainly industrial", subject="industrial", expected=True, observed=False, effect=Effect.EXCLUDES)  # fmt: skip
