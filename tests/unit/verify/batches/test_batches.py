"""Batches: claims judged anew from what is stored, what changed and why, and nobody's decision touched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from services.adapters.batches import BatchRecord, BatchRow, RowState, orders
from services.adapters.batches.orders import batch_store
from services.adapters.batches.tables import verification_codes, verifications
from services.adapters.queue import job_kinds
from services.adapters.sandbox import Sandbox
from services.adapters.store import Store
from services.domain.batch import BatchOrder, BatchState, Cause, Selection
from services.domain.errors import NotFound
from services.domain.evidence import EvidenceKind
from services.verify import batches
from services.verify.batches import running
from services.verify.pipeline import Verifier
from services.verify.policy_file import POLICIES
from services.verify.readers import reader_for
from tests.generators.many_claims import SMALL, USCC, put_claim, roster_of, staff
from tests.generators.people import Person

OURS = ("batch.select", "batch.slice", "batch.settle")


class World:
    """Three verified claims of one enterprise."""

    def __init__(self, store: Store, sandbox: Sandbox) -> None:
        self.store, self.sandbox = store, sandbox
        self.people: list[Person] = staff(SMALL)
        self.roster_id = store.repository.put_roster(USCC, None, roster_of(self.people))
        self.claims = [put_claim(store, n, self.people[n * 8 : n * 8 + 8], SMALL, absent=int(n == 2)) for n in range(3)]
        for claim_id in self.claims:
            self.verify(claim_id)
        self.write_policy(1)

    def verify(self, claim_id: str) -> None:
        Verifier(self.store, self.sandbox).verify(claim_id)
        self.store.repository.set_status(claim_id, "verified")

    def write_policy(self, version: int, photos: int = 5) -> None:
        """The program's policy under another name, as the installation's own."""
        text = (POLICIES / "changchun-2021-33.yaml").read_text(encoding="utf-8")
        assert "minimum: 5}" in text
        place = self.store.settings.policies_path() / "local.yaml"
        place.parent.mkdir(exist_ok=True)
        text = text.replace("id: changchun-2021-33", "id: local", 1).replace("minimum: 5}", f"minimum: {photos}}}")
        lines = [f'version: "{version}"' if line.startswith("version:") else line for line in text.splitlines()]
        place.write_text("\n".join(lines), encoding="utf-8")

    def run(self, **order: Any) -> BatchRecord:
        batch_id = batches.start(self.store, BatchOrder(order.pop("selection", Selection()), **order))
        self.work()
        return batch_store(self.store).batch(batch_id)

    def work(self, most: int = 1000) -> int:
        """Do the jobs of batches; how many."""
        done = 0
        while done < most and (held := self.store.queue.claim("w", list(OURS))) is not None:
            job_kinds()[held.name].run(self.store, **held.args)
            assert self.store.queue.complete(held)
            done += 1
        return done

    def rows(self, record: BatchRecord) -> list[BatchRow]:
        return batch_store(self.store).rows(record.id)


@pytest.fixture
def world(store: Store, sandbox: Sandbox) -> Iterator[World]:
    yield World(store, sandbox)


def causes(row: BatchRow) -> tuple[Cause, ...]:
    assert row.change is not None
    return row.change.causes


def test_nothing_different_changes_nothing(world: World) -> None:
    before = [world.store.repository.judgement(c) for c in world.claims]
    record = world.run()
    assert (record.state, record.total, record.done, record.totals.unchanged) == (BatchState.FINISHED, 3, 3, 3)
    assert [r.claim_id for r in world.rows(record)] == world.claims, "in the order of submission"
    assert [world.store.repository.judgement(c) for c in world.claims] == before
    assert world.store.queue.claim("w", ["report.compile"]) is None


@pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)
def test_another_law_changes_verdicts_and_says_so(world: World) -> None:
    world.write_policy(2, photos=20)
    record = world.run(policy="local")
    row = world.rows(record)[0]
    assert row.change is not None and causes(row) == (Cause.LAW,)
    assert "photo.too_few" in {f.code for f in row.change.difference.added}
    assert row.change.difference.score is not None
    assert record.totals.causes == {"law": 3}
    judgement = world.store.repository.judgement(world.claims[0])
    assert judgement is not None and (judgement.policy_id, judgement.policy_version) == ("local", "2")
    reports = [world.store.queue.claim("w", ["report.compile"]) for _ in range(4)]
    assert [r.args["claim_id"] for r in reports if r] == world.claims


def test_a_dry_run_writes_nothing_but_its_result(world: World) -> None:
    before = [world.store.repository.judgement(c) for c in world.claims]
    world.write_policy(2, photos=20)
    record = world.run(policy="local", dry_run=True)
    assert record.totals.changed == 3
    assert [world.store.repository.judgement(c) for c in world.claims] == before
    assert world.store.queue.claim("w", ["report.compile"]) is None


@pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)
def test_a_new_roster_starts_nothing_by_itself_and_is_told_as_the_cause(world: World) -> None:
    trainees = world.store.repository.trainees(world.claims[1])
    assert trainees is not None
    gone = trainees.people[0].id_number
    world.store.repository.put_roster(USCC, None, roster_of([p for p in world.people if p.id_number != gone]))
    assert world.work() == 0
    record = world.run()
    changed = [r for r in world.rows(record) if r.state is RowState.CHANGED]
    assert [r.claim_id for r in changed] == [world.claims[1]]
    change = changed[0].change
    assert change is not None and change.causes == (Cause.ROSTER,)
    assert "trainee.not_on_roster" in {f.code for f in change.difference.added}
    assert change.difference.supported is not None
    before, after = change.difference.supported
    assert before is not None and after is not None and before - after > 0
    assert record.totals.supported_before - record.totals.supported_after == before - after
    same = world.run(roster=world.roster_id)
    assert same.totals.supported_after == record.totals.supported_before, "by the older version named it is as it was"


def test_law_and_roster_are_told_apart(world: World) -> None:
    trainees = world.store.repository.trainees(world.claims[0])
    assert trainees is not None
    gone = trainees.people[0].id_number
    world.store.repository.put_roster(USCC, None, roster_of([p for p in world.people if p.id_number != gone]))
    world.write_policy(2, photos=20)
    record = world.run(policy="local", dry_run=True)
    change = world.rows(record)[0].change
    assert change is not None
    found = {causes: {f.code for f in difference.added} for causes, difference in change.why}
    assert "photo.too_few" in found[(Cause.LAW,)] and "trainee.not_on_roster" not in found[(Cause.LAW,)]
    assert "trainee.not_on_roster" in found[(Cause.ROSTER,)] and "photo.too_few" not in found[(Cause.ROSTER,)]


def test_a_corrected_trainee_list_is_a_correction(world: World) -> None:
    claim_id = world.claims[0]
    trainees = world.store.repository.trainees(claim_id)
    assert trainees is not None
    world.store.repository.put_trainees(claim_id, replace(trainees, people=trainees.people[1:]))
    record = world.run()
    assert causes(world.rows(record)[0]) == (Cause.CORRECTION,)
    assert record.totals.changed == 1


def test_files_are_read_again_only_where_that_is_asked_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = reader_for(EvidenceKind.PHOTO)
    read: list[str] = []

    def newer(source: Path, context: Any) -> Any:
        raise AssertionError("runs in a child")

    def in_place(files: Any, path_of: Any, store: Any, sandbox: Any, **options: Any) -> Any:
        read.extend(f.path for f in files)
        return running_read(files, path_of, store, sandbox, **options)

    from services.verify import readers
    from services.verify.batches import replay

    running_read = replay.read_evidence
    monkeypatch.setattr(replay, "read_evidence", in_place)
    monkeypatch.setitem(readers._READERS, EvidenceKind.PHOTO, replace(reader, version=reader.version + 1, read=newer))
    record = world.run(dry_run=True)
    assert read == [] and record.totals.unchanged == 3, "replayed from what the older reader saw"
    for claim_id in world.claims:
        for file in world.store.repository.evidence(claim_id):
            if file.kind is EvidenceKind.PHOTO:
                stored = world.store.repository.facts(file.sha256, reader.name, reader.version)
                assert stored is not None and stored[0] is not None
                world.store.repository.put_facts(file.sha256, reader.name, reader.version + 1, replace(stored[0], edited_by="Photoshop"))
    record = world.run(reread=True)
    assert read and record.totals.changed == 3
    assert causes(world.rows(record)[0]) == (Cause.READER,)


@pytest.mark.parametrize("decision", ["approve", "reject", "return"])
def test_decided_claims_are_listed_and_left_alone(world: World, decision: str) -> None:
    claim_id = world.claims[0]
    world.store.repository.add_decision(claim_id, decision, "依据", "王审核")
    status, judged = world.store.repository.claim_summary(claim_id).status, world.store.repository.judgement(claim_id)
    world.write_policy(2, photos=20)
    record = world.run(policy="local")
    assert (record.totals.changed, record.totals.decided) == (3, 1)
    assert [r.decided for r in world.rows(record)] == [True, False, False]
    assert world.store.repository.claim_summary(claim_id).status == status
    assert world.store.repository.judgement(claim_id) == judged
    assert len(world.store.repository.decisions(claim_id)) == 1


@pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)
def test_pause_resume_and_cancel(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "SLICE", 1)
    world.write_policy(2, photos=20)
    batch_id = batches.start(world.store, BatchOrder(Selection(), policy="local"))
    assert world.work(2) == 2
    assert orders.pause(world.store, batch_id) and not orders.pause(world.store, batch_id)
    world.work()
    record = batch_store(world.store).batch(batch_id)
    assert (record.state, record.done) == (BatchState.PAUSED, 1)
    assert orders.resume(world.store, batch_id) and not orders.resume(world.store, batch_id)
    world.work()
    record = batch_store(world.store).batch(batch_id)
    assert (record.state, record.done, record.totals.changed) == (BatchState.FINISHED, 3, 3)
    second = batches.start(world.store, BatchOrder(Selection(), policy="local"))
    assert orders.cancel(world.store, second) and not orders.cancel(world.store, second)
    world.work()
    assert batch_store(world.store).batch(second).state is BatchState.CANCELLED
    assert not orders.cancel(world.store, batch_id), "it is over"


def test_a_slice_done_twice_counts_once(world: World) -> None:
    world.write_policy(2, photos=20)
    batch_id = batches.start(world.store, BatchOrder(Selection(), policy="local"))
    assert world.work(1) == 1
    for _ in range(2):
        batches.run_slice(world.store, world.sandbox, batch_id, 0)
    world.work()
    record = batch_store(world.store).batch(batch_id)
    assert (record.done, record.totals.claims, record.totals.changed) == (3, 3, 3)


@pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)
def test_selection(world: World) -> None:
    day = date(2021, 11, 15)
    expected = {
        Selection(policy="changchun-2021-33"): [0, 1, 2],
        Selection(policy="other"): [],
        Selection(enterprise=USCC): [0, 1, 2],
        Selection(enterprise="长春批量制造有限公司"): [0, 1, 2],
        Selection(enterprise="别家"): [],
        Selection(training_from=day): [1, 2],
        Selection(training_to=date(2021, 11, 8)): [0],
        Selection(submitted_from=date(2021, 12, 2)): [],
        Selection(submitted_to=date(2021, 12, 1)): [0, 1, 2],
        Selection(codes=("sheet.not_signed", "photo.too_few")): [2],
        Selection(verdicts=("pass", "review", "fail")): [0, 1, 2],
        Selection(verdicts=()): [0, 1, 2],
        Selection(ids=("CC-2021-000001", world.claims[2])): [1, 2],
        Selection(statuses=("approved",)): [],
    }
    batches_ = batch_store(world.store)
    for selection, numbers in expected.items():
        batch_id = batches_.create(BatchOrder(selection))
        assert batches_.fill(batch_id, selection) == len(numbers) == batches_.matching(selection)
        assert [r.claim_id for r in batches_.rows(batch_id)] == [world.claims[n] for n in numbers], selection
    assert world.run(selection=Selection(policy="other")).state is BatchState.FINISHED


def test_claims_judged_by_an_older_program_are_found_too(world: World) -> None:
    with world.store.database.writing() as connection:
        connection.execute(delete(verification_codes))
        connection.execute(delete(verifications))
    record = world.run(selection=Selection(codes=("sheet.not_signed",)))
    assert [r.claim_id for r in world.rows(record)] == [world.claims[2]]
    assert record.totals.unchanged == 1, "what is not known to differ is no cause"


def test_a_claim_that_cannot_be_judged_is_told_and_does_not_stop_the_others(world: World) -> None:
    world.store.repository.set_status(world.claims[1], "verifying")
    batch_id = batches.start(world.store, BatchOrder(Selection(statuses=("verified", "verifying"))))
    world.work()
    record = batch_store(world.store).batch(batch_id)
    assert (record.totals.failed, record.totals.unchanged) == (1, 2)
    failed = next(r for r in world.rows(record) if r.state is RowState.FAILED)
    assert failed.claim_id == world.claims[1] and "handed in anew" in (failed.reason or "")


def test_what_is_named_must_be_there(world: World) -> None:
    for order in (
        BatchOrder(Selection(), policy="nowhere"),
        BatchOrder(Selection(), policy="local", policy_version="9"),
        BatchOrder(Selection(), roster="ros_x"),
    ):
        with pytest.raises(NotFound):
            batches.start(world.store, order)


def test_a_claim_that_gains_or_loses_money_changes_those_submitted_after_it(world: World) -> None:
    store = world.store
    pair = [put_claim(store, 10 + 3 * n, world.people[24:28], SMALL) for n in range(2)]
    for claim_id in pair:
        world.verify(claim_id)
    later = store.repository.judgement(pair[1])
    assert later is not None and "trainee.same_occupation_and_level" in {f.code for f in later.findings}
    earlier = store.repository.trainees(pair[0])
    assert earlier is not None
    store.repository.put_trainees(pair[0], replace(earlier, people=earlier.people[:1]))
    record = world.run()
    row = next(r for r in world.rows(record) if r.claim_id == pair[1])
    assert row.change is not None and row.change.causes == (Cause.OTHER_CLAIMS,)
    assert "trainee.same_occupation_and_level" in {f.code for f in row.change.difference.removed}
    assert row.change.difference.supported is not None
    assert (record.totals.claims, record.totals.changed, record.done) == (5, 2, 5)
    alone = world.run(selection=Selection(ids=(pair[0],)))
    assert alone.totals.unchanged == 1
