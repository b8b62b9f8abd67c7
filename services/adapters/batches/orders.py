"""A batch ordered, paused, resumed, cancelled: each written down together with the job that acts on it."""

from __future__ import annotations

from services.adapters.batches.store import BatchStore
from services.adapters.queue import BATCH, Lane
from services.adapters.store import Store
from services.domain.batch import BatchOrder, BatchState


def batch_store(store: Store) -> BatchStore:
    return BatchStore(store.database, store.vault)


def start(store: Store, order: BatchOrder) -> str:
    """Write an order down and have it done; its id. What it names is looked up when the claims are selected."""
    with store.repository.transaction():
        batch_id = batch_store(store).create(order)
        store.queue.enqueue("batch.select", priority=BATCH, lane=Lane.BULK, batch_id=batch_id)
    return batch_id


def pause(store: Store, batch_id: str) -> bool:
    """Stop after what is at hand; False: it is not under way."""
    return batch_store(store).turn(batch_id, BatchState.PAUSED, since=(BatchState.QUEUED, BatchState.RUNNING))


def resume(store: Store, batch_id: str) -> bool:
    """Go on with a paused batch; False: it is not paused."""
    with store.repository.transaction():
        resumed = batch_store(store).turn(batch_id, BatchState.QUEUED, since=(BatchState.PAUSED,))
        if resumed:
            store.queue.enqueue("batch.select", priority=BATCH, lane=Lane.BULK, batch_id=batch_id)
    return resumed


def cancel(store: Store, batch_id: str) -> bool:
    """Stop for good; what was written stays. False: it is over already."""
    return batch_store(store).turn(batch_id, BatchState.CANCELLED, since=(BatchState.QUEUED, BatchState.RUNNING, BatchState.PAUSED))
