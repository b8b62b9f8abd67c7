"""`hezheng policy list|show|check`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import typer

from services.domain.errors import HezhengError
from services.domain.policy import MANUAL
from services.verify.policy_file import check_policy, find_policy, list_policies


def list_all() -> int:
    for policy in list_policies():
        typer.echo(f"{policy.id}  {policy.version}  {policy.valid_from} – {policy.valid_to}  {policy.title}")
    return 0


def show(policy_id: str, day: str | None) -> int:
    """The law as it stood on a day: each clause with its check, weight and numbers."""
    try:
        policy = find_policy(policy_id)
        on = date.fromisoformat(day) if day else policy.valid_from
    except HezhengError as error:
        typer.echo(f"{error.message.zh} / {error.message.en}", err=True)
        return 2
    except ValueError:
        typer.echo(f"--on {day}: 应为日期，如 2021-11-08 / a day such as 2021-11-08 is expected", err=True)
        return 2
    typer.echo(f"{policy.title}\n{policy.id} {policy.version}，{on} 施行的数值 / values in force on {on}\n{policy.source}\n")
    for clause in policy.clauses:
        what = "人工审核 manual" if clause.check == MANUAL else f"{clause.check} {dict(clause.values.on(on)) or ''}"
        weight = f"权重 weight {clause.weight}{'，关键 critical' if clause.critical else ''}{'，惯例 practice' if clause.practice else ''}"
        typer.echo(f"{clause.article}  {clause.id}  [{clause.about}]  {weight}\n    {clause.text}\n    → {what}")
    return 0


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
