"""Each trainee signed at each session that has a sheet."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case
from services.domain.finding import Result
from services.verify.aspects import first_listings, listed, person_name
from services.verify.checks import check
from services.verify.people import nobody
from services.verify.results import met, not_applicable, unclear, unmet
from services.verify.signature_gaps import SignedRows, gap_of, signed_rows


@check
def sheet_signed(case: Case) -> Iterator[Result]:
    """One finding per trainee with the sessions not signed, 七(二)."""
    rows = signed_rows(case)
    if not rows.pages:
        yield not_applicable()
        return
    if (absent := nobody(case, "sheet.not_signed")) is not None:
        yield absent
        return
    covered = sorted(rows.pages)
    findings = [result for index in first_listings(case) for result in _trainee(case, index, covered, rows)]
    yield from findings or (met(),)


def _trainee(case: Case, index: int, covered: list[int], rows: SignedRows) -> Iterator[Result]:
    gaps = [gap for session in covered if index not in rows.sure[session] and (gap := gap_of(case, index, session, rows))]
    if not gaps:
        return
    name = person_name(case, index)
    for doubtful in (False, True):
        some = [gap for gap in gaps if gap.unclear is doubtful]
        if not some:
            continue
        zh = listed((gap.message.zh for gap in some), more="等{count}次课")
        en = listed((gap.message.en for gap in some), mark=", ", more=" and others ({count} in all)")
        places = tuple(place for gap in some for place in gap.places)
        if doubtful:
            yield unclear("sheet.not_signed", f"{name}的签名无法判定，请人工核对：{zh}", f"whether {name} signed cannot be told, look at: {en}", subject=name,
                          observed=len(some), evidence=places, trainees=(index,))  # fmt: skip
        else:
            yield unmet("sheet.not_signed", f"{name}有{len(some)}次课未签到：{zh}", f"{name} did not sign at {len(some)} sessions: {en}", subject=name,
                        expected=0, observed=len(some), evidence=places, trainees=(index,))  # fmt: skip
