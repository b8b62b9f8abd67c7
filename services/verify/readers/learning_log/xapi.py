"""xAPI statements (cmi5 among them) → sessions.

A session runs from `initialized` to `terminated` of one actor, registration and cmi5 session. Where nothing was initialized,
a statement with `result.duration` speaks for the time before its timestamp. A session that was never terminated gets what
its statements show: from `initialized` to the last statement, or the duration that the LMS's `abandoned` states.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.domain.claim import RejectedRow
from services.domain.facts import LearningSession, LoggedPerson
from services.domain.identity import id_number_problem, normalise_number
from services.domain.text import Message
from services.verify.readers.learning_log import values

_OPENING = frozenset(("initialized", "initialised", "attempted", "started", "resumed"))
_CLOSING = frozenset(("terminated", "abandoned", "exited", "suspended"))
_IGNORED = frozenset(("launched", "satisfied", "waived", "voided"))
_SESSION_ID = "https://w3id.org/xapi/cmi5/context/extensions/sessionid"


@dataclass(frozen=True, slots=True)
class _Statement:
    row: int
    at: datetime
    verb: str
    seconds: float | None
    course: str | None


def is_statement(item: Any) -> bool:
    """True for a JSON object that has an actor and a verb."""
    return isinstance(item, dict) and "actor" in item and "verb" in item


def read_statements(items: Iterable[tuple[int, Any]]) -> tuple[list[LearningSession], list[RejectedRow]]:
    """Sessions of (row, statement) pairs in any order, and the statements that could not be taken."""
    groups: dict[tuple[LoggedPerson, str, str], list[_Statement]] = {}
    ids: dict[str, tuple[tuple[LoggedPerson, str, str], _Statement]] = {}
    voided: set[str] = set()
    rejected: list[RejectedRow] = []
    for row, item in items:
        problem = _take(row, item, groups, ids, voided)
        if problem is not None:
            rejected.append(RejectedRow(row, problem))
    for statement_id in voided & ids.keys():
        key, statement = ids[statement_id]
        groups[key] = [other for other in groups[key] if other is not statement]
    sessions: list[LearningSession] = []
    for (person, _, _), statements in groups.items():
        sessions.extend(_sessions(person, sorted(statements, key=lambda s: (s.at, s.verb in _CLOSING, s.row))))
    sessions.sort(key=lambda session: session.row)
    return sessions, rejected


def _take(row: int, item: Any, groups: dict[Any, list[_Statement]], ids: dict[str, Any], voided: set[str]) -> Message | None:
    if not is_statement(item) or not isinstance(item["verb"], dict):
        return Message("不是xAPI语句（缺少actor或verb）", "this is no xAPI statement (no actor or no verb)")
    verb = str(item["verb"].get("id") or "").rstrip("/").rsplit("/", 1)[-1].rsplit("#", 1)[-1].lower()
    target = _dict(item.get("object"))
    if verb == "voided":
        voided.add(str(target.get("id")))
        return None
    person = _actor(item["actor"])
    if person is None:
        return Message("语句中没有学员账号、邮箱或姓名", "the statement names no account, mail address or name")
    at = values.moment(_iso(item.get("timestamp") or item.get("stored")))
    if at is None:
        return Message("语句没有可识别的时间（timestamp）", "the statement has no timestamp that can be read")
    result = _dict(item.get("result"))
    seconds = values.duration_seconds(result.get("duration"), "seconds")
    if result.get("duration") is not None and (seconds is None or not 0 <= seconds <= 31 * 86400):
        return Message(f"result.duration“{str(result['duration'])[:40]}”无法识别", f"result.duration {str(result['duration'])[:40]!r} cannot be read")
    if verb in _IGNORED:
        return None
    context = _dict(item.get("context"))
    extensions = _dict(context.get("extensions"))
    session = str(extensions.get(_SESSION_ID) or "") or "object:" + str(target.get("id") or "")
    statement = _Statement(row, at, verb, seconds, _course(target))
    key = (person, str(context.get("registration") or ""), session)
    # the same statement sent again (same id) is one statement
    if item.get("id") is not None:
        if str(item["id"]) in ids:
            return None
        ids[str(item["id"])] = (key, statement)
    groups.setdefault(key, []).append(statement)
    return None


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _iso(value: Any) -> Any:
    return value.replace("Z", "+00:00") if isinstance(value, str) and value.endswith("Z") else value


def _actor(actor: Any) -> LoggedPerson | None:
    if not isinstance(actor, dict):
        return None
    members = actor.get("member")
    if isinstance(members, list) and len(members) == 1 and not actor.get("account"):
        return _actor(members[0])
    account = actor["account"].get("name") if isinstance(actor.get("account"), dict) else None
    account = str(account or str(actor.get("mbox") or "").removeprefix("mailto:") or actor.get("openid") or "").strip() or None
    name = "".join(str(actor.get("name") or "").split()) or None
    if account is None and name is None:
        return None
    number = normalise_number((account or "").split("@", 1)[0])
    return LoggedPerson(name=name, id_number=number if id_number_problem(number) is None else None, account=account)


def _course(target: dict[str, Any]) -> str | None:
    names = _dict(target.get("definition")).get("name")
    if isinstance(names, dict) and names:
        return str(next((names[k] for k in names if str(k).lower().startswith("zh")), next(iter(names.values()))))[:200]
    return str(target["id"])[:200] if target.get("id") else None


def _sessions(person: LoggedPerson, statements: list[_Statement]) -> list[LearningSession]:
    sessions: list[LearningSession] = []
    opened: _Statement | None = None
    last: _Statement | None = None

    def close(end: datetime, stated: float | None) -> None:
        assert opened is not None
        sessions.append(LearningSession(opened.row, person, opened.at, end, stated, opened.course))

    for statement in statements:
        if statement.verb in _OPENING:
            if opened is not None and last is not None:
                close(last.at, None)
            opened = last = statement
        elif opened is not None and statement.verb in _CLOSING:
            if statement.verb == "abandoned":
                close(max(last.at if last else opened.at, min(statement.at, opened.at + timedelta(seconds=statement.seconds or 0.0))), statement.seconds)
            else:
                close(statement.at, statement.seconds)
            opened = last = None
        elif opened is not None:
            last = statement
        elif statement.seconds:
            sessions.append(
                LearningSession(statement.row, person, statement.at - timedelta(seconds=statement.seconds), statement.at, statement.seconds, statement.course)
            )
    if opened is not None and last is not None:
        close(last.at, None)
    return sessions
