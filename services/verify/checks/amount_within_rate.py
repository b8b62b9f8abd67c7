"""六(一): so many yuan per person and class hour."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case
from services.domain.finding import Result
from services.verify.checks import check
from services.verify.money import cut, hours_claimed, plain_number, rate_of, yuan
from services.verify.people import nobody, people, row_of, who
from services.verify.results import met, not_applicable, unmet

CODE = "claim.amount_exceeds_rate"


@check
def amount_within_rate(case: Case) -> Iterator[Result]:
    """No trainee's amount is above the claimed hours at the rate. Without a rate there is nothing to compare: that is told elsewhere."""
    missing, rate = nobody(case, CODE), rate_of(case).amount
    if missing is not None:
        yield missing
        return
    if rate is None:
        yield not_applicable()
        return
    yield met()
    for i, trainee in enumerate(people(case)):
        hours = hours_claimed(case, i)
        most = cut(hours * rate)
        if trainee.amount is not None and trainee.amount > most:
            yield unmet(
                CODE,
                f"{trainee.name}申报{yuan(trainee.amount)}元，超过{plain_number(hours)}学时×{plain_number(rate)}元={yuan(most)}元",
                f"{trainee.name} claims {yuan(trainee.amount)}, more than {plain_number(hours)} class hours x {plain_number(rate)} = {yuan(most)}",
                subject=who(trainee),
                expected=yuan(most),
                observed=yuan(trainee.amount),
                evidence=row_of(case, i),
                trainees=(i,),
            )
