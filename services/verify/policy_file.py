"""A policy file (YAML) -> `domain.policy.Policy`, every clause bound to its check; what is wrong is told by line, with the fix."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from services.domain.errors import NotFound, PolicyInvalid
from services.domain.policy import MANUAL, About, Clause, Dated, Policy, Rules
from services.domain.text import Message
from services.verify.checks import all_checks
from services.verify.policy_values import WrongType, bind, convert, parameters
from services.verify.policy_yaml import At, Problems, is_name, nearest, plain, read_yaml

POLICIES = Path(__file__).parent / "policies"

_POLICY: dict[str, Any] = {"id": str, "version": str, "title": str, "source": str, "validity": Any, "rules": Any, "clauses": Any}
_CLAUSE: dict[str, Any] = {"id": str, "article": str, "text": str, "about": Literal["claim", "persons"], "check": str}
_CLAUSE_OPTIONAL: dict[str, Any] = {"weight": Decimal, "critical": bool, "practice": bool, "values": Any}
_RULES: dict[str, Any] = {
    "rates": Any,
    "cap": Decimal,
    "minutes_per_class_hour": int,
    "online_hours_per_day": Decimal,
    "face_interval_minutes": Decimal,
    "signatures": Literal["all", "any"],
    "categories": tuple[str, ...],
}
_RULES_OPTIONAL: dict[str, Any] = {"idle_cap_minutes": Decimal | None}


def load_policy(path: Path) -> Policy:
    """The policy of a file. Raises PolicyInvalid with the first problem's line (the message counts the others), NotFound without the file."""
    policy, problems = _read(path)
    if problems.found or policy is None:
        first, more = problems.found[0], len(problems.found) - 1
        zh, en = (f"（另有{more}处问题）", f" (and {more} more)") if more else ("", "")
        where = f"{path.name}:{first.line}: "
        raise PolicyInvalid(Message(f"{where}{first.message.zh}{zh}", f"{where}{first.message.en}{en}"), line=first.line)
    return policy


def check_policy(path: Path) -> tuple[PolicyInvalid, ...]:
    """Everything that is wrong with a policy file, by line; empty: nothing. Raises NotFound without the file."""
    return tuple(sorted(_read(path)[1].found, key=lambda problem: problem.line or 0))


def list_policies(*extra: Path) -> tuple[Policy, ...]:
    """Every policy of the product and of the directories given, by id; of an id in both, the one of the last directory."""
    found = {p.id: p for folder in (POLICIES, *extra) for p in map(_unchanged, sorted(folder.glob("*.yaml")))}
    return tuple(found[key] for key in sorted(found))


def _unchanged(path: Path) -> Policy:
    """The policy of a file, parsed anew only when the file has changed: a batch asks for it with every claim."""
    state = path.stat()
    return _cached(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=64)
def _cached(path: Path, modified_ns: int, size: int) -> Policy:
    return load_policy(path)


def find_policy(policy_id: str, *extra: Path) -> Policy:
    """The policy of that id. Raises NotFound, saying which there are."""
    policies = list_policies(*extra)
    for policy in policies:
        if policy.id == policy_id:
            return policy
    known = ", ".join(p.id for p in policies)
    raise NotFound(Message(f"没有政策 {policy_id}；现有：{known}", f"there is no policy {policy_id}; there are: {known}"))


def _read(path: Path) -> tuple[Policy | None, Problems]:
    problems = Problems()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise NotFound(Message(f"找不到政策文件 {path}", f"there is no policy file {path}")) from None
    except (UnicodeDecodeError, OSError) as error:
        problems.add(1, f"无法读取：{error}；请以UTF-8保存", f"cannot be read: {error}; save it as UTF-8")
        return None, problems
    tree = read_yaml(text, problems)
    policy = _policy(tree, problems) if tree is not None else None
    return policy if not problems.found else None, problems


