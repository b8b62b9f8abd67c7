"""What is to be said of face checks, person by person. Checks outside any session are ignored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from services.domain.case import CheckVerdict, OnlineNote, OnlineReason, OnlineTime
from services.domain.evidence import Place
from services.domain.policy import Rules
from services.domain.text import Message
from services.verify.match import intervals as iv
from services.verify.match.face_verdicts import MATCH, MISMATCH, Judged
from services.verify.match.learners import Standing
from services.verify.match.learning_people import LoggedSession, Person

PlacesOf = Callable[[Iterable[Judged]], tuple[Place, ...]]

_SHOWN = 15
"""Checks named per note; the rest is in the file."""
_WHY = {
    "not_stated": ("记录未写明核验结果", "the log does not say whether it passed"),
    "between": ("抓拍与登记照相似程度介于两者之间，机器无法判断", "the snapshot is neither clearly the enrolled person nor clearly another"),
    "snapshot": ("抓拍照片中没有可比对的单一清晰人脸", "the snapshot shows no single clear face to compare"),
    "shared": ("抓拍照片与另一账号的抓拍可能是同一张人脸", "the snapshot may show the same face as one of another account"),
    "enrolled": ("登记照中没有可比对的单一清晰人脸", "the enrolled picture shows no single clear face to compare"),
}


@dataclass(slots=True)
class FaceNotes:
    """Notes about the checks of one person after another; `times` by trainee."""

    people: Mapping[str, Person]
    judged: Mapping[str, Sequence[Judged]]
    times: Sequence[OnlineTime]
    rules: Rules
    places_of: Callable[[Iterable[LoggedSession]], tuple[Place, ...]]
    picture_of: Callable[[str], str | None]
    """The path of a snapshot as the log names it."""
    unseen: int = 0
    """Passed checks whose snapshot was not handed in, of all people so far; a million of them are counted, not kept."""
    shown: list[Judged] = field(default_factory=list)
    """The first of them."""

    def of(self, person: Person, logged: Sequence[LoggedSession]) -> Iterator[OnlineNote]:
        """What is to be said of one person, whose sessions are `logged`."""
        sessions = iv.union([(s.start, s.end) for s in logged])
        if not sessions:
            return
        checks = [j for j in self.judged.get(person.learner.key, ()) if iv.holds(sessions, j.check.at)]
        if not checks:
            message = Message(
                f"{person.learner.shown}没有任何有效时段内的人脸核验，线上学习时长不予认定",
                f"{person.learner.shown} has no face check during any session: none of the minutes count",
            )
            yield OnlineNote("online.face_check_missing", message, self.places_of(logged), person.learner.trainees, 0, ">= 1")
            return
        yield from _failed(person, checks, self._places)
        yield from _mismatch(person, checks, self._places)
        yield from _shared(person, checks, self.people, self._places)
        yield from _replayed(person, checks, self._places)
        yield from _unclear(person, checks, self._places)
        yield from _gap(person, logged, self.times, self.rules, self.places_of)
        unseen = [j for j in checks if j.why == "not_handed_in" and j.verdict is CheckVerdict.PASSED]
        self.unseen += len(unseen)
        self.shown += unseen[: _SHOWN - len(self.shown)]

    def of_all(self) -> Iterator[OnlineNote]:
        """What is to be said when everybody was looked at. The law asks for face data, not for the pictures: the platform's word
        counts, and the reviewer is told that it is only that."""
        if self.unseen:
            message = Message(
                f"有{self.unseen}次通过的人脸核验在记录中写明了抓拍照片，但照片未随材料提交，无法复核，按平台记录的核验结果计算",
                f"{self.unseen} passed face checks name a snapshot that was not handed in: they count on the platform's word and cannot be looked at again",
            )
            yield OnlineNote("online.face_check_missing", message, self._places(self.shown), (), self.unseen, 0, met=True)

    def _places(self, checks: Iterable[Judged]) -> tuple[Place, ...]:
        """The rows of the checks, their snapshots and the pictures these were compared with."""
        places: dict[Place, None] = {}
        for judged in list(checks)[:_SHOWN]:
            places[judged.check.place] = None
            for picture in (self.picture_of(judged.check.snapshot), judged.other):
                if picture:
                    places[Place(picture)] = None
        return tuple(places)


def _when(checks: Sequence[Judged]) -> str:
    shown = [f"{iv.to_moment(j.check.at):%Y-%m-%d %H:%M:%S}" for j in checks[:3]]
    return "、".join(shown)


def _failed(person: Person, checks: Sequence[Judged], places: PlacesOf) -> Iterator[OnlineNote]:
    failed = [j for j in checks if j.verdict is CheckVerdict.FAILED]
    if failed:
        message = Message(
            f"{person.learner.shown}有{len(failed)}次人脸核验未通过（{_when(failed)}），其前后到相邻通过核验之间的时间不计入",
            f"{len(failed)} face checks of {person.learner.shown} failed ({_when(failed)}); the time to the neighbouring passed checks does not count",
        )
        yield OnlineNote("online.face_check_failed", message, places(failed), person.learner.trainees, len(failed), 0)


def _mismatch(person: Person, checks: Sequence[Judged], places: PlacesOf) -> Iterator[OnlineNote]:
    others = [j for j in checks if j.verdict is CheckVerdict.MISMATCH]
    if others:
        nearest = min((j.distance for j in others if j.distance is not None), default=None)
        message = Message(
            f"{person.learner.shown}有{len(others)}张抓拍照片与登记照不是同一人（{_when(others)}），按未通过处理",
            f"{len(others)} snapshots of {person.learner.shown} show another person than the enrolled picture ({_when(others)}); they count as failed",
        )
        yield OnlineNote("online.face_mismatch", message, places(others), person.learner.trainees, nearest, f"< {MISMATCH}")


def _shared(person: Person, checks: Sequence[Judged], people: Mapping[str, Person], places: PlacesOf) -> Iterator[OnlineNote]:
    shared = [j for j in checks if j.shared_with]
    if shared:
        keys = sorted({key for j in shared for key in j.shared_with})
        others = [people[key].learner for key in keys if key in people]
        names = "、".join(learner.shown for learner in others[:5])
        message = Message(
            f"{person.learner.shown}的抓拍照片与{names}的抓拍是同一张人脸（{_when(shared)}）",
            f"snapshots of {person.learner.shown} show the same face as those of {names} ({_when(shared)})",
        )
        yield OnlineNote("online.face_shared", message, places(shared), person.learner.trainees, 1 + len(keys), 1)


def _replayed(person: Person, checks: Sequence[Judged], places: PlacesOf) -> Iterator[OnlineNote]:
    replayed = [j for j in checks if j.replayed]
    if replayed:
        message = Message(
            f"{person.learner.shown}在不同时间的{len(replayed)}次核验重复使用了同一张抓拍照片（{_when(replayed)}），第二次起按未通过处理",
            f"{len(replayed)} checks of {person.learner.shown} use a snapshot again that was used before ({_when(replayed)}); "
            "from the second use on they count as failed",
        )
        yield OnlineNote("online.face_replayed", message, places(replayed), person.learner.trainees, len(replayed), 0)


def _unclear(person: Person, checks: Sequence[Judged], places: PlacesOf) -> Iterator[OnlineNote]:
    for why, (zh, en) in _WHY.items():
        doubtful = [j for j in checks if j.verdict is CheckVerdict.UNCLEAR and j.why == why]
        if not doubtful:
            continue
        nearest = min((j.distance for j in doubtful if j.distance is not None), default=None)
        code = {"not_stated": "online.face_check_failed", "shared": "online.face_shared"}.get(why, "online.face_mismatch")
        message = Message(
            f"{person.learner.shown}有{len(doubtful)}次人脸核验需人工核对：{zh}（{_when(doubtful)}）",
            f"{len(doubtful)} face checks of {person.learner.shown} are for a human to compare: {en} ({_when(doubtful)})",
        )
        expected = f"<= {MATCH}" if why == "between" else None
        yield OnlineNote(code, message, places(doubtful), person.learner.trainees, nearest, expected, unclear=True)


def _gap(
    person: Person,
    logged: Sequence[LoggedSession],
    times: Sequence[OnlineTime],
    rules: Rules,
    places_of: Callable[[Iterable[LoggedSession]], tuple[Place, ...]],
) -> Iterator[OnlineNote]:
    if person.learner.standing is not Standing.TRAINEE:
        return
    gaps = [i for i in times[person.learner.trainees[0]].intervals if i.reason is OnlineReason.FACE_GAP]
    if not gaps:
        return
    bounds = [(iv.to_micros(i.start), iv.to_micros(i.end)) for i in gaps]
    spans = [end - start for start, end in bounds]
    longest = gaps[spans.index(max(spans))]
    minutes, shown = round(iv.total(bounds) / iv.MINUTE, 1), round(max(spans) / iv.MINUTE, 1)
    limit = float(rules.face_interval_minutes)
    message = Message(
        f"{person.learner.shown}的人脸核验间隔超过{limit:g}分钟，共{minutes:g}分钟不计入（最长一段{longest.start:%Y-%m-%d %H:%M}起{shown:g}分钟）",
        f"face checks of {person.learner.shown} are more than {limit:g} minutes apart: {minutes:g} minutes do not count "
        f"(the longest from {longest.start:%Y-%m-%d %H:%M}, {shown:g} minutes)",
    )
    rows = [s for s in logged if iv.meets(bounds, s.start, s.end)]
    yield OnlineNote("online.face_check_gap", message, places_of(rows), person.learner.trainees, shown, limit)
