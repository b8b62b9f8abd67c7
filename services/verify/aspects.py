"""What several checks ask of a case: which ways of training it has, which media count, how a person or a session is called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from services.domain.case import Case, Evidence, Reuse, ReuseKind, SheetAttendance, SheetRowMatch
from services.domain.claim import SHANGHAI, Mode, Session
from services.domain.evidence import KIND_NAMES, EvidenceKind, Place, Related
from services.domain.facts import PhotoFacts, TimeWitness, VideoFacts
from services.domain.identity import normalise_number
from services.domain.text import Message
from services.verify.people import who

_OFFLINE = frozenset((Mode.THEORY, Mode.PRACTICAL))
_PARTS = {"am": ("上午", "morning"), "pm": ("下午", "afternoon")}
_SURE_CLOCKS = ("exif", "gps", "quicktime")


def declared_modes(case: Case) -> frozenset[Mode]:
    """The modes that the claim names, for the project or for a session; empty: it does not say."""
    return frozenset(case.claim.project.modes) | frozenset(s.mode for s in case.claim.sessions if s.mode is not None)


def is_offline(case: Case) -> bool | None:
    """Whether there is training in a room (theory, practical); None: the claim does not say."""
    modes = declared_modes(case)
    if modes:
        return bool(modes & _OFFLINE)
    return True if case.of("sign_in_sheet") else None


def is_online(case: Case) -> bool | None:
    """Whether there is online training; a learning log counts as saying so. None: the claim does not say."""
    if case.of("learning_log"):
        return True
    modes = declared_modes(case)
    if modes:
        return Mode.ONLINE in modes
    return False if case.of("sign_in_sheet") else None


def everybody(case: Case) -> tuple[int, ...]:
    """The indices of all trainees."""
    return tuple(range(len(case.trainees.people))) if case.trainees else ()


def first_listings(case: Case) -> list[int]:
    """The indices of the trainees, of somebody listed twice (the same ID number) only the first: the other listing is told by its own finding."""
    seen: set[str] = set()
    found = []
    for index, person in enumerate(case.trainees.people if case.trainees else ()):
        number = normalise_number(person.id_number)
        if not number or number not in seen:
            found.append(index)
        seen.add(number)
    return found


def refused(case: Case, kind: EvidenceKind) -> tuple[str, ...]:
    """Files of a kind that were handed in but never taken in (too large, broken archives)."""
    folders = {kind.value, f"{kind.value}s", KIND_NAMES[kind][0]}
    taken = {item.file.path for item in case.evidence}
    return tuple(dict.fromkeys(path for path, _ in case.intake_problems if path not in taken and folders & set(path.split("/")[:-1])))


def person_name(case: Case, trainee: int) -> str:
    """A trainee as findings name them: name and masked ID number."""
    return who(case.trainees.people[trainee]) if case.trainees else ""


def session_name(session: Session) -> Message:
    """A session by day and part of the day."""
    zh, en = _PARTS.get(session.part_of_day(), ("", ""))
    return Message(f"{session.date.isoformat()}{zh}", f"{session.date.isoformat()} {en}".rstrip())


def listed(parts: Iterable[str], limit: int = 12, *, mark: str = "、", more: str = "等{count}处") -> str:
    """Words one after another, the rest counted where there are more than `limit`."""
    words = list(parts)
    text = mark.join(words[:limit])
    return text if len(words) <= limit else text + more.format(count=len(words))


def local_day(moment: datetime) -> date:
    """The day of a moment in Asia/Shanghai."""
    return moment.astimezone(SHANGHAI).date()


def row_place(page: SheetAttendance, row: SheetRowMatch) -> Place:
    return Place(page.file, page=page.page, row=row.row, box=row.box)


def people_on(case: Case, place: Place) -> tuple[int, ...]:
    """The trainees on a sheet's page, or on one row of it; none for files that are no sheets."""
    rows = (row for page in case.attendance if page.file == place.file and page.page == (place.page or page.page) for row in page.rows)
    return tuple(sorted({row.trainee for row in rows if row.trainee is not None and row.row == (place.row or row.row)}))


def related_to(case: Case, reuse: Reuse) -> tuple[Related, ...]:
    return (Related(reuse.claim_no or case.claim.claim_no, reuse.other.file),)


def shows_nothing(facts: PhotoFacts) -> bool:
    """One colour, or the dark: not an edge that a hash could hold on to."""
    return facts.hash is not None and facts.hash_quality == 0


def stretch(place: Place) -> tuple[str, str]:
    """Which seconds of a video are meant, to stand behind its name in Chinese and in English; nothing for a picture."""
    if place.seconds is None:
        return "", ""
    start, end = (minutes(second) for second in place.seconds)
    return (f"的{start}处", f" at {start}") if start == end else (f"的{start}–{end}", f" ({start}–{end})")


