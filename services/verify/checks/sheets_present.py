"""Training in a room is shown by sign-in sheets."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case
from services.domain.evidence import EvidenceKind, Place
from services.domain.finding import Result
from services.verify.aspects import everybody, is_offline, refused
from services.verify.checks import check
from services.verify.results import met, not_applicable, unclear, unmet


@check
def sheets_present(case: Case) -> Iterator[Result]:
    """At least one sign-in sheet for theory or practical training, 七(二)."""
    offline = is_offline(case)
    files = case.of("sign_in_sheet")
    if offline is False and not files:
        yield not_applicable()
    elif case.attendance:
        yield met()
    elif files or refused(case, EvidenceKind.SIGN_IN_SHEET):
        yield unclear(
            "sheet.missing",
            "已提交的签到表均无法辨读，无法认定线下培训的签到情况，请重新提交清晰的扫描件或照片",
            "none of the sign-in sheets handed in can be read; hand in clear scans or photos",
            subject="签到表",
            expected=1,
            observed=0,
            evidence=tuple(Place(item.file.path) for item in files),
            trainees=everybody(case),
        )
    elif offline is None:
        yield unclear(
            "sheet.missing",
            "申报信息未说明培训方式，也未提交签到表，无法判断是否应有签到表，请补充培训方式或签到表",
            "the claim does not say how the training was given and has no sign-in sheet; state the modes or hand in the sheets",
            subject="签到表",
            trainees=everybody(case),
        )
    else:
        yield unmet(
            "sheet.missing",
            "项目含理论授课或实操培训，但未提交任何签到表，请补交",
            "the project has theory or practical training, but no sign-in sheet was handed in",
            subject="签到表",
            expected=1,
            observed=0,
            trainees=everybody(case),
        )
