"""xAPI statements (cmi5 among them) → sessions.

A session runs from `initialized` to `terminated` of one actor, registration and cmi5 session. Where nothing was initialized,
a statement with `result.duration` speaks for the time before its timestamp. A session that was never terminated gets what
its statements show: from `initialized` to the last statement, or the duration that the LMS's `abandoned` states.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from services.domain.claim import RejectedRow
from services.domain.facts import LoggedPerson
from services.domain.identity import id_number_problem, normalise_number
from services.domain.log_rows import SessionRows
from services.domain.text import Message
from services.verify.readers.learning_log import values
from services.verify.readers.learning_log.table import Collected

_OPENING = frozenset(("initialized", "initialised", "attempted", "started", "resumed"))
_CLOSING = frozenset(("terminated", "abandoned", "exited", "suspended"))
_IGNORED = frozenset(("launched", "satisfied", "waived", "voided"))
_LONGEST_SECONDS = 31 * 86400
_SESSION_ID = "https://w3id.org/xapi/cmi5/context/extensions/sessionid"


@dataclass(frozen=True, slots=True)
class _Statement:
    """`at` in microseconds since 1970."""

    row: int
    at: int
    verb: str
    seconds: float | None
    course: str | None


def is_statement(item: Any) -> bool:
    """True for a JSON object that has an actor and a verb."""
    return isinstance(item, dict) and "actor" in item and "verb" in item


_Session = tuple[_Statement, int, float | None, int]
"""(the statement that begins it, end in microseconds, stated seconds, number of the person)."""
_Key = tuple[int, str, str]
"""(number of the person, registration, session or object)."""


@dataclass(slots=True)
class _Statements:
    """The statements so far, by person, registration and session; `ids` and `voided` are ids of statements."""

    into: SessionRows
    groups: dict[_Key, list[_Statement]] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)
    voided: set[str] = field(default_factory=set)


def read_statements(items: Iterable[tuple[int, Any]], into: Collected) -> None:
    """Sessions of (row, statement) pairs in any order; statements that could not be taken are noted as rejected."""
    seen = _Statements(into.sessions)
    for row, item in items:
        problem = _take(row, item, seen)
        if problem is not None:
            into.rejected.append(RejectedRow(row, problem))
    void_rows = {seen.ids[statement_id] for statement_id in seen.voided & seen.ids.keys()}
    found: list[_Session] = []
    for (person, _, _), statements in seen.groups.items():
        valid = [s for s in statements if s.row not in void_rows]
        found += ((*session, person) for session in _sessions(sorted(valid, key=lambda s: (s.at, s.verb in _CLOSING, s.row))))
    for opened, end, stated, person in sorted(found, key=lambda session: (session[0].row, session[1])):
        into.sessions.add(opened.row, person, opened.at, end, stated, opened.course)


def _take(row: int, item: Any, seen: _Statements) -> Message | None:
    if not is_statement(item) or not isinstance(item["verb"], dict):
        return Message("不是xAPI语句（缺少actor或verb）", "this is no xAPI statement (no actor or no verb)")
    verb = str(item["verb"].get("id") or "").rstrip("/").rsplit("/", 1)[-1].rsplit("#", 1)[-1].lower()
    target = _dict(item.get("object"))
    if verb == "voided":
        seen.voided.add(str(target.get("id")))
        return None
    person = _actor(item["actor"])
    if person is None:
        return Message("语句中没有学员账号、邮箱或姓名", "the statement names no account, mail address or name")
    at = values.micros(_iso(item.get("timestamp") or item.get("stored")))
    if at is None:
        return Message("语句没有可识别的时间（timestamp）", "the statement has no timestamp that can be read")
    result = _dict(item.get("result"))
    stated = result.get("duration")
    seconds = values.duration_seconds(stated, "seconds") if isinstance(stated, str | int | float) else None
    if stated is not None and (seconds is None or not 0 <= seconds <= _LONGEST_SECONDS):
        return Message(f"result.duration“{str(stated)[:40]}”无法识别", f"result.duration {str(stated)[:40]!r} cannot be read")
    if verb in _IGNORED:
        return None
    context = _dict(item.get("context"))
    session = str(_dict(context.get("extensions")).get(_SESSION_ID) or "") or "object:" + str(target.get("id") or "")
    # the same statement sent again (same id) is one statement
    if item.get("id") is not None and seen.ids.setdefault(str(item["id"]), row) != row:
        return None
    key = (seen.into.person(person), str(context.get("registration") or ""), session)
    seen.groups.setdefault(key, []).append(_Statement(row, at, verb, seconds, _course(target)))
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


def _sessions(statements: list[_Statement]) -> Iterator[tuple[_Statement, int, float | None]]:
    """(the statement that begins it, end, stated seconds) of every session of one person and registration."""
    opened: _Statement | None = None
    last: _Statement | None = None
    for statement in statements:
        if statement.verb in _OPENING:
            if opened is not None and last is not None:
                yield opened, last.at, None
            opened = last = statement
        elif opened is not None and last is not None and statement.verb in _CLOSING:
            if statement.verb == "abandoned":
                yield opened, max(last.at, min(statement.at, opened.at + _micros(statement.seconds))), statement.seconds
            else:
                yield opened, statement.at, statement.seconds
            opened = last = None
        elif opened is not None:
            last = statement
        elif statement.seconds:
            yield replace(statement, at=statement.at - _micros(statement.seconds)), statement.at, statement.seconds
    if opened is not None and last is not None:
        yield opened, last.at, None


def _micros(seconds: float | None) -> int:
    return round((seconds or 0.0) * 1_000_000)
