"""What each face check is worth once its snapshot was looked at.

Distances are of the face model (0 the same, 0.6 its usual bound). The bounds leave a margin: up to MATCH a snapshot is the
enrolled person, from MISMATCH on it is another, between them a human tells. Two accounts' snapshots are held for one face only
when they are much closer than that, because a claim has far more pairs of people than people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.domain.case import CheckVerdict
from services.domain.face_files import Snapshots, file_stem, id_numbers_in, is_enrolled
from services.domain.facts import FaceSetFacts
from services.verify.match.learning_people import LoggedCheck

MATCH = 0.5
MISMATCH = 0.6
SAME_FACE = 0.35
"""Snapshots of two accounts show one face."""
PERHAPS_SAME_FACE = 0.40
"""They may: of real pairs of different people one in some thousand is as close, and a claim has thousands of pairs. A human tells."""
SAME_FACE_BOTH_ENROLLED = 0.30
"""The same where each of them fits its own enrolled picture: one person enrolled twice."""
COPY_BITS = 16
"""Bits of 256 by which two hashes of one picture differ after recompression or resizing."""
NEAR_COPY_BITS = 31
NEAR_COPY_DISTANCE = 0.2
"""A picture altered further is a copy where the faces are as close as no two takes are."""
_NOT_HANDED_IN = "not_handed_in"


class Judged(NamedTuple):
    """A check with its verdict. `why` of an UNCLEAR: not_stated | between | snapshot | enrolled | shared; of a PASSED: not_handed_in, where the
    log names a snapshot that is not among the pictures. `shared_with`: learner keys.
    """

    check: LoggedCheck
    verdict: CheckVerdict
    other: str | None = None
    distance: float | None = None
    why: str | None = None
    shared_with: tuple[str, ...] = ()
    replayed: bool = False


class FaceIndex:
    """The claim's face pictures, to be looked up by snapshot name and by person."""

    def __init__(self, faces: FaceSetFacts) -> None:
        self.pictures = faces.pictures
        self._distance = {(d.a, d.b): d.distance for d in faces.distances} | {(d.b, d.a): d.distance for d in faces.distances}
        self.snapshot = Snapshots(picture.path for picture in faces.pictures).find
        self._enrolled: dict[str, set[int]] = defaultdict(set)
        for index, picture in enumerate(faces.pictures):
            if is_enrolled(picture.path):
                for form in {file_stem(picture.path), *id_numbers_in(picture.path)}:
                    self._enrolled[form].add(index)

    def path(self, named: str) -> str | None:
        """The path of the picture that a log names."""
        index = self.snapshot(named)
        return None if index is None else self.pictures[index].path

    def enrolled(self, stems: Sequence[str]) -> list[int]:
        """Reference pictures whose name is one of a person's numbers or names, or holds their ID number; the first that fits tells."""
        return sorted(next((self._enrolled[stem.casefold()] for stem in stems if stem.casefold() in self._enrolled), ()))

    def distance(self, a: int, b: int) -> float | None:
        """Distance of two usable pictures; None: plainly different people."""
        return 0.0 if a == b else self._distance.get((a, b))

    def close_pairs(self, most: float) -> list[tuple[int, int, float]]:
        """Pairs of pictures (a < b) at most this far apart."""
        return sorted((a, b, apart) for (a, b), apart in self._distance.items() if a < b and apart <= most)

    def same_picture(self, a: int, b: int) -> bool:
        """True for one picture and its copies: same file, nearly the same hash, or an altered copy with the very same face."""
        first, second = self.pictures[a].hash, self.pictures[b].hash
        if a == b:
            return True
        if first is None or second is None:
            return False
        bits = (int(first, 16) ^ int(second, 16)).bit_count()
        apart = self.distance(a, b)
        return bits <= COPY_BITS or (bits <= NEAR_COPY_BITS and apart is not None and apart <= NEAR_COPY_DISTANCE)


@dataclass(slots=True)
class _Look:
    """A check while it is looked at. `own`: it fits the person's enrolled picture (None: there is none to compare with)."""

    key: str
    check: LoggedCheck
    verdict: CheckVerdict
    picture: int | None
    own: bool | None = None
    other: str | None = None
    distance: float | None = None
    why: str | None = None
    shared_with: set[str] | None = None
    replayed: bool = False


def judge_checks(
    checks: Mapping[str, Sequence[LoggedCheck]], stems: Mapping[str, Sequence[str]], distinct: Mapping[str, bool], faces: FaceIndex
) -> Mapping[str, Sequence[Judged]]:
    """Learner key → judged checks, in order of time.

    `stems`: what a learner's reference picture may be called; `distinct`: the learner is certainly nobody else of the keys.
    """
    if not faces.pictures:
        return _ByTheLog(checks)
    looks: dict[str, list[_Look]] = {}
    for key, own in checks.items():
        enrolled = faces.enrolled(stems.get(key, ()))
        looks[key] = [_look(key, check, enrolled, faces) for check in own]
        _replays(looks[key], faces)
    _shares([look for key, own in looks.items() if distinct.get(key, False) for look in own], faces)
    return {
        key: [Judged(x.check, x.verdict, x.other, x.distance, x.why, tuple(sorted(x.shared_with or ())), x.replayed) for x in own] for key, own in looks.items()
    }


