"""`hezheng policy list|show|check`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import typer

from services.cli.serving import settings_for
from services.domain.errors import HezhengError
from services.domain.policy import MANUAL, Rules
from services.verify.policy_file import check_policy, find_policy, list_policies


def _places() -> tuple[Path, ...]:
    """Where policies are beside those that come with the program."""
    return (settings_for(None).policies_path(),)


def list_all() -> int:
    for policy in list_policies(*_places()):
        typer.echo(f"{policy.id}  {policy.version}  {policy.valid_from} – {policy.valid_to}  {policy.title}")
    return 0


def show(policy_id: str, day: str | None) -> int:
    """The law as it stood on a day: each clause with its check, weight and numbers."""
    try:
        policy = find_policy(policy_id, *_places())
        on = date.fromisoformat(day) if day else policy.valid_from
    except HezhengError as error:
        typer.echo(f"{error.message.zh} / {error.message.en}", err=True)
        return 2
    except ValueError:
        typer.echo(f"--on {day}: 应为日期，如 2021-11-08 / a day such as 2021-11-08 is expected", err=True)
        return 2
    typer.echo(f"{policy.title}\n{policy.id} {policy.version}，{on} 施行的数值 / values in force on {on}\n{policy.source}\n")
    if not policy.valid_from <= on <= policy.valid_to:
        typer.echo(
            f"注意：{on} 不在有效期 {policy.valid_from} 至 {policy.valid_to} 内 / "
            f"note: {on} lies outside the validity, {policy.valid_from} to {policy.valid_to}\n"
        )
    _show_rules(policy.rules(on))
    for clause in policy.clauses:
        what = "人工审核 manual" if clause.check == MANUAL else f"{clause.check} {dict(clause.values.on(on)) or ''}"
        weight = f"权重 weight {clause.weight}{'，关键 critical' if clause.critical else ''}{'，惯例 practice' if clause.practice else ''}"
        typer.echo(f"{clause.article}  {clause.id}  [{clause.about}]  {weight}\n    {clause.text}\n    → {what}")
    return 0


def _show_rules(rules: Rules) -> None:
    """Rates and the other counting numbers, the Chinese names of the training types only."""
    types: dict[str, list[str]] = {}
    for name, rate in rules.rates.items():
        if not name.isascii():
            types.setdefault("另有文件规定 set elsewhere" if rate is None else f"{rate}", []).append(name)
    for rate_text, names in types.items():
        typer.echo(f"每人每学时 per class hour {rate_text}: {'、'.join(names)}")
    typer.echo(f"每人每项目上限 cap {rules.cap}；每学时 {rules.minutes_per_class_hour} 分钟 minutes；线上每日 online a day {rules.online_hours_per_day} h；"
               f"人脸核验间隔 face checks every {rules.face_interval_minutes} min；签名 signatures {rules.signatures}")  # fmt: skip
    typer.echo(f"人员类别 categories: {'、'.join(name for name in rules.categories if not name.isascii())}\n")


def check(file: Path) -> int:
    """0: usable; 2: not, with each mistake on its own line."""
    if not file.is_file():
        typer.echo(f"{file}: 找不到文件 / no such file", err=True)
        return 2
    problems = check_policy(file)
    for problem in problems:
        line = f":{problem.line}" if problem.line else ""
        typer.echo(f"{file}{line}: {problem.message.zh} / {problem.message.en}", err=True)
    if not problems:
        typer.echo(f"{file}: 可用 / can be used")
    return 2 if problems else 0
