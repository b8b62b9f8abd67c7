"""A batch from its order to its end: claims are written down once, worked off in slices, and settled where they touch each other."""

from __future__ import annotations

import heapq
import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

from sqlalchemy.exc import SQLAlchemyError

from services.adapters.announce import announce
from services.adapters.batches import BatchRecord, BatchRow, RowState, orders
from services.adapters.batches.orders import batch_store
from services.adapters.batches.store import DECIDED
from services.adapters.queue import BATCH, Lane, scrub
from services.adapters.sandbox import Sandbox
from services.adapters.store import Store
from services.domain.batch import NEWEST, SAME, BatchOrder, BatchState, Cause, Totals, difference
from services.domain.errors import HezhengError, NotFound
from services.domain.text import Message
from services.verify.batches.replay import NotReplayed, Replayed, Replayer
from services.verify.batches.why import explain
from services.verify.batches.writing import Overtaken, count, keep
from services.verify.policy_file import find_policy
from services.verify.recording import provenance_store, verification_afterwards

log = logging.getLogger("hezheng.batches")

SLICE = 16
"""Claims of one job: few, so that all workers have some of a small batch too."""
GROUP = 16
"""Claims written down in one transaction."""
_PASSES = 5


def start(store: Store, order: BatchOrder) -> str:
    """Write an order down and have it done; its id. Raises NotFound for an unknown policy, version of it, or roster."""
    return orders.start(store, checked(store, order))


def checked(store: Store, order: BatchOrder) -> BatchOrder:
    """The order with the version of the policy that it names. Raises NotFound for an unknown policy, version of it, or roster."""
    if order.policy is not None:
        order = replace(order, policy_version=policy_version(store, order.policy, order.policy_version))
    if order.roster not in (NEWEST, SAME) and not provenance_store(store).roster_exists(order.roster):
        raise NotFound(Message(f"没有参保名单版本 {order.roster[:60]}", f"there is no roster version {order.roster[:60]}"))
    return order


def policy_version(store: Store, policy_id: str, wanted: str | None = None) -> str:
    """The version of a policy, which must be the one wanted. Raises NotFound."""
    policy = find_policy(policy_id, store.settings.policies_path())
    if wanted not in (None, policy.version):
        raise NotFound(
            Message(
                f"政策 {policy.id} 现行版本为 {policy.version}，没有版本 {wanted}",
                f"policy {policy.id} is version {policy.version}; there is no version {wanted}",
            )
        )
    return policy.version


def fail(store: Store, batch_id: str, reason: str) -> None:
    """It cannot come to its end; what was written stays."""
    batch_store(store).turn(batch_id, BatchState.FAILED, since=(BatchState.QUEUED, BatchState.RUNNING, BatchState.PAUSED), reason=reason)


def select_claims(store: Store, batch_id: str) -> None:
    """Write down the claims of a batch and the jobs that work them off; on resuming, those that are left."""
    batches = batch_store(store)
    record = batches.batch(batch_id)
    if record.state is not BatchState.QUEUED:
        return
    try:
        checked(store, record.order)
    except HezhengError as error:
        fail(store, batch_id, f"{error.message.zh} / {error.message.en}")
        return
    _catch_up(store)
    with store.repository.transaction():
        batches.fill(batch_id, record.order.selection)
        if not batches.turn(batch_id, BatchState.RUNNING, since=(BatchState.QUEUED,)):
            return
        slices = batches.waiting_slices(batch_id, SLICE)
        lane = Lane.BULK if record.order.reread else Lane.BATCH
        store.queue.enqueue_many("batch.slice", [{"batch_id": batch_id, "first": first} for first in slices], priority=BATCH, lane=lane)
        if not slices:
            _enqueue_settling(store, batch_id)