def _policy(tree: At, problems: Problems) -> Policy | None:
    top = _fields(tree, _POLICY, {}, "政策", "the policy", problems)
    if not is_name(top.get("id", "a")):
        problems.add(tree.value["id"].line, "id 应为小写字母、数字和连字符", "id should be small letters, digits and hyphens")
    days = _fields(tree.value["validity"], {"first": date, "last": date}, {}, "validity", "validity", problems) if "validity" in top else {}
    if len(days) == 2 and days["last"] < days["first"]:
        problems.add(tree.value["validity"].line, "有效期的止日早于起日；请对调", "the validity ends before it begins; swap the days")
    rules = [(day, _rules(at, problems)) for day, at in _by_day(tree.value["rules"], "rules", problems)] if "rules" in top else []
    clauses = _clauses(tree.value["clauses"], problems) if "clauses" in top else []
    if problems.found:
        return None
    return Policy(
        id=top["id"],
        version=top["version"],
        title=top["title"],
        source=top["source"],
        valid_from=days["first"],
        valid_to=days["last"],
        clauses=tuple(clauses),
        rules_by_day=tuple((day, r) for day, r in rules if r is not None),
    )


def _fields(at: At, required: dict[str, Any], optional: dict[str, Any], zh: str, en: str, problems: Problems) -> dict[str, Any]:
    """The fields of a mapping in their types; `Any` leaves the subtree to the caller."""
    known = {**required, **optional}
    if not isinstance(at.value, dict):
        problems.add(at.line, f"{zh}应为 名称: 值 的形式", f"{en} should be of the form name: value")
        return {}
    out: dict[str, Any] = {}
    for key, child in at.value.items():
        if key not in known:
            hint_zh, hint_en = nearest(str(key), list(known))
            problems.add(at.keys[key], f"{zh}没有 {key} 一项；{hint_zh}", f"{en} has no field {key}; {hint_en}")
            continue
        try:
            out[key] = convert(plain(child), known[key])
        except WrongType as error:
            problems.add(child.line, f"{key} 应为{error.zh}，现为 {plain(child)}", f"{key} should be {error.en}, found {plain(child)}")
            continue
        if out[key] in ("", None, ()) and key in required:
            del out[key]
            problems.add(child.line, f"{key} 不能为空", f"{key} must not be empty")
    for key in required.keys() - at.value.keys():
        problems.add(at.line, f"{zh}缺少 {key}；请补上", f"{en} has no {key}; add it")
    return out


def _by_day(at: At, name: str, problems: Problems) -> Sequence[tuple[date, At]]:
    """Values by the day they came into force, in order of days."""
    if not isinstance(at.value, dict) or not at.value:
        problems.add(at.line, f"{name} 应按生效日期列出，如 2021-01-01: …", f"{name} should be listed by day, as 2021-01-01: …")
        return []
    days: list[date] = []
    for key in at.value:
        if not isinstance(key, date):
            problems.add(at.keys[key], f"{key} 不是日期；应写作 2021-01-01", f"{key} is no date; write it as 2021-01-01")
            continue
        if days and key <= days[-1]:
            problems.add(at.keys[key], f"{key} 应排在 {days[-1]} 之前；请按日期先后排列", f"{key} should stand before {days[-1]}; order the days")
        days.append(key)
    return [(day, at.value[day]) for day in sorted(days)]


def _rules(at: At, problems: Problems) -> Rules | None:
    before = len(problems.found)
    fields = _fields(at, _RULES, _RULES_OPTIONAL, "rules", "rules", problems)
    rates = _rates(at.value["rates"], problems) if "rates" in fields else {}
    for key in ("cap", "minutes_per_class_hour", "online_hours_per_day", "face_interval_minutes", "idle_cap_minutes"):
        if fields.get(key) is not None and fields[key] <= 0:
            problems.add(at.value[key].line, f"{key} 应大于0", f"{key} should be above 0")
    if fields.get("online_hours_per_day", 0) > 24:
        problems.add(
            at.value["online_hours_per_day"].line, "online_hours_per_day 不能超过24小时", "online_hours_per_day must not be above 24: a day has no more"
        )
    return Rules(**{**fields, "rates": rates}) if len(problems.found) == before else None


