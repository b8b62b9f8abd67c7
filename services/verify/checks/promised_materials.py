"""四(五): the materials promised in the application are there."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case
from services.domain.finding import Result
from services.verify.checks import check
from services.verify.people import same_word
from services.verify.results import met, not_applicable, unclear, unmet

CODE = "documents.promised_missing"

_MATERIALS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "培训方案": (("plan",), ("plan",)),
    "培训通知": (("notice",), ("notice",)),
    "签到表": (("sign_in_sheet",), ("sign_in_sheet", "sign_in_sheets", "签到簿")),
    "影像资料": (("photo", "video"), ("media", "视频影像")),
    "照片": (("photo",), ("photo", "photos")),
    "视频": (("video",), ("video", "videos")),
    "评价记录": (("assessment",), ("assessment", "assessments", "技能评价记录")),
    "培训发票": (("invoice",), ("invoice", "invoices", "发票")),
    "线上学习记录": (("learning_log",), ("learning_log", "learning_logs")),
    "人脸": (("face",), ("face", "faces")),
    "申报材料": (("application",), ("application",)),
}
"""Material: the kinds of evidence of which one is enough, and its other names. 附件1 lists the first six and two more."""


@check
def promised_materials(case: Case) -> Iterator[Result]:
    """For each promised material there is a file of its kind. Whether it is what it should be is for other clauses."""
    promised = case.claim.promised_materials
    if promised is None:
        yield unclear(
            CODE,
            "未填写承诺提供的材料（promised_materials），无法核对；请补充",
            "the promised materials (promised_materials) are not given, so they cannot be checked; please add them",
            subject="promised_materials",
        )
        return
    yield met() if promised else not_applicable()
    for word in promised:
        known = next((name for name, (_, others) in _MATERIALS.items() if same_word(word) in {same_word(name), *others}), None)
        if known is None:
            yield unclear(CODE, f"承诺材料“{word}”不是已知的材料名称，无法核对；请人工确认", f"the promised material “{word}” is not a known one; please look for it by hand", subject=word, expected="、".join(_MATERIALS), observed=word)  # fmt: skip
        elif not case.of(*_MATERIALS[known][0]):
            yield unmet(
                CODE,
                f"承诺提供的{known}未提交；请补充",
                f"the promised material “{word}” was not submitted; please add it",
                subject=word,
                expected=1,
                observed=0,
            )
