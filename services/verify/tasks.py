"""The verification's jobs: what a worker does when evidence comes in and when a claim is submitted."""

from __future__ import annotations

from functools import cache
from multiprocessing.util import Finalize

from services.adapters.queue import job
from services.adapters.sandbox import Sandbox
from services.adapters.store import Store
from services.verify.pipeline import Verifier

__all__ = ["judge_again", "read_uploaded", "verify_claim"]


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
    """Match and judge a claim anew from what was read before, because another claim has to do with it."""
    Verifier(store, _sandbox()).verify(claim_id)
    store.queue.enqueue("report.compile", claim_id=claim_id, again=True)
