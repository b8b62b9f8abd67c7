"""The letter with which a claim goes back to the enterprise: its open findings, in the order of their weight, with what to do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.domain.claim import SHANGHAI
from services.report.workbench.correctable import in_words, to_correct
from services.report.workbench.dossier import Dossier

_MOST = 40


def letter_of(dossier: Dossier) -> str:
    """In Chinese, as plain text: enterprises get it as it stands. Empty where nothing is open that the enterprise could correct."""
    report = dossier.report
    found = to_correct(dossier.open)
    if report is None or not found:
        return ""
    lines = [
        f"{report.claim['enterprise']['name']}：",
        "",
        f"你单位申报的“{report.claim['project']['name']}”（申报编号 {report.claim['claim_no']}）经核验，以下事项须补正或说明：",
        "",
        *(f"{n}. {_says(f)}" for n, f in enumerate(found[:_MOST], start=1)),
        *([f"……另有{len(found) - _MOST}项，见核验报告。"] if len(found) > _MOST else []),
        "",
        "请补充或更正上述材料后重新提交。",
        "",
        datetime.now(SHANGHAI).strftime("%Y年%m月%d日").replace("年0", "年").replace("月0", "月"),
    ]
    return "\n".join(lines)


def _says(finding: Mapping[str, Any]) -> str:
    article = f"（依据{finding['article']}）" if finding["article"] else ""
    return f"{in_words(finding['message']['zh']).rstrip('。')}{article}。"
