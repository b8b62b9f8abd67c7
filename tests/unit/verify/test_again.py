"""Which claims are judged anew after others were verified, and in which order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest

from services.adapters.settings import Settings
from services.adapters.store import Store, open_store
from services.domain.claim import SHANGHAI
from services.domain.index import ClaimIndex, SubsidyEntry
from services.verify.pipeline import Verifier
from services.verify.tasks import judge_related
from tests.factories import insured, make_case, person


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(Settings(data_dir=tmp_path / "data"))
    yield opened
    opened.close()


def put(store: Store, number: int, *people: int) -> str:
    """A verified claim, submitted on the `number`th, for these people."""
    submitted = datetime(2021, 11, number, tzinfo=SHANGHAI)
    trainees = [person(i) for i in people]
    case = make_case(claim={"claim_no": f"CC-{number}", "submitted_at": submitted}, trainees=trainees, roster=[insured(i) for i in people])
    claim_id = store.repository.put_claim(case.claim)
    store.repository.put_case(claim_id, case)
    store.repository.put_index(claim_id, ClaimIndex(subsidies=tuple(SubsidyEntry(p.id_number, None, None, None, None) for p in trainees)))
    return claim_id


def again(store: Store, *verified: str) -> list[str]:
    return Verifier(store, cast(Any, None)).to_judge_again(verified)


def test_the_last_to_be_verified_changes_those_before_it_the_first_submitted_first(store: Store) -> None:
    third, second, first = put(store, 3, 0), put(store, 2, 0), put(store, 1, 0)
    assert again(store, third, second, first) == [second, third]
    assert again(store, first) == [second, third], "also those of earlier calls"


def test_who_was_verified_with_the_others_in_view_is_left_alone(store: Store) -> None:
    first, second, stranger = put(store, 1, 0), put(store, 2, 0), put(store, 3, 5)
    assert again(store, first, second, stranger) == [first]
    assert again(store, stranger) == []


def test_a_claim_that_changes_changes_those_submitted_after_it(store: Store) -> None:
    """The last has nobody in common with the first, but with the second, which the first changes."""
    second, last, first = put(store, 2, 0, 1), put(store, 3, 1), put(store, 1, 0)
    assert again(store, first) == [second, last]
    also = put(store, 4, 0)
    assert again(store, second, also, first) == [second, last, also], "found by a later claim first, changed by an earlier one after all"


def others_subsidies(store: Store, claim_id: str) -> list[str]:
    return [entry.claim.claim_no for entry in store.repository.subsidies(claim_id, [person(0).id_number])]


@pytest.mark.parametrize(("status", "counts"), [("verified", True), ("approved", True), ("rejected", False), ("returned", False)])
def test_a_claim_that_was_given_back_or_rejected_counts_against_nobody(store: Store, status: Any, counts: bool) -> None:
    first, second = put(store, 1, 0), put(store, 2, 0)
    store.repository.set_status(first, status)
    assert others_subsidies(store, second) == (["CC-1"] if counts else [])


def test_those_that_had_to_do_with_it_are_judged_anew(store: Store) -> None:
    first, _, second = put(store, 1, 0), put(store, 3, 7), put(store, 2, 0)
    store.repository.set_status(first, "returned")
    judge_related(store, first)
    job = store.queue.claim("a worker", ["verify.again"])
    assert job is not None and job.args == {"claim_id": second}
    assert store.queue.claim("a worker", ["verify.again"]) is None
    assert again(store, first) == [second]