def minutes(seconds: float) -> str:
    """A time in a video as its player shows it."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def outside_training(case: Case, facts: PhotoFacts | VideoFacts) -> bool | None:
    """Whether a picture or video is from outside the training's days: True, False, or None where that is not certain.

    Without a time of its own it is not from outside: that no time is kept is no sign of anything.
    """
    moment, source, said = (
        (facts.taken_at, facts.taken_at_source, facts.witnesses)
        if isinstance(facts, PhotoFacts)
        else (facts.recorded_at, facts.recorded_at_source, facts.times)
    )
    start, end = case.claim.project.start, case.claim.project.end
    if facts.time_agreement == "disagree" or moment is None:
        # clocks that contradict each other, or a stamp that has a day only: certain in one direction at most
        return None if days_outside(case, said) else False
    if start <= local_day(moment) <= end:
        return False
    if facts.time_agreement == "agree" and source in ("container", "watermark"):
        return True  # a second witness bears it out
    if source == "container":
        # A container's clock should be UTC, but many phones write their local time into it: sure only where both readings agree.
        return None if start <= moment.astimezone(UTC).date() <= end else True
    if (moment.month, moment.day, moment.hour) == (1, 1, 0) and not any(witness.source == "gps" for witness in said):
        return None  # where a clock begins that was never set
    if said and all(witness.source == "exif.modified" for witness in said):
        return None  # that the file was changed on a day does not say when it was taken
    return True if source is None or source in _SURE_CLOCKS else None


def days_outside(case: Case, said: Iterable[TimeWitness]) -> list[date]:
    """The days outside the training that a file's witnesses state, the file's last change aside."""
    start, end = case.claim.project.start, case.claim.project.end
    return sorted({day for witness in said if witness.source != "exif.modified" and not start <= (day := local_day(witness.at)) <= end})


@dataclass(frozen=True, slots=True)
class MediaCount:
    """`counted`: valid and distinct. `doubtful`: for a human to decide. What is in neither is void."""

    counted: tuple[Evidence, ...]
    doubtful: tuple[Evidence, ...]


def count_media(case: Case, kind: EvidenceKind) -> MediaCount:
    """The photos or videos of a claim that count: readable, not blank, not seen before, not from outside the training's days.

    A video of which only a stretch was seen before counts; the stretch (`seen_stretches`) does not.
    """
    reuse_kind = ReuseKind.PHOTO if kind is EvidenceKind.PHOTO else ReuseKind.VIDEO
    seen = [r for r in case.reuse if r.kind is reuse_kind and r.place.seconds is None and not (r.claim_no is not None and r.first)]
    # Of two alike within the claim one counts: a doubt about a file that is void itself is none.
    void = {r.place.file for r in seen if r.certain}
    unsure = {r.place.file for r in seen if not r.certain}
    counted: list[Evidence] = []
    doubtful: list[Evidence] = []
    for item in case.of(kind.value):
        if not isinstance(item.facts, PhotoFacts | VideoFacts) or item.file.path in void:
            continue
        outside = outside_training(case, item.facts)
        if outside:
            continue
        nothing = isinstance(item.facts, PhotoFacts) and shows_nothing(item.facts)
        (doubtful if outside is None or nothing or item.file.path in unsure else counted).append(item)
    return MediaCount(tuple(counted), tuple(doubtful))


def seen_stretches(case: Case, path: str, *, certain: bool) -> list[tuple[float, float]]:
    """The stretches (seconds) of a video that were seen in an earlier video of this claim, or in another claim submitted before."""
    own = (r for r in case.reuse if r.kind is ReuseKind.VIDEO and r.place.file == path and r.certain is certain and not (r.claim_no is not None and r.first))
    return [reuse.place.seconds for reuse in own if reuse.place.seconds is not None]


def same_page_twice(case: Case, reuse: Reuse) -> bool:
    """Whether a sheet found twice within the claim is one sheet handed in twice (the same bytes, or the same day), not one used for two days."""
    hashes = {item.file.path: item.file.sha256 for item in case.evidence}
    one, other = reuse.place.file, reuse.other.file
    if one != other and one in hashes and hashes[one] == hashes.get(other):
        return True
    days, others = _days_of(case, reuse.place), _days_of(case, reuse.other)
    return bool(days) and days == others


def _days_of(case: Case, place: Place) -> frozenset[tuple[date | None, str | None]]:
    pages = [page for page in case.attendance if page.file == place.file and page.page == (place.page or 1)]
    return frozenset((page.date, page.part) for page in pages if page.date is not None)
