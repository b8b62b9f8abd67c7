"""三(三): not more than so many subsidies a person and year."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case
from services.domain.evidence import Related
from services.domain.finding import Effect, Result
from services.verify.checks import check
from services.verify.earlier import earlier_subsidies
from services.verify.people import nobody, people, row_of, who
from services.verify.results import met, unclear, unmet

CODE = "trainee.too_many_subsidies"


@check
def subsidies_per_year(case: Case, *, maximum: int) -> Iterator[Result]:
    """Those of the calendar year in which the training begins, paid or claimed before, and this one: at most `maximum`."""
    missing = nobody(case, CODE)
    if missing is not None:
        yield missing
        return
    year = case.claim.project.start.year
    if case.claim.paid_this_year is None:
        # Nobody is over a limit because a list is missing: the money stays, the clause goes to a reviewer.
        yield unclear(CODE, f"未提供{year}年度已享受补贴的清单（paid_this_year），只能与本系统内的申报核对；请补充，没有的请填空清单", f"there is no list of subsidies paid in {year} (paid_this_year), only the claims known here were compared; add it, empty if there are none",
                      subject="paid_this_year")  # fmt: skip
    yield met()
    for i, subsidies in earlier_subsidies(case):
        trainee, earlier = people(case)[i], [s for s in subsidies if s.date is None or s.date.year == year]
        sure, count = sum(s.certain for s in earlier) + 1, len(earlier) + 1
        if count <= maximum:
            continue
        listed = "、".join(s.project or s.claim_no or "?" for s in earlier)
        zh, en = f"{trainee.name}在{year}年已享受{len(earlier)}次补贴（{listed}）", f"{trainee.name} had {len(earlier)} subsidies in {year} ({listed})"
        related = tuple(Related(s.claim_no, "") for s in earlier if s.claim_no)
        if sure > maximum:
            yield unmet(CODE, f"{zh}，本次为第{count}次，超过{maximum}次", f"{en}; this would be number {count}, more than {maximum}", subject=who(trainee),
                        expected=maximum, observed=count, evidence=row_of(case, i), related=related, trainees=(i,), effect=Effect.EXCLUDES)  # fmt: skip
        else:
            yield unclear(CODE, f"{zh}，其中{count - sure}次的金额尚待人工确认；如均获支持，本次为第{count}次，超过{maximum}次",
                          f"{en}, {count - sure} of them wait for a reviewer; if they are paid, this is number {count}, more than {maximum}", subject=who(trainee),
                          expected=maximum, observed=count, evidence=row_of(case, i), related=related, trainees=(i,), effect=Effect.WITHHOLDS)  # fmt: skip
