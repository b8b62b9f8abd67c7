"""二: enough employees."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case
from services.domain.finding import Effect, Result
from services.verify.checks import check
from services.verify.people import has_roster
from services.verify.results import met, unclear, unmet

CODE = "enterprise.too_small"


@check
def enterprise_size(case: Case, *, minimum: int) -> Iterator[Result]:
    """At least `minimum` employees as declared; not declared, the people insured on the first training day stand in."""
    declared = case.claim.enterprise.employees
    if declared is None and not has_roster(case):
        # An enterprise whose size is not known is not thereby too small: the money is left as it is.
        yield unclear(
            CODE,
            f"未申报职工总量，也没有参保名单可推算（要求不少于{minimum}人）；请补充其一",
            f"neither a head count nor a roster is given ({minimum} needed); please add one of them",
            subject="employees",
            expected=minimum,
        )
        return
    count, source_zh, source_en = (declared, "申报职工总量", "employees declared") if declared is not None else (_insured(case), "培训首日参保人数", "people insured on the first training day")  # fmt: skip
    if count >= minimum:
        yield met()
        return
    yield unmet(
        CODE,
        f"{source_zh}{count}人，不足{minimum}人",
        f"{count} {source_en}, {minimum} needed",
        subject="employees",
        expected=minimum,
        observed=count,
        effect=Effect.EXCLUDES,
    )


def _insured(case: Case) -> int:
    """Distinct people of the roster who were insured on the training's first day."""
    if case.roster is not None and case.roster.insured_first_day is not None:
        return case.roster.insured_first_day
    day = case.claim.project.start
    rows = case.roster.people if case.roster else ()
    return len({p.id_number for p in rows if (p.insured_from is None or p.insured_from <= day) and (p.insured_to is None or day <= p.insured_to)})
