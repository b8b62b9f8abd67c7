"""Why a claim comes out otherwise: where several inputs differ, the judgement is made again with one of them as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from services.domain.batch import Brief, Cause, Change, Difference, brief_of, difference
from services.verify.batches.replay import Replayed, Replayer, law_differs
from services.verify.judge import judge
from services.verify.recording import UNKNOWN

Parts = tuple[tuple[tuple[Cause, ...], Difference], ...]


def explain(replayer: Replayer, replayed: Replayed) -> Change:
    """What changed in a claim and why."""
    before, after = replayed.before.brief, replayed.after.brief
    whole = difference(before, after)
    if not whole:
        return Change(before, after, whole)
    causes = tuple(_causes(replayed))
    if len(causes) > 1:
        return Change(before, after, whole, tuple((c, d) for c, d in _apart(replayer, replayed, causes) if d) or ((causes, whole),))
    return Change(before, after, whole, ((causes or (Cause.PROGRAM,), whole),))


def _causes(replayed: Replayed) -> Iterator[Cause]:
    """Every input that differs."""
    was, now = replayed.before.provenance, replayed.after.provenance
    old, new = replayed.old_case, replayed.case
    if law_differs(was, replayed.policy):
        yield Cause.LAW
    if was.roster_id != now.roster_id and (was.roster_id != UNKNOWN or old.roster != new.roster):
        yield Cause.ROSTER
    if was.facts and was.facts != now.facts and was.material == now.material:
        yield Cause.READER
    if was.material not in (now.material, UNKNOWN):
        yield Cause.CORRECTION
    if replayed.matched and (old.subsidies, old.conflicts, old.invoices_elsewhere, old.reuse) != (
        new.subsidies,
        new.conflicts,
        new.invoices_elsewhere,
        new.reuse,
    ):
        yield Cause.OTHER_CLAIMS


def _apart(replayer: Replayer, replayed: Replayed, causes: tuple[Cause, ...]) -> Iterator[tuple[tuple[Cause, ...], Difference]]:
    """The law first, over the case as it was; then what was matched anew with the roster as it was; then the roster."""
    brief, rest = replayed.before.brief, causes
    if Cause.LAW in causes:
        rules = replayed.policy.rules(replayed.old_case.claim.project.start)
        under_new_law = brief_of(judge(replace(replayed.old_case, rules=rules), replayed.policy))
        yield (Cause.LAW,), difference(brief, under_new_law)
        brief, rest = under_new_law, tuple(c for c in causes if c is not Cause.LAW)
    if Cause.ROSTER in rest and len(rest) > 1:
        with_old_roster = _with_old_roster(replayer, replayed)
        if with_old_roster is not None:
            yield tuple(c for c in rest if c is not Cause.ROSTER), difference(brief, with_old_roster)
            brief, rest = with_old_roster, (Cause.ROSTER,)
    yield rest, difference(brief, replayed.after.brief)


def _with_old_roster(replayer: Replayer, replayed: Replayed) -> Brief | None:
    """The outcome if only the roster were the old one; None: that version is gone."""
    roster_id = replayed.before.provenance.roster_id
    if roster_id is not None and (roster_id == UNKNOWN or not replayer.known.roster_exists(roster_id)):
        return None
    anew = replayed.before.provenance.material not in (replayed.after.provenance.material, UNKNOWN) or replayer.order.reread
    case = replayer.match(replayed.claim_id, replayed.old_case, replayed.policy, replayer.reading_of(replayed), roster_id, anew=anew)
    return brief_of(judge(case, replayed.policy))
