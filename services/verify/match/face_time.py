"""What face checks vouch for: one person's merged sessions and checks → which time counts, and why the rest does not.

Reading of the rule: a stretch between two neighbouring passed checks counts if they are at most the interval apart and nothing
between them failed; otherwise none of it counts. A merged session's start to its first passed check, and its last passed
check to its end, are stretches like any other. A session without a passed check has nothing that counts, however short it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.domain.case import CheckVerdict, OnlineReason
from services.verify.match.intervals import Stretch, Stretches

_REASONS = {
    CheckVerdict.FAILED: OnlineReason.FACE_FAILED,
    CheckVerdict.MISMATCH: OnlineReason.FACE_MISMATCH,
    CheckVerdict.SHARED: OnlineReason.FACE_SHARED,
    CheckVerdict.REPLAYED: OnlineReason.FACE_REPLAYED,
}
_WORST_FIRST = (CheckVerdict.MISMATCH, CheckVerdict.SHARED, CheckVerdict.REPLAYED, CheckVerdict.FAILED)

Check = tuple[int, CheckVerdict]
"""(moment in microseconds, verdict); UNCLEAR must have been decided one way or the other."""


def vouched(sessions: Sequence[Stretch], checks: Sequence[Check], interval: int) -> list[tuple[Stretch, OnlineReason]]:
    """Every stretch of the merged sessions with its reason: COUNTED, FACE_GAP, or the reason of the check that failed.

    `sessions` sorted and disjoint, `checks` sorted; checks outside any session are ignored. The stretches partition the sessions.
    """
    result: list[tuple[Stretch, OnlineReason]] = []
    position = 0
    for start, end in sessions:
        while position < len(checks) and checks[position][0] < start:
            position += 1
        inside = position
        while inside < len(checks) and checks[inside][0] <= end:
            inside += 1
        result.extend(_one_session(start, end, checks[position:inside], interval))
        position = inside
    return result


def _one_session(start: int, end: int, checks: Sequence[Check], interval: int) -> list[tuple[Stretch, OnlineReason]]:
    passed = [at for at, verdict in checks if verdict is CheckVerdict.PASSED]
    if len(passed) == len(checks):
        edges = [start, *passed, end]
        return [
            ((a, b), OnlineReason.COUNTED if passed and b - a <= interval else OnlineReason.FACE_GAP) for a, b in zip(edges, edges[1:], strict=False) if a != b
        ]
    failed = [(at, verdict) for at, verdict in checks if verdict is not CheckVerdict.PASSED]
    anchors = [start, *passed, end]
    result: list[tuple[Stretch, OnlineReason]] = []
    for index, (a, b) in enumerate(zip(anchors, anchors[1:], strict=False)):
        if a == b:
            continue
        # the session's own bounds are no checks: a failure right on them is inside
        low_is_check, high_is_check = index > 0, index < len(anchors) - 2
        voids = [v for at, v in failed if (a < at if low_is_check else a <= at) and (at < b if high_is_check else at <= b)]
        if voids:
            reason = _REASONS[next(v for v in _WORST_FIRST if v in voids)]
        else:
            reason = OnlineReason.COUNTED if passed and b - a <= interval else OnlineReason.FACE_GAP
        result.append(((a, b), reason))
    return result


def stretches_of(parts: Sequence[tuple[Stretch, OnlineReason]], *reasons: OnlineReason) -> Stretches:
    """The stretches with one of the reasons, in order."""
    return [stretch for stretch, reason in parts if reason in reasons]