class _ByTheLog(Mapping[str, Sequence[Judged]]):
    """Verdicts without pictures, made when a person's are asked for: a million of them would fill the memory."""

    def __init__(self, checks: Mapping[str, Sequence[LoggedCheck]]) -> None:
        self._checks = checks

    def __getitem__(self, key: str) -> list[Judged]:
        return [_by_the_log(check) for check in self._checks[key]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._checks)

    def __len__(self) -> int:
        return len(self._checks)


def _by_the_log(check: LoggedCheck) -> Judged:
    """Without any picture the log's word is all there is."""
    if check.passed < 0:
        return Judged(check, CheckVerdict.UNCLEAR, None, None, "not_stated")
    if not check.passed:
        return Judged(check, CheckVerdict.FAILED)
    return Judged(check, CheckVerdict.PASSED, None, None, _NOT_HANDED_IN if check.snapshot else None)


def _look(key: str, check: LoggedCheck, enrolled: Sequence[int], faces: FaceIndex) -> _Look:
    if check.passed == 0:
        return _Look(key, check, CheckVerdict.FAILED, None)
    picture = faces.snapshot(check.snapshot)
    look = _Look(key, check, CheckVerdict.PASSED, picture)
    if check.passed < 0:
        look.verdict, look.why = CheckVerdict.UNCLEAR, "not_stated"
    elif picture is None and check.snapshot:
        look.why = _NOT_HANDED_IN
    if picture is None or not enrolled:
        return look
    usable = [i for i in enrolled if faces.pictures[i].usable]
    if not faces.pictures[picture].usable or not usable:
        look.verdict, look.why = CheckVerdict.UNCLEAR, "snapshot" if usable else "enrolled"
        return look
    known = [d for i in usable if (d := faces.distance(i, picture)) is not None]
    look.distance = min(known, default=None)
    look.other = faces.pictures[usable[0]].path
    if look.distance is None or look.distance >= MISMATCH:
        look.verdict, look.own, look.why = CheckVerdict.MISMATCH, False, None
    elif look.distance <= MATCH:
        look.own = True
    else:
        look.verdict, look.why = CheckVerdict.UNCLEAR, "between"
    return look


def _replays(looks: Sequence[_Look], faces: FaceIndex) -> None:
    """From its second use on a snapshot of one person is a replay."""
    first_uses: list[_Look] = []
    for look in looks:
        if look.picture is None:
            continue
        earlier = next((use for use in first_uses if use.picture is not None and faces.same_picture(use.picture, look.picture)), None)
        if earlier is None:
            first_uses.append(look)
        elif earlier.check.at < look.check.at:
            look.replayed = True
            if look.verdict in (CheckVerdict.PASSED, CheckVerdict.UNCLEAR):
                look.verdict, look.other, look.why = CheckVerdict.REPLAYED, faces.pictures[earlier.picture or 0].path, None


def _shares(looks: Sequence[_Look], faces: FaceIndex) -> None:
    """One face under two accounts: both fail, unless the enrolled picture says whose it is."""
    by_picture: dict[int, list[_Look]] = defaultdict(list)
    for look in looks:
        if look.picture is not None and faces.pictures[look.picture].usable:
            by_picture[look.picture].append(look)
    pairs = [(a, a, 0.0) for a in sorted(by_picture)] + [
        pair for pair in faces.close_pairs(PERHAPS_SAME_FACE) if pair[0] in by_picture and pair[1] in by_picture
    ]
    for a, b, apart in pairs:
        for x in by_picture[a]:
            for y in by_picture[b]:
                if x.key != y.key:
                    _share(x, y, apart, faces)


def _share(x: _Look, y: _Look, apart: float, faces: FaceIndex) -> None:
    if x.own and y.own and apart > SAME_FACE_BOTH_ENROLLED:
        return
    for look, other in ((x, y), (y, x)):
        if look.own and not other.own:
            continue
        sure = apart <= SAME_FACE
        if sure:
            look.shared_with = (look.shared_with or set()) | {other.key}
        if look.verdict is CheckVerdict.MISMATCH or (look.verdict is CheckVerdict.SHARED and not sure):
            continue
        if sure or look.verdict in (CheckVerdict.PASSED, CheckVerdict.UNCLEAR):
            look.verdict, look.why = (CheckVerdict.SHARED, None) if sure else (CheckVerdict.UNCLEAR, "shared")
            look.other, look.distance = faces.pictures[other.picture or 0].path, apart
