"""What a batch writes of a claim that was judged anew."""

from __future__ import annotations

from services.adapters.batches import BatchRow
from services.adapters.queue import BATCH
from services.adapters.store import Store
from services.domain.batch import Totals
from services.domain.case import Case
from services.verify.batches.replay import Replayed
from services.verify.reading import reader_versions
from services.verify.recording import provenance_store


class Overtaken(Exception):
    """What was worked out is not to be written: the batch was stopped, or somebody else was quicker."""


def count(totals: Totals, row: BatchRow) -> None:
    """Add what became of a claim to the sums."""
    if row.change is None:
        totals.count_failed()
    else:
        totals.count(row.change, decided=row.decided)


def keep(store: Store, replayed: Replayed) -> None:
    """Store the new judgement, unless nothing at all is different. Raises Overtaken if the claim was verified meanwhile."""
    before, after = replayed.before, replayed.after
    if before == after and not replayed.matched:
        return
    repository, claim_id = store.repository, replayed.claim_id
    known = provenance_store(store)
    state = known.state(claim_id)
    if known.verification_key(claim_id) != replayed.key or state is None or state.status != replayed.status:
        raise Overtaken
    if replayed.matched and replayed.case != replayed.old_case:
        repository.put_case(claim_id, replayed.case)
    repository.put_judgement(claim_id, replayed.judgement, reader_versions=_readers(replayed))
    if before.provenance.index_digest != after.provenance.index_digest:
        repository.put_index(claim_id, replayed.index())
    known.put_verification(claim_id, after, replayed.case)
    for other in known.sharing(claim_id, _people(replayed.old_case) - _people(replayed.case)):  # those who were taken off may be paid there now
        store.queue.enqueue("verify.again", priority=BATCH, claim_id=other)
    store.queue.enqueue("report.compile", priority=BATCH, claim_id=claim_id, again=True)


def _people(case: Case) -> set[str]:
    return {t.id_number for t in case.trainees.people if t.id_number} if case.trainees else set()


def _readers(replayed: Replayed) -> tuple[tuple[str, int], ...]:
    """Every reader with the version whose facts the claim was matched from."""
    used = {reader: version for _, reader, version in replayed.after.provenance.facts}
    return tuple((name, used.get(name, version)) for name, version in reader_versions())
