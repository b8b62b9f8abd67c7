"""二: in the policy's area."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case
from services.domain.finding import Effect, Result
from services.verify.checks import check
from services.verify.results import met, unclear, unmet

CODE = "enterprise.outside_area"


@check
def enterprise_area(case: Case, *, prefixes: tuple[str, ...]) -> Iterator[Result]:
    """The enterprise's division code (GB/T 2260) begins with one of `prefixes`."""
    area = (case.claim.enterprise.area_code or "").strip()
    wanted = ", ".join(prefixes)
    if not area:
        yield unclear(CODE, f"未申报行政区划代码（应以 {wanted} 开头）；请补充或人工核实", f"no area code is declared (it should begin with {wanted}); add it or look it up", subject="area_code", expected=wanted)  # fmt: skip
    elif area.startswith(prefixes):
        yield met()
    else:
        yield unmet(CODE, f"行政区划代码 {area} 不在政策区域内（应以 {wanted} 开头）", f"area code {area} is outside the policy's area (it should begin with {wanted})", subject="area_code", expected=wanted, observed=area, effect=Effect.EXCLUDES)  # fmt: skip
