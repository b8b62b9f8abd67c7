"""What is to be said of one row of a sign-in sheet: nobody known, no trainee, several people, name and number apart, twice. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case, DoubtKind, RowStatus, SheetAttendance, SheetRowMatch
from services.domain.evidence import Place
from services.domain.finding import Result
from services.domain.identity import mask_id_number
from services.verify.aspects import listed, person_name, row_place
from services.verify.results import unclear, unmet

_ID_LENGTH = 18


def row_results(case: Case, page: SheetAttendance, row: SheetRowMatch) -> Iterator[Result]:
    where = f"{page.file}第{page.page}页第{row.row}行"
    where_en = f"{page.file}, page {page.page}, row {row.row}"
    place = (row_place(page, row),)
    contradicted = DoubtKind.ID_MISMATCH in row.doubts
    if row.status is RowStatus.UNKNOWN:
        yield _unknown(case, row, where, where_en, place)
    elif row.status is RowStatus.AMBIGUOUS and not contradicted:
        yield _ambiguous(case, row, where, where_en, place)
    elif row.status is RowStatus.MATCHED and row.trainee is None and case.trainees is not None:
        name = f"{row.name}（{mask_id_number(row.id_number)}）"
        yield unmet("sheet.person_not_trainee", f"{where}的{name}在参保名单中，但不在本次申报人员名单",
                    f"{where_en}: {name} is on the roster but not a trainee of this claim", subject=name, evidence=place)  # fmt: skip
    if contradicted:
        yield _mismatch(row, where, where_en, place)
    if DoubtKind.PERSON_TWICE in row.doubts:
        yield unmet("sheet.person_twice", f"{where}的{row.name}在同一签到表中重复出现，只计一次", f"{where_en}: {row.name} is listed twice on the sheet; counted once",
                    subject=row.name or "", evidence=place, trainees=_people(row))  # fmt: skip


def _people(row: SheetRowMatch) -> tuple[int, ...]:
    """The trainees a row is, or may be."""
    if row.trainee is not None:
        return (row.trainee,)
    return tuple(dict.fromkeys(c.trainee for c in row.candidates if c.trainee is not None))


def _mismatch(row: SheetRowMatch, where: str, where_en: str, place: tuple[Place, ...]) -> Result:
    """Name and number of a row are not one person's."""
    expected = mask_id_number(row.id_number) or listed((f"{c.name} {mask_id_number(c.id_number)}" for c in row.candidates), 3, more="等")
    observed = mask_id_number(row.id_text)
    told = unmet if len(row.id_text or "") == _ID_LENGTH else unclear  # what was read of it in part says little of what is written
    return told("sheet.id_mismatch", f"{where}姓名为“{row.name or ''}”，但所写身份证号（{observed or '辨认不全'}）与名单（{expected}）不符，请人工核对",
                 f"{where_en}: the ID number written ({observed or 'partly illegible'}) and the name “{row.name or ''}” are not one person's ({expected}); check by eye",
                 subject=row.name or where, expected=expected or None, observed=observed or None, evidence=place, trainees=_people(row))  # fmt: skip


def _unknown(case: Case, row: SheetRowMatch, where: str, where_en: str, place: tuple[Place, ...]) -> Result:
    """A name that is nobody's; one that cannot be read may be anybody's, also a trainee's. Without the trainees it can't be told either."""
    if not row.name:
        return unclear(
            "sheet.person_unknown", f"{where}的姓名无法辨认，请人工辨认", f"{where_en}: the name cannot be read; read it by eye", subject=where, evidence=place
        )
    if case.trainees is None:
        return unclear("sheet.person_unknown", f"{where}的“{row.name}”不在参保名单中；未提供培训补贴人员信息（trainees），无法判断，请补充",
                       f"{where_en}: “{row.name}” is not on the roster, and there is no trainees file to tell by; please add it", subject=row.name, evidence=place)  # fmt: skip
    near = listed((f"{c.name}（{c.confidence:.0%}）" for c in row.candidates), 3, more="等")
    hint, hint_en = (f"；相近姓名：{near}", f"; similar names: {near}") if near else ("", "")
    return unmet("sheet.person_unknown", f"{where}的“{row.name}”不能对应到参保名单或申报名单中的人员{hint}",
                 f"{where_en}: “{row.name}” is nobody on the roster or the list{hint_en}", subject=row.name, evidence=place)  # fmt: skip


def _ambiguous(case: Case, row: SheetRowMatch, where: str, where_en: str, place: tuple[Place, ...]) -> Result:
    who = listed((f"{c.name}（{mask_id_number(c.id_number)}，{c.confidence:.0%}）" for c in row.candidates), 5, more="等{count}人")
    people = _people(row)
    named = "、".join(dict.fromkeys(person_name(case, i) for i in people)) or row.name or where
    return unclear("sheet.name_ambiguous", f"{where}的姓名对应多人：{who}，请人工确认", f"{where_en}: the name fits several people: {who}; decide by eye", subject=named,
                   observed=row.name, evidence=place, trainees=people)  # fmt: skip
