"""Signatures are written, not copied."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case, DoubtKind, Reuse, ReuseKind
from services.domain.evidence import Place
from services.domain.finding import Result
from services.verify.aspects import listed, people_on, person_name, related_to, row_place
from services.verify.checks import check
from services.verify.results import met, not_applicable, unclear, unmet


@check
def sheet_signatures(case: Case) -> Iterator[Result]:
    """No signature is the same ink as another one, on this or another claim's sheet, 七(二)."""
    if not case.attendance:
        yield not_applicable()
        return
    copies = [r for r in case.reuse if r.kind is ReuseKind.SIGNATURE and not (r.claim_no is not None and r.first)]
    told = {_key(r.place) for r in copies}
    findings = [_copy(case, reuse) for reuse in copies]
    findings += [_doubt(case, place, trainee) for place, trainee in _doubted(case) if _key(place) not in told]
    yield from findings or (met(),)


def _key(place: Place) -> tuple[str, int | None, int | None]:
    return (place.file, place.page, place.row)


def _doubted(case: Case) -> Iterator[tuple[Place, int | None]]:
    seen = set()
    for page in case.attendance:
        for row in page.rows:
            if DoubtKind.SIGNATURE_COPIED not in row.doubts:
                continue
            place = row_place(page, row)
            if _key(place) not in seen:
                seen.add(_key(place))
                yield place, row.trainee


def _copy(case: Case, reuse: Reuse) -> Result:
    people = people_on(case, reuse.place)
    who = listed(person_name(case, i) for i in people) or f"{reuse.place.file}第{reuse.place.row}行"
    source = f"{reuse.other.file}第{reuse.other.page or 1}页第{reuse.other.row}行" if reuse.other.row else reuse.other.file
    elsewhere = f"（申报{reuse.claim_no}）" if reuse.claim_no else ""
    places = (reuse.place,) if reuse.claim_no else (reuse.place, reuse.other)
    zh, en = f"{who}的签名与{source}{elsewhere}的签名笔迹相同", f"the signature of {who} is the same ink as one on {reuse.other.file}, row {reuse.other.row}"
    en += f" of claim {reuse.claim_no}" if reuse.claim_no else ""
    say = unmet if reuse.certain else unclear
    ending, ending_en = (
        ("，疑似复制粘贴，该行不计", ": it was copied, the row is not counted") if reuse.certain else ("，疑似复制，请人工比对", ": compare by eye")
    )
    return say("sheet.signature_copied", zh + ending, en + ending_en, subject=who, evidence=places, related=related_to(case, reuse), trainees=people)


def _doubt(case: Case, place: Place, trainee: int | None) -> Result:
    people = () if trainee is None else (trainee,)
    who = person_name(case, trainee) if trainee is not None else f"{place.file}第{place.row}行"
    return unmet("sheet.signature_copied", f"{who}的签名疑似复制粘贴，该行不计", f"the signature of {who} was copied, the row is not counted", subject=who,
                 evidence=(place,), trainees=people)  # fmt: skip
