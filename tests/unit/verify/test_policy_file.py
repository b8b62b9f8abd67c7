"""Loading policies, and telling an author what is wrong, where, and how to mend it."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from services.domain.errors import NotFound, PolicyInvalid
from services.domain.policy import MANUAL
from services.verify.checks import all_checks
from services.verify.policy_file import POLICIES, check_policy, find_policy, list_policies, load_policy
from services.verify.policy_values import parameters

GOOD = """\
id: other-2022
version: "1"
title: 另一份办法
source: 虚构
validity: {first: 2022-01-01, last: 2022-12-31}
rules:
  2022-01-01:
    rates:
      - {types: [岗前培训, induction], rate: 25.50}
      - {types: [技能竞赛], rate: null}
    cap: 2500
    minutes_per_class_hour: 50
    online_hours_per_day: 8
    face_interval_minutes: 10
    signatures: any
    categories: [参保职工]
clauses:
  - id: size
    article: 第一条
    text: 职工总量不少于3000人
    about: claim
    check: enterprise_size
    weight: 2.5
    critical: true
    values:
      2022-01-01: {minimum: 3000}
      2022-07-01: {minimum: 2000}
  - id: standing
    article: 第二条
    text: 信誉良好
    about: claim
    check: manual
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_everything_of_a_good_file(tmp_path):
    policy = load_policy(written(tmp_path, GOOD))
    assert (policy.id, policy.version, policy.valid_from, policy.valid_to) == ("other-2022", "1", date(2022, 1, 1), date(2022, 12, 31))
    rules = policy.rules(date(2022, 3, 1))
    assert rules.rates == {"岗前培训": Decimal("25.50"), "induction": Decimal("25.50"), "技能竞赛": None}
    assert (rules.cap, rules.minutes_per_class_hour, rules.signatures, rules.categories) == (Decimal(2500), 50, "any", ("参保职工",))
    size, standing = policy.clauses
    assert (size.weight, size.critical, standing.check, standing.weight) == (Decimal("2.5"), True, MANUAL, 0)


def test_the_values_of_the_training_day_apply(tmp_path):
    size = load_policy(written(tmp_path, GOOD)).clauses[0].values
    assert [size.on(d)["minimum"] for d in (date(2021, 5, 1), date(2022, 6, 30), date(2022, 7, 1))] == [3000, 3000, 2000]


MISTAKES = [
    ("check: enterprise_size", "check: enterprize_size", "check: enterprize_size", "do you mean enterprise_size?"),
    ("{minimum: 3000}", "{minimun: 3000}", "{minimun: 3000}", "do you mean minimum?"),
    ("{minimum: 3000}", "{}", "{}", "needs the value minimum"),
    ("{minimum: 3000}", "{minimum: many}", "{minimum: many}", "a whole number"),
    ("{minimum: 3000}", "{minimum: 3000.5}", "{minimum: 3000.5}", "a whole number"),
    ("{minimum: 3000}", "{minimum: true}", "{minimum: true}", "a whole number"),
    ("2022-07-01", "2021-07-01", "2021-07-01", "order the days"),
    ("2022-07-01", "2022-01-01", "LAST 2022-01-01", "twice"),
    ("2022-07-01:", "July:", "July:", "is no date"),
    ("source: 虚构", "source: ''", "source: ''", "must not be empty"),
    ("source: 虚构\n", "", "id: other", "has no source"),
    ("title:", "tittle:", "tittle:", "do you mean title?"),
    ("last: 2022-12-31", "last: 2021-12-31", "last: 2021-12-31", "ends before it begins"),
    ("last: 2022-12-31", "last: 2022-13-31", "last: 2022-13-31", "2022-13-31"),
    ("id: standing", "id: size", "LAST id: size", "stands here twice"),
    ("id: standing", "id: Standing Clause", "id: Standing Clause", "small letters"),
    ("about: claim\n    check: manual", "about: enterprise\n    check: manual", "about: enterprise", "one of claim | persons"),
    ("check: manual", "check: manual\n    critical: true", "LAST critical", "a manual clause has no critical"),
    ("weight: 2.5", "weight: -1", "weight: -1", "must not be negative"),
    ("weight: 2.5", "weight: heavy", "weight: heavy", "a number"),
    ("critical: true", "critical: maybe", "critical: maybe", "true or false"),
    ("    text: 信誉良好\n", "", "- id: standing", "has no text"),
    ("cap: 2500", "cap: 0", "cap: 0", "above 0"),
    ("online_hours_per_day: 8", "online_hours_per_day: 80", "online_hours_per_day: 80", "must not be above 24"),
    ("signatures: any", "signatures: any\n    idle_cap_minutes: 0", "idle_cap_minutes: 0", "above 0"),
    ("rate: 25.50", "rate: -1", "rate: -1", "must not be negative"),
    ("rate: 25.50", "rate: a lot", "rate: a lot", "a number"),
    ("types: [岗前培训, induction]", "types: [技能竞赛]", "rate: null", "twice"),
    ("signatures: any", "signatures: some", "signatures: some", "all | any"),
    ("    categories: [参保职工]\n", "", "rates:", "has no categories"),
    ("categories: [参保职工]", "categories: 参保职工", "categories: 参保职工", "a list"),
    ('version: "1"', 'version: "1', 'version: "1', "YAML"),
    ("id: other-2022\n", "id: other-2022\n\tx: 1\n", "\tx", "YAML"),
]


