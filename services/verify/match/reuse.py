"""What was seen before: photos and videos of a claim against each other and against other claims. Pure.

A whole-picture hash (in all eight orientations) proposes, what changed between the pictures decides; cropped, bordered and tilted
copies are proposed by their local features. Videos are compared by what moves in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from services.domain.case import Reuse, ReuseKind
from services.domain.evidence import Place
from services.domain.facts import Facts, Frame, PhotoFacts, VideoFacts
from services.verify.match.alignment import Changes, Features, align, overlap, unpack
from services.verify.match.aside import seen_aside
from services.verify.match.clips import Clip, clip_of, shared_stretch
from services.verify.match.pictures import ORIENTATIONS, Sameness, compare, shrink, square, turn

Array = np.ndarray[Any, np.dtype[Any]]

_CANDIDATE = 64
"""Bits of 256; distinct scenes lie beyond 80."""
_WHOLE_SIDE = 64
"""Spots a side at which whole pictures are compared."""
_LEAST_QUALITY = 50
_COPY, _NEARLY = (1.0, 6.0), (5.0, 20.0)
"""Spots (coarse, strict) that may have changed in a copy that was laid on its original: certainly one, or to be looked at."""
_FINE = {True: (12.0, 30.0), False: (90.0, 180.0)}
"""The same for fine spots, of copies of the whole and of parts (whose pixels are interpolated): certainly one, or to be looked at."""
_OFF_A_SCREEN = (30.0, 65.0, 220.0)
"""Spots (coarse, strict, fine) that may have changed in a picture photographed off a screen."""
_FRAME_BITS = 31
_OWN_SECONDS, _MOST_OF_IT = 20.0, 0.8
"""A shorter stretch in common may be an opening that a school puts before all its videos: a human decides, unless it is most of the video."""


@dataclass(frozen=True, slots=True)
class OwnMedia:
    """A photo or video of the claim that is judged; `file` is its path in the claim."""

    file: str
    sha256: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class OtherMedia:
    """A photo or video of another claim. `submitted_before`: that claim was submitted before ours.

    `like`: the SHA-256 of those of ours that it may show the same as; None: any of them.
    """

    claim_no: str
    enterprise: str | None
    file: str
    sha256: str
    facts: Facts
    submitted_before: bool
    like: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class _Photo:
    facts: PhotoFacts
    sha256: str
    hashes: Array | None
    thumb: Array | None
    features: Features | None
    mirrored: Features | None


@dataclass(frozen=True, slots=True)
class _Video:
    facts: VideoFacts
    sha256: str
    clip: Clip | None
    frames: tuple[Frame, ...]
    hashes: Array


@dataclass(frozen=True, slots=True)
class _Found:
    distance: float
    certain: bool
    own_seconds: tuple[float, float] | None = None
    other_seconds: tuple[float, float] | None = None


def find_reuse(own: Sequence[OwnMedia], others: Iterable[OtherMedia]) -> tuple[Reuse, ...]:
    """Every photo and video of `own` that shows the same as an earlier one of the claim, or as one of another claim.

    Within the claim a later file (by path) is named beside the first one it repeats; across claims a file is named at most once per other claim.
    """
    mine = [(item, _prepare(item.facts, item.sha256)) for item in sorted(own, key=lambda item: item.file)]
    found = list(_within(mine))
    best: dict[tuple[str, str], tuple[tuple[bool, float], Reuse]] = {}
    for other in others:
        theirs = _prepare(other.facts, other.sha256)
        for item, prepared in mine:
            if other.like is not None and item.sha256 not in other.like:
                continue
            match = _compare(prepared, theirs, across=True)
            if match is None:
                continue
            rank = (not match.certain, match.distance)
            key = (item.file, other.claim_no)
            if key not in best or rank < best[key][0]:
                best[key] = rank, _across(item, other, match)
    return (*found, *(reuse for _, reuse in best.values()))


def _within(mine: list[tuple[OwnMedia, _Photo | _Video | None]]) -> Iterable[Reuse]:
    repeats: set[str] = set()
    for index, (item, prepared) in enumerate(mine):
        for earlier, before in mine[:index]:
            if earlier.file in repeats:
                continue
            match = _compare(prepared, before, across=False)
            if match is not None:
                if match.certain:
                    repeats.add(item.file)
                yield Reuse(
                    _kind(item.facts),
                    Place(item.file, seconds=match.own_seconds),
                    Place(earlier.file, seconds=match.other_seconds),
                    distance=match.distance,
                    certain=match.certain,
                )
                break


def _across(item: OwnMedia, other: OtherMedia, match: _Found) -> Reuse:
    return Reuse(
        _kind(item.facts),
        Place(item.file, seconds=match.own_seconds),
        Place(other.file, seconds=match.other_seconds),
        claim_no=other.claim_no,
        distance=match.distance,
        certain=match.certain,
        first=not other.submitted_before,
        enterprise=other.enterprise,
    )


def _kind(facts: Facts) -> ReuseKind:
    return ReuseKind.VIDEO if isinstance(facts, VideoFacts) else ReuseKind.PHOTO


def _prepare(facts: Facts, sha256: str) -> _Photo | _Video | None:
    if isinstance(facts, PhotoFacts):
        hashes = _words(facts.hashes or ((facts.hash,) if facts.hash else ()))
        usable = facts.hash_quality >= _LEAST_QUALITY
        points, mirrored = (unpack(f) if usable else None for f in (facts.features, facts.features_mirrored))
        return _Photo(facts, sha256, hashes if usable and len(hashes) else None, square(facts.thumb), points, mirrored)
    if isinstance(facts, VideoFacts):
        frames = tuple(f for f in facts.frames if f.hash is not None and f.hash_quality >= _LEAST_QUALITY)
        return _Video(facts, sha256, clip_of(facts), frames, _words([f.hash for f in frames if f.hash is not None]))
    return None


def _words(hashes: Sequence[str]) -> Array:
    """Hashes as uint64 [n, 4]."""
    return np.frombuffer(b"".join(bytes.fromhex(h) for h in hashes), dtype=np.uint64).reshape(-1, 4)


def _compare(mine: _Photo | _Video | None, theirs: _Photo | _Video | None, *, across: bool) -> _Found | None:
    if mine is None or theirs is None:
        return None
    if type(mine) is type(theirs) and mine.sha256 == theirs.sha256:
        return _Found(0.0, True)
    if isinstance(mine, _Photo) and isinstance(theirs, _Photo):
        return _photos(mine, theirs)
    if isinstance(mine, _Video) and isinstance(theirs, _Video):
        return _videos(mine, theirs)
    if not across:  # a photo that is a frame of the claim's own video is no fraud
        return None
    if isinstance(mine, _Photo) and isinstance(theirs, _Video):
        return _photo_in_video(mine, theirs, photo_is_mine=True)
    if isinstance(mine, _Video) and isinstance(theirs, _Photo):
        return _photo_in_video(theirs, mine, photo_is_mine=False)
    return None


# --- photos ---------------------------------------------------------------------------------------------------


def _photos(mine: _Photo, theirs: _Photo) -> _Found | None:
    if mine.hashes is None or theirs.hashes is None or mine.thumb is None or theirs.thumb is None:
        return None
    side = min(mine.thumb.shape[0], theirs.thumb.shape[0], _WHOLE_SIDE)
    bits = np.bitwise_count(theirs.hashes ^ mine.hashes[0]).sum(axis=1)
    clipped: _Found | None = None
    for orientation in np.argsort(bits, kind="stable")[:2]:
        if bits[orientation] <= _CANDIDATE and orientation < ORIENTATIONS:
            verdict = compare(shrink(mine.thumb, side), turn(shrink(theirs.thumb, side), int(orientation)))
            if verdict is Sameness.CLIPPED:
                clipped = _Found(float(bits[orientation]), False)
            elif verdict is not Sameness.DIFFERENT:
                return _Found(float(bits[orientation]), _certain(verdict, mine.facts, theirs.facts))
    laid = _aligned(mine, theirs, float(bits.min()))
    return clipped if laid is None else laid


def _certain(verdict: Sameness, mine: PhotoFacts, theirs: PhotoFacts) -> bool:
    """A stamp does not make a copy a new photo; but two shots of one camera at two times may differ only along an edge."""
    if verdict is Sameness.SAME:
        return True
    return mine.taken_at is None or theirs.taken_at is None or mine.taken_at == theirs.taken_at


def _aligned(mine: _Photo, theirs: _Photo, distance: float) -> _Found | None:
    """A part of the other picture, the other picture with a border, turned, tilted, mirrored: what lies on it and did not change."""
    if mine.features is None or theirs.features is None or mine.thumb is None or theirs.thumb is None:
        return None
    own, other = mine.facts, theirs.facts
    for points, thumb in ((mine.features, mine.thumb), (mine.mirrored, mine.thumb[:, ::-1])):
        alignment = None if points is None else align(points, theirs.features)
        seen = None if alignment is None else overlap(alignment, thumb, theirs.thumb, ((own.width, own.height), (other.width, other.height)))
        if seen is None:
            continue
        for changes, verdict in ((seen.everywhere, Sameness.SAME), (seen.middle, Sameness.OVERLAID)):
            if verdict is Sameness.SAME or seen.one_margin:
                copy, nearly = _alike(changes, seen.whole)
                if nearly:
                    return _Found(distance, copy and _certain(verdict, own, other))
    return _off_a_screen(mine, theirs, distance)


def _off_a_screen(mine: _Photo, theirs: _Photo, distance: float) -> _Found | None:
    """One photographed off the other: never certain, for gloss and dots hide what may have changed."""
    if mine.features is None or theirs.features is None or mine.thumb is None or theirs.thumb is None:
        return None
    for one, other in ((mine, theirs), (theirs, mine)):
        assert one.features is not None and other.features is not None and one.thumb is not None and other.thumb is not None
        alignment = seen_aside(one.features, other.features)
        seen = (
            None
            if alignment is None
            else overlap(alignment, one.thumb, other.thumb, ((one.facts.width, one.facts.height), (other.facts.width, other.facts.height)))
        )
        if seen is not None and seen.everywhere.within(*_OFF_A_SCREEN):
            return _Found(distance, False)
    return None


def _alike(changes: Changes, whole: bool) -> tuple[bool, bool]:
    """Whether it is a copy, and whether it may be one."""
    certainly, maybe = _FINE[whole]
    return changes.within(*_COPY, certainly), changes.within(*_NEARLY, maybe)


# --- videos ---------------------------------------------------------------------------------------------------


def _videos(mine: _Video, theirs: _Video) -> _Found | None:
    if mine.clip is None or theirs.clip is None:
        return None
    stretch = shared_stretch(mine.clip, theirs.clip)
    if stretch is None:
        return None
    long = stretch.mine[1] - stretch.mine[0]
    certain = stretch.quarters == 0 and (long >= _OWN_SECONDS or long >= _MOST_OF_IT * len(mine.clip.samples) / mine.clip.rate)
    return _Found(round(256 * (1 - stretch.likeness), 1), certain, stretch.mine, stretch.theirs)


def _photo_in_video(photo: _Photo, video: _Video, *, photo_is_mine: bool) -> _Found | None:
    """A photo that is a frame of the video: near by hash, and unchanged."""
    if photo.hashes is None or photo.thumb is None or not len(video.hashes):
        return None
    bits = np.bitwise_count(video.hashes[:, None, :] ^ photo.hashes[None, :, :]).sum(axis=2)
    for index in np.argsort(bits.min(axis=1), kind="stable")[:3]:
        orientation = int(bits[index].argmin())
        thumb = square(video.frames[index].thumb)
        if bits[index, orientation] > _FRAME_BITS or thumb is None:
            return None
        if compare(thumb, turn(shrink(photo.thumb, thumb.shape[0]), orientation)) is Sameness.SAME:
            seconds = (video.frames[index].seconds, video.frames[index].seconds)
            return _Found(float(bits[index, orientation]), True, None if photo_is_mine else seconds, seconds if photo_is_mine else None)
    return None