def run_slice(store: Store, sandbox: Sandbox, batch_id: str, first: int) -> None:
    """Judge the waiting claims of a slice anew, some at a time; whoever is last has the batch settled."""
    batches = batch_store(store)
    record = batches.batch(batch_id)
    replayer = Replayer(store, sandbox, record.order)
    for _ in range(_PASSES):
        waiting = batches.rows(batch_id, states=(RowState.WAITING,), first=first, last=first + SLICE)
        overtaken = False
        for start_ in range(0, len(waiting), GROUP):
            if (record if start_ == 0 else batches.batch(batch_id)).state is not BatchState.RUNNING:
                return
            try:
                with _together(store, record.order):
                    _work_off(replayer, record, waiting[start_ : start_ + GROUP])
            except Overtaken:
                overtaken = True
                log.info("batch %s: some claims changed while they were judged, or the batch was stopped", batch_id)
        if not overtaken:
            break
        record = batches.batch(batch_id)
    else:
        raise RuntimeError(f"claims of slice {first} keep changing while they are judged")
    _settle_if_done(store, batch_id)


def give_up_slice(store: Store, reason: str, batch_id: str, first: int) -> None:
    """Its claims are told as failed, the others go on."""
    batches = batch_store(store)
    waiting = batches.rows(batch_id, states=(RowState.WAITING,), first=first, last=first + SLICE)
    with store.repository.transaction():
        gained = Totals()
        for _ in waiting:
            gained.count_failed()
        batches.put_rows(batch_id, [replace(row, state=RowState.FAILED, reason=reason) for row in waiting], gained, len(waiting))
    _settle_if_done(store, batch_id)


def settle(store: Store, sandbox: Sandbox, batch_id: str) -> None:
    """Judge those anew that hang on claims that leave something else for others now, in the order of submission; then it is finished."""
    batches = batch_store(store)
    record = batches.batch(batch_id)
    if record.state is not BatchState.RUNNING or not batches.finished(batch_id):
        return
    if not record.order.dry_run:
        _settle(store, Replayer(store, sandbox, record.order), record)
    with store.repository.transaction():
        if batches.turn(batch_id, BatchState.FINISHED, since=(BatchState.RUNNING,)):
            store.queue.enqueue("batch.export", priority=BATCH, lane=Lane.BULK, batch_id=batch_id)
            announce(store, "batch.finished", batch_id)


# --- below: how it is done ---


def _together(store: Store, order: BatchOrder) -> AbstractContextManager[None]:
    """Reads and writes of a group in one transaction, which saves most of the round trips; not where it would lock others out while files are read,
    or the whole database."""
    return nullcontext() if store.database.sqlite or order.reread else store.repository.transaction()


def _work_off(replayer: Replayer, record: BatchRecord, rows: Sequence[BatchRow]) -> None:
    """Judge some claims anew and write down what became of them. Raises Overtaken."""
    replayer.look_ahead([row.claim_id for row in rows])
    worked = []
    for row in rows:
        done, replayed = _work(replayer, row)
        worked.append((done, None if record.order.dry_run else replayed))  # a case is megabytes: one that isn't written need not be kept
    _write(replayer.store, record, worked)


def _work(replayer: Replayer, row: BatchRow) -> tuple[BatchRow, Replayed | None]:
    """Judge one claim anew. What is wrong with it is told in its row and does not stop the others."""
    try:
        replayed = replayer.replay(row.claim_id)
        change = explain(replayer, replayed)
    except HezhengError as error:
        return replace(row, state=RowState.FAILED, reason=f"{error.message.zh} / {error.message.en}"), None
    except SQLAlchemyError:
        raise  # the database is away: the whole job is tried again
    except Exception as error:
        log.exception("claim %s cannot be judged anew", row.claim_id)
        return replace(row, state=RowState.FAILED, reason=scrub(f"{type(error).__name__}: {error}")), None
    state = RowState.CHANGED if change.difference else RowState.UNCHANGED
    decided = replayed.status in DECIDED
    touches = not decided and replayed.before.provenance.index_digest != replayed.after.provenance.index_digest
    return replace(row, state=state, change=change, decided=decided, touches=touches), replayed


