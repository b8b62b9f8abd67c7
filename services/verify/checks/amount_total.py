"""四(四): the total claimed is the sum over the people."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from services.domain.case import Case
from services.domain.evidence import Place
from services.domain.finding import Result
from services.verify.checks import check
from services.verify.money import yuan
from services.verify.people import nobody
from services.verify.results import met, unclear, unmet

CODE = "claim.amount_mismatch"


@check
def amount_total(case: Case) -> Iterator[Result]:
    """The claimed total equals the sum of the trainees' amounts. Not stated, the sum stands in and nothing can differ."""
    missing = nobody(case, CODE)
    if missing is not None or case.trainees is None:
        yield missing or met()
        return
    claimed = case.claim.claimed_amount
    blank = tuple(i for i, p in enumerate(case.trainees.people) if p.amount is None)
    total = sum((p.amount for p in case.trainees.people if p.amount is not None), Decimal(0))
    place = (Place(case.trainees.file),)
    if blank:
        yield unclear(CODE, f"{len(blank)}人未填写补贴金额，无法与申报总额核对；请补充", f"{len(blank)} people have no amount, so the total cannot be compared; please add them", subject="claimed_amount", observed=len(blank), evidence=place, trainees=blank)  # fmt: skip
    elif claimed is None or claimed == total:
        yield met()
    else:
        yield unmet(CODE, f"申报总额{yuan(claimed)}元，人员明细合计{yuan(total)}元", f"the total claimed is {yuan(claimed)}, the trainees' amounts add up to {yuan(total)}", subject="claimed_amount", expected=yuan(total), observed=yuan(claimed), evidence=place)  # fmt: skip