@pytest.mark.parametrize(("old", "new", "mark", "hint"), MISTAKES, ids=[f"{m[1][:25]!r}" for m in MISTAKES])
def test_typical_mistakes_are_named_with_line_and_mend(tmp_path, old, new, mark, hint):
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    path = written(tmp_path, text)
    places = [number for number, line in enumerate(text.split("\n"), 1) if mark.removeprefix("LAST ") in line]
    problems = check_policy(path)
    assert hint in " / ".join(p.message.en for p in problems)
    found = next(p for p in problems if hint in p.message.en)
    assert found.line == (places[-1] if mark.startswith("LAST ") else places[0])
    with pytest.raises(PolicyInvalid) as caught:
        load_policy(path)
    assert caught.value.line is not None
    assert caught.value.message.zh.startswith("policy.yaml:")


def test_all_problems_are_told_at_once(tmp_path):
    text = GOOD.replace("cap: 2500", "cap: none").replace("check: enterprise_size", "check: size").replace("text: 信誉良好", "txt: 信誉良好")
    problems = check_policy(written(tmp_path, text))
    assert len(problems) == 4  # the last mistake is an unknown field and a missing one
    assert [p.line for p in problems] == sorted(p.line for p in problems)


@pytest.mark.parametrize("text", ["", "[]", "just words", "id: [1", "clauses: {}", "- a\n- b"])
def test_what_is_no_policy_at_all(tmp_path, text):
    assert check_policy(written(tmp_path, text))


def test_a_file_in_another_encoding_or_none(tmp_path):
    path = tmp_path / "gb.yaml"
    path.write_bytes("title: 办法".encode("gb18030"))
    assert "UTF-8" in check_policy(path)[0].message.en
    with pytest.raises(NotFound):
        load_policy(tmp_path / "nothing.yaml")


def test_policies_are_found_by_id_here_and_in_further_directories(tmp_path):
    written(tmp_path, GOOD)
    assert "changchun-2021-33" in {p.id for p in list_policies()}
    assert find_policy("other-2022", tmp_path).title == "另一份办法"
    with pytest.raises(NotFound, match="changchun-2021-33"):
        find_policy("other-2022")


def test_the_products_policies_have_no_problems():
    for path in sorted(POLICIES.glob("*.yaml")):
        assert [f"{p.line}: {p.message.en}" for p in check_policy(path)] == []


def test_the_law_of_changchun():
    policy = find_policy("changchun-2021-33")
    rules = policy.rules(date(2021, 6, 1))
    assert {t: rules.rates[t] for t in ("岗前培训", "转岗转业培训", "专项技能培训", "安全生产培训", "标准作业能力提升", "岗位练兵培训")} == dict.fromkeys(
        ("岗前培训", "转岗转业培训", "专项技能培训", "安全生产培训", "标准作业能力提升", "岗位练兵培训"), Decimal(20)
    )
    assert rules.rates["岗位技能提升培训"] is None
    assert rules.rates["职业技能竞赛"] is None
    assert (rules.cap, rules.minutes_per_class_hour) == (Decimal(3000), 45)
    assert (policy.valid_from, policy.valid_to) == (date(2021, 1, 1), date(2021, 12, 31))
    assert all(c.weight > 0 for c in policy.clauses if c.check != MANUAL)


def test_every_article_of_the_document_has_its_clauses():
    """二 to 七 item by item, the two annexes and the days of validity; those that evidence cannot decide are for a reviewer."""
    articles = {c.article for c in find_policy("changchun-2021-33").clauses}
    items = {"三": 3, "四": 5, "五": 4, "六": 3, "七": 5}
    wanted = {f"{part}({'一二三四五'[k]})" for part, count in items.items() for k in range(count)}
    assert wanted | {"二", "有效期", "附件1", "附件2"} | {f"附件2 {n}" for n in "一二三四五"} <= articles


def test_every_check_serves_a_clause_and_has_a_docstring():
    used = {c.check for p in list_policies() for c in p.clauses}
    assert set(all_checks()) - used == set()
    assert [name for name, check in all_checks().items() if not check.__doc__] == []
    assert all(kind is not None for check in all_checks().values() for kind, _ in parameters(check).values())


def test_a_changed_file_is_read_anew(tmp_path):
    written(tmp_path, GOOD)
    assert find_policy("other-2022", tmp_path).version == "1"
    written(tmp_path, GOOD.replace('version: "1"', 'version: "1.1"'))
    assert find_policy("other-2022", tmp_path).version == "1.1"