def _rates(at: At, problems: Problems) -> dict[str, Decimal | None]:
    """Rates by training type; each entry lists the names of one type (a type paid under another document has rate null)."""
    rates: dict[str, Decimal | None] = {}
    if not isinstance(at.value, tuple):
        problems.add(at.line, "rates 应为列表：- {types: [岗前培训], rate: 20}", "rates should be a list: - {types: [岗前培训], rate: 20}")
        return rates
    for entry in at.value:
        fields = _fields(entry, {"types": tuple[str, ...]}, {"rate": Decimal | None, "note": str}, "rates", "rates", problems)
        if isinstance(entry.value, dict) and "rate" not in entry.value:
            problems.add(entry.line, "缺少 rate；另有文件规定的写 rate: null", "rate is missing; write rate: null where another document sets it")
        if (fields.get("rate") or 0) < 0:
            problems.add(entry.line, "rate 不能为负", "rate must not be negative")
        for name in fields.get("types", ()):
            if name in rates:
                problems.add(entry.line, f"培训类型 {name} 重复", f"training type {name} stands here twice")
            rates[name] = fields.get("rate")
    return rates


def _clauses(at: At, problems: Problems) -> list[Clause]:
    if not isinstance(at.value, tuple):
        problems.add(at.line, "clauses 应为列表，每条以 - 开头", "clauses should be a list, each beginning with -")
        return []
    found = [clause for clause in (_clause(entry, problems) for entry in at.value) if clause is not None]
    lines: dict[str, int] = {}
    for entry in at.value:
        name = plain(entry).get("id") if isinstance(entry.value, dict) else None
        if isinstance(name, str) and lines.setdefault(name, entry.line) != entry.line:
            problems.add(entry.value["id"].line, f"条款编号 {name} 重复（前一处在第{lines[name]}行）；请改名", f"clause {name} stands here twice (first on line {lines[name]}); rename one")  # fmt: skip
    return found


def _clause(at: At, problems: Problems) -> Clause | None:
    before = len(problems.found)
    fields = _fields(at, _CLAUSE, _CLAUSE_OPTIONAL, "条款", "the clause", problems)
    if "id" in fields and not is_name(fields["id"]):
        problems.add(at.value["id"].line, f"{fields['id']}：id 应为小写字母、数字和连字符", f"{fields['id']}: id should be small letters, digits and hyphens")
    if fields.get("weight", 0) < 0:
        problems.add(at.value["weight"].line, "weight 不能为负", "weight must not be negative")
    values = _values(at, fields, problems)
    if len(problems.found) > before or values is None:
        return None
    manual = fields["check"] == MANUAL
    about: About = fields["about"]
    return Clause(
        id=fields["id"],
        article=fields["article"],
        text=fields["text"],
        about=about,
        check=fields["check"],
        weight=fields.get("weight", Decimal(0 if manual else 1)),
        critical=fields.get("critical", False),
        values=values,
        practice=fields.get("practice", False),
    )


def _values(at: At, fields: dict[str, Any], problems: Problems) -> Dated | None:
    name = fields.get("check")
    if name is None:
        return None
    none = Dated(((date.min, {}),))
    if name == MANUAL:
        for key in ("values", "critical", "weight"):
            if fields.get(key):
                problems.add(at.keys[key], f"人工审核的条款没有 {key}；请删去", f"a manual clause has no {key}; remove it")
        return none
    checks = all_checks()
    if name not in checks:
        zh, en = nearest(name, [*checks, MANUAL])
        problems.add(at.value["check"].line, f"没有名为 {name} 的检查；{zh}", f"there is no check {name}; {en}")
        return None
    if "values" not in at.value:
        needed = [key for key, (_, required) in parameters(checks[name]).items() if required]
        if needed:
            problems.add(at.line, f"检查 {name} 需要数值 {', '.join(needed)}；请补上 values", f"check {name} needs {', '.join(needed)}; add values")
        return none
    return Dated(tuple((day, bind(name, checks[name], child, problems)) for day, child in _by_day(at.value["values"], "values", problems)) or none.by_day)
