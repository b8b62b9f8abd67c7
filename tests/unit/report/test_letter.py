"""What the letter of return asks for."""

from __future__ import annotations

from typing import Any

from services.report.workbench.correctable import beyond_correction, in_words, to_correct


def finding(code: str, zh: str, subject: str | None = None, severity: str = "warning") -> dict[str, Any]:
    return {"code": code, "severity": severity, "subject": subject, "message": {"zh": zh, "en": ""}}


def test_what_cannot_be_corrected_and_what_was_said_already_is_left_out() -> None:
    findings = [
        finding("claim.late", "逾期"),
        finding("documents.promised_missing", "承诺提供的评价记录未提交", "assessment"),
        finding("documents.promised_missing", "承诺提供的发票未提交", "invoice"),
        finding("video.looped", "循环"),
        finding("video.looped", "循环"),
        finding("documents.assessment_missing", "未提交评价记录", "assessment", "critical"),
    ]
    assert [f["message"]["zh"] for f in to_correct(findings)] == ["未提交评价记录", "承诺提供的发票未提交", "循环"]
    assert beyond_correction(findings) == 1


def test_folders_are_put_in_words() -> None:
    assert in_words("未提交评价记录；请放入 assessments/（评价记录）") == "未提交评价记录；请提交评价记录"
    assert in_words("请放入 plan/（培训方案）, notice/（培训通知）") == "请提交培训方案或培训通知"
    assert in_words("照片photos/1.jpg与photos/2.jpg相同") == "照片photos/1.jpg与photos/2.jpg相同"