def _write(store: Store, record: BatchRecord, worked: Sequence[tuple[BatchRow, Replayed | None]]) -> None:
    """Write down what became of some claims, all or nothing. Raises Overtaken."""
    gained = Totals()
    for row, _ in worked:
        count(gained, row)
    with store.repository.transaction():
        if not record.order.dry_run:
            for row, replayed in worked:
                if replayed is not None and not row.decided:
                    keep(store, replayed)
        batches = batch_store(store)
        states = batches.hold(record.id, [row.number for row, _ in worked])
        if any(states.get(row.number) is not RowState.WAITING for row, _ in worked):
            raise Overtaken
        batches.put_rows(record.id, [row for row, _ in worked], gained, len(worked))


def _settle_if_done(store: Store, batch_id: str) -> None:
    if batch_store(store).finished(batch_id):
        _enqueue_settling(store, batch_id)


def _enqueue_settling(store: Store, batch_id: str) -> None:
    store.queue.enqueue("batch.settle", priority=BATCH, lane=Lane.BULK, batch_id=batch_id)


def _settle(store: Store, replayer: Replayer, record: BatchRecord) -> None:
    """Numbers only grow on the way, so it comes to an end."""
    batches = batch_store(store)
    waiting: list[int] = []
    seen: set[int] = set()
    for row in batches.touching(record.id):
        _pass_on(store, replayer, record, row.claim_id, row.number, waiting, seen)
    while waiting:
        number = heapq.heappop(waiting)
        row = batches.rows(record.id, first=number, last=number + 1)[0]
        touches = row.change is not None and _again(store, replayer, record, row)
        if touches:
            _pass_on(store, replayer, record, row.claim_id, number, waiting, seen)


def _pass_on(store: Store, replayer: Replayer, record: BatchRecord, claim_id: str, number: int, waiting: list[int], seen: set[int]) -> None:
    """Claims of the batch that come after are judged anew here, others by jobs of their own."""
    related = replayer.verifier.related(claim_id)
    inside = batch_store(store).numbers(record.id, related)
    for other in inside.values():
        if other > number and other not in seen:
            seen.add(other)
            heapq.heappush(waiting, other)
    for other_id in sorted(related - inside.keys()):
        if store.repository.claim_summary(other_id).status == "verified":
            store.queue.enqueue("verify.again", priority=BATCH, claim_id=other_id)


def _again(store: Store, replayer: Replayer, record: BatchRecord, row: BatchRow) -> bool:
    """Judge a claim of the batch anew because others changed; whether it changes others in turn."""
    assert row.change is not None
    try:
        replayed = replayer.replay(row.claim_id, rematch=True)
    except NotReplayed:
        return False  # it was handed in anew meanwhile, and is verified with what is in the store now
    further = difference(row.change.after, replayed.after.brief)
    if not further or replayed.status in DECIDED:
        return False
    before = row.change.before
    why = (*row.change.why, ((Cause.OTHER_CLAIMS,), further))
    change = replace(row.change, after=replayed.after.brief, difference=difference(before, replayed.after.brief), why=why)
    later = replace(row, state=RowState.CHANGED if change.difference else RowState.UNCHANGED, change=change)
    lost, gained = Totals(), Totals()
    count(lost, row)
    count(gained, later)
    try:
        with store.repository.transaction():
            keep(store, replayed)
            batch_store(store).put_rows(record.id, [later], gained.plus(lost, -1), 0)
    except Overtaken:
        return False
    return replayed.before.provenance.index_digest != replayed.after.provenance.index_digest


def _catch_up(store: Store) -> None:
    """Claims judged by a program that kept no record of it get one, so that no selection passes them over."""
    known = provenance_store(store)
    while claims := known.without_verification(100):
        for claim_id in claims:
            case, judgement = store.repository.case(claim_id), store.repository.judgement(claim_id)
            if case is not None and judgement is not None:
                known.put_verification(claim_id, verification_afterwards(judgement, case), case)
            else:
                raise RuntimeError(f"claim {claim_id} has a judgement that cannot be read")
