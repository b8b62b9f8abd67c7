"""The law in examples: `tests/golden/law/*.yaml`, which an official can read, against what the program makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.domain.finding import Judgement
from services.domain.policy import MANUAL
from services.report.score import verdict
from services.verify.policy_file import find_policy
from tests.golden.story import verify_all

LAW = Path(__file__).parents[2] / "golden" / "law"
POLICY = find_policy("changchun-2021-33")
OUTCOMES = {"符合": "met", "不符合": "unmet", "待定": "unclear", "不适用": "not_applicable", "提示": "met"}
VERDICTS = {"通过": "pass", "复核": "review", "不予通过": "fail"}
GROUPS: list[dict[str, Any]] = [group for file in sorted(LAW.glob("*.yaml")) for group in yaml.safe_load(file.read_text(encoding="utf-8"))]
CASES = [pytest.param(group["条款"], case, id=f"{group['条款']}: {case['名称']}") for group in GROUPS for case in group["案例"]]
KEYS = {"条款", "发现", "没有", "结论", "支持", "待定金额"}


def money(value: Any) -> str:
    return "无法核算" if value is None else f"{value:.2f}"


def seen(judgement: Judgement, clause: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What came out, in the words of the case, as far as the case says anything about it."""
    outcomes = {c.id: c.outcome.value for c in judgement.clauses}
    found: dict[str, set[str]] = {}
    for finding in judgement.findings:
        found.setdefault(finding.code, set()).add(finding.outcome.value)
    everything = {
        "条款": next(word for word in OUTCOMES if OUTCOMES[word] == outcomes[clause]),
        "发现": {code: word if OUTCOMES[word] in found.get(code, ()) else sorted(found.get(code, ())) for code, word in wanted.get("发现", {}).items()},
        "没有": [code for code in wanted.get("没有", ()) if code not in found],
        "结论": next(word for word in VERDICTS if VERDICTS[word] == verdict(judgement)),
        "支持": money(judgement.supported),
        "待定金额": money(judgement.unclear),
    }
    return {key: everything[key] for key in wanted}


@pytest.mark.parametrize(("clause", "case"), CASES)
def test_the_law_in_examples(clause: str, case: dict[str, Any]) -> None:
    told, wanted = case["申报"], case["结果"]
    assert set(wanted) <= KEYS and wanted
    assert all(set(words) for words in (told, *case.get("先前申报", ())) if words)
    judged = verify_all([*case.get("先前申报", ()), told], POLICY, withdrawn=case.get("撤回", ()))
    judgement = judged[told.get("编号", "本申报")][1]
    said = [f"{f.code} {f.outcome.value}: {f.message.zh}" for f in judgement.findings]
    assert seen(judgement, clause, wanted) == wanted, "\n".join(said)


def test_there_are_cases_for_every_clause_met_unmet_and_unclear() -> None:
    assert len(CASES) >= 60
    told = {group["条款"]: {case["结果"]["条款"] for case in group["案例"]} for group in GROUPS}
    excused = {group["条款"]: {word.removeprefix("不会") for word in group if word.startswith("不会")} for group in GROUPS}
    for clause in POLICY.clauses:
        if clause.check != MANUAL:
            missing = {"符合", "不符合", "待定"} - told.get(clause.id, set())
            assert missing == excused.get(clause.id, set()), clause.id
