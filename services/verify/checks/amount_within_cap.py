"""六(一): at most so much per person and project."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case
from services.domain.finding import Result
from services.verify.checks import check
from services.verify.money import rate_of, yuan
from services.verify.people import nobody, people, row_of, who
from services.verify.results import met, not_applicable, unmet

CODE = "claim.amount_exceeds_cap"


@check
def amount_within_cap(case: Case) -> Iterator[Result]:
    """No trainee's amount is above the cap. Types paid under other documents have caps of their own."""
    missing, rate, cap = nobody(case, CODE), rate_of(case), case.rules.cap
    if missing is not None:
        yield missing
        return
    if rate.amount is None:
        yield not_applicable()
        return
    yield met()
    for i, trainee in enumerate(people(case)):
        if trainee.amount is not None and trainee.amount > cap:
            yield unmet(
                CODE,
                f"{trainee.name}申报{yuan(trainee.amount)}元，超过单个项目每人{yuan(cap)}元的上限",
                f"{trainee.name} claims {yuan(trainee.amount)}, more than the cap of {yuan(cap)} per person and project",
                subject=who(trainee),
                expected=yuan(cap),
                observed=yuan(trainee.amount),
                evidence=row_of(case, i),
                trainees=(i,),
            )
