"""The verification's jobs: what a worker does when evidence comes in and when a claim is submitted."""

from __future__ import annotations

from functools import cache
from multiprocessing.util import Finalize

from services.adapters.queue import job
from services.adapters.sandbox import Sandbox
from services.adapters.store import Store
from services.verify import batches
from services.verify.pipeline import Verifier
from services.verify.recording import provenance_store

__all__ = ["judge_again", "judge_slice", "read_uploaded", "select_for_batch", "settle_batch", "verify_claim"]


@cache
def _sandbox() -> Sandbox:
    """One pool of reading processes for the life of the worker: they keep their models loaded.

    A child process of multiprocessing runs no atexit functions but its own finalizers, before it waits for its children.
    """
    sandbox = Sandbox(workers=1)
    Finalize(None, sandbox.stop, exitpriority=100)
    return sandbox


def _given_up(store: Store, reason: str, claim_id: str) -> None:
    store.repository.set_status(claim_id, "draft", error=f"核验未能完成，请联系运维：{reason} / the verification did not come to an end: {reason}")


@job("read.evidence", seconds=1800.0)
def read_uploaded(store: Store, claim_id: str, evidence_id: str) -> None:
    """Read one file as soon as it is there, so that little is left to do when the claim is submitted."""
    Verifier(store, _sandbox()).read_ahead(claim_id, evidence_id)


@job("verify.claim", seconds=4 * 3600.0, dead=_given_up)
def verify_claim(store: Store, claim_id: str) -> None:
    """Read, match and judge a submitted claim; have its report made, and judge anew the claims that have to do with it."""
    verifier = Verifier(store, _sandbox())
    repository = store.repository
    verifier.verify(claim_id, progress=lambda done, total, _path: repository.set_progress(claim_id, done, total))
    with repository.transaction():
        store.queue.enqueue("report.compile", claim_id=claim_id)
        for other in verifier.to_judge_again([claim_id]):
            store.queue.enqueue("verify.again", claim_id=other)


@job("verify.again", seconds=3600.0)
def judge_again(store: Store, claim_id: str) -> None:
    """Match and judge a claim anew from what was read before, because another claim has to do with it; by the policy that a batch named last."""
    known = provenance_store(store).verification(claim_id)
    chosen = known[0].provenance.policy_id if known is not None and known[0].provenance.chosen_policy else None
    Verifier(store, _sandbox()).verify(claim_id, policy_id=chosen)
    store.repository.add_access("hezheng", "核证", "verify.again", claim_id)
    store.queue.enqueue("report.compile", claim_id=claim_id, again=True)


@job("verify.related", seconds=3600.0)
def judge_related(store: Store, claim_id: str) -> None:
    """After a claim was returned or rejected: judge anew those that had to do with it, the first submitted first."""
    with store.repository.transaction():
        for other in Verifier(store, _sandbox()).to_judge_again([claim_id]):
            store.queue.enqueue("verify.again", claim_id=other)


def _batch_given_up(store: Store, reason: str, batch_id: str) -> None:
    batches.fail(store, batch_id, reason)


@job("batch.select", seconds=3600.0, dead=_batch_given_up)
def select_for_batch(store: Store, batch_id: str) -> None:
    """Write down which claims a batch goes over."""
    batches.select_claims(store, batch_id)


@job("batch.slice", seconds=4 * 3600.0, dead=batches.give_up_slice)
def judge_slice(store: Store, batch_id: str, first: int) -> None:
    """Judge some claims of a batch anew."""
    batches.run_slice(store, _sandbox(), batch_id, first)


@job("batch.settle", seconds=4 * 3600.0, dead=_batch_given_up)
def settle_batch(store: Store, batch_id: str) -> None:
    """Bring a batch to its end."""
    batches.settle(store, _sandbox(), batch_id)
