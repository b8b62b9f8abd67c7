"""Batches, workers and a large database, on PostgreSQL.

python -m tests.benchmarks.jobs [--parts judging,matching,reading,large] [--claims 128] [--matched 128] [--workers 2] [--sheets 32] [--large 1000000]

judging   claims of 44 trainees, 10 sheets, a roster of 6,000, judged by another policy: claims a second with so many worker processes
matching  the same matched anew by a new roster
reading   the same files read by one worker and by two: the ratio
large     so many claims in the database: a page of the list, selecting a batch, taking a job, sweeping

Beside the seconds stand the processor seconds that the workers took: they hold on a machine that others use too.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import text

from services.adapters.batches.orders import batch_store
from services.adapters.repository import Repository
from services.adapters.sandbox import Sandbox
from services.adapters.settings import Settings
from services.adapters.store import Store, open_store
from services.adapters.worker import WorkerPool
from services.domain.batch import BatchOrder, Selection
from services.domain.claim import Roster
from services.domain.evidence import EvidenceFile, EvidenceKind
from services.verify import batches
from services.verify.elsewhere import ClaimsElsewhere
from services.verify.judge import judge
from services.verify.matching import match_case
from services.verify.media_seen import remember
from services.verify.pipeline import Verifier, index_of
from services.verify.policy_file import POLICIES
from services.verify.reading import read_evidence, reader_versions
from services.verify.recording import index_digest, provenance_store, verification_of
from tests import postgres
from tests.contract import evidence_samples
from tests.generators.many_claims import USCC, Scale, put_claim, roster_of, staff
from tests.generators.people import Person

MODULES = ("services.verify.tasks",)
_LOOK = 0.05


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--parts", default="judging,matching,reading,large")
    options.add_argument("--claims", type=int, default=128)
    options.add_argument("--matched", type=int, help="how many of the claims are matched anew; without it all")
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--sheets", type=int, default=32, help="how many are read")
    options.add_argument("--large", type=int, default=1_000_000)
    asked = options.parse_args()
    parts = asked.parts.split(",")
    with postgres.server() as socket_dir:
        if {"judging", "matching"} & set(parts):
            with store_on(socket_dir, asked.workers) as store:
                batches_of(store, asked.claims, asked.matched or asked.claims, parts)
        if "reading" in parts:
            reading(socket_dir, asked.sheets)
        if "large" in parts:
            with store_on(socket_dir, 1) as store:
                large(store, asked.large)


@contextmanager
def store_on(socket_dir: str, workers: int) -> Iterator[Store]:
    with postgres.fresh_database(socket_dir) as url, tempfile.TemporaryDirectory(prefix="hz-bench-") as folder:
        store = open_store(Settings(data_dir=Path(folder), database_url=url, workers=workers, job_poll_seconds=0.05))
        yield store
        store.close()


def batches_of(store: Store, count: int, matched: int, parts: list[str]) -> None:
    staffs = enterprises(count)
    fill(store, count, staffs)
    first = tuple(claim.id for claim in store.repository.claims(limit=matched))
    with workers_of(store) as pool:
        timed_batch(store, pool, None, BatchOrder(Selection(), dry_run=True))  # so that every worker has been through one: statements planned
        if "judging" in parts:
            stricter(store, "strict")
            timed_batch(store, pool, "judged by a new policy, dry run", BatchOrder(Selection(), policy="strict", dry_run=True))
            timed_batch(store, pool, "judged by a new policy, written", BatchOrder(Selection(), policy="strict"))
        if "matching" in parts:
            for uscc, people in staffs.items():
                store.repository.put_roster(uscc, None, roster_of(people[1:]))
            timed_batch(store, pool, "matched by a new roster, dry run", BatchOrder(Selection(ids=first), dry_run=True))


def enterprises(count: int) -> dict[str, list[Person]]:
    """As many as it takes for other people in every claim: whoever is in two trainings at once makes findings that few claims have."""
    scale = Scale()
    needed = -(-count // (scale.roster // scale.trainees))
    return {USCC[:-2] + f"{k:02d}" if k else USCC: staff(scale, seed=7 + k) for k in range(needed)}


def fill(store: Store, count: int, staffs: dict[str, list[Person]]) -> None:
    """Claims that were verified, each enterprise's in turn."""
    scale = Scale()
    rosters = {uscc: roster_of(people) for uscc, people in staffs.items()}
    for uscc, roster in rosters.items():
        store.repository.put_roster(uscc, None, roster)
    each = scale.roster // scale.trainees
    with Sandbox(workers=1) as sandbox:
        for number in range(count):
            uscc, first = list(staffs)[number // each], number % each * scale.trainees
            claim_id = put_claim(store, number, staffs[uscc][first : first + scale.trainees], scale, uscc=uscc)
            verify(store, sandbox, claim_id, rosters[uscc])


def stricter(store: Store, policy_id: str) -> None:
    """A policy beside the program's own that asks for more photos."""
    policy = (POLICIES / "changchun-2021-33.yaml").read_text(encoding="utf-8").replace("id: changchun-2021-33", f"id: {policy_id}", 1)
    store.settings.policies_path().mkdir(exist_ok=True)
    (store.settings.policies_path() / f"{policy_id}.yaml").write_text(policy.replace("minimum: 5}", "minimum: 20}"), encoding="utf-8")


def verify(store: Store, sandbox: Sandbox, claim_id: str, roster: Roster) -> None:
    """As `Verifier.verify`, but no other claim's sheets are opened to look for copies: all files are made up and different, and with a thousand
    claims it would take hours."""
    verifier, repository = Verifier(store, sandbox), store.repository
    state = provenance_store(store).state(claim_id)
    claim, policy = verifier.claim_and_policy(repository.claim(claim_id).claim, None)
    reading = read_evidence(repository.evidence(claim_id), store.blobs.path, repository, sandbox)
    elsewhere, rules = ClaimsElsewhere(repository, claim_id, claim), policy.rules(claim.project.start)
    remember(repository, claim_id, reading.evidence)
    case = match_case(claim, repository.trainees(claim_id), roster, reading.evidence, reading.faces, elsewhere, rules, (), reuse=())
    judgement = judge(case, policy)
    index = index_of(case, judgement)
    assert state is not None
    with repository.transaction():
        repository.put_case(claim_id, case)
        repository.put_judgement(claim_id, judgement, reader_versions=reader_versions())
        repository.put_index(claim_id, index)
        verification = verification_of(judgement, case, policy, state, reading.used, index_digest(index))
        provenance_store(store).put_verification(claim_id, verification, case)
        repository.set_status(claim_id, "verified")


@contextmanager
def workers_of(store: Store) -> Iterator[WorkerPool]:
    """Workers that are at work, as they are for days before a batch comes."""
    pool = WorkerPool(store.settings, MODULES)
    pool.start()
    wait_for(lambda: len(store.queue.workers(timedelta(seconds=30))) >= store.settings.workers)
    yield pool
    pool.stop()


def timed_batch(store: Store, pool: WorkerPool, name: str | None, order: BatchOrder) -> None:
    """Claims a second from the order to the batch's end."""
    before, began = processor_seconds(pool), time.monotonic()
    batch_id = batches.start(store, order)
    wait_for(lambda: batch_store(store).batch(batch_id).over)
    took, spent = time.monotonic() - began, processor_seconds(pool) - before
    record = batch_store(store).batch(batch_id)
    assert record.totals.failed == 0, record.totals
    if name:
        print(
            f"{name}: {record.done} claims, {record.totals.changed} changed, {record.done / took:.1f} claims/s, workers' processor seconds {spent:.1f}",
            flush=True,
        )


def processor_seconds(pool: WorkerPool) -> float:
    """What the workers have taken so far, user and system."""
    ticks = (Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[11:13] for pid in pool.pids())
    return sum(int(tick) for pair in ticks for tick in pair) / os.sysconf("SC_CLK_TCK")


_WARMING = 4


def reading(socket_dir: str, copies: int) -> None:
    """The same files, each with another byte at its end, through one worker and through two, once each has its reading process and the models in it."""
    kind = EvidenceKind.SIGN_IN_SHEET
    name, data = evidence_samples.sample(kind)
    seconds = {}
    for workers in (1, 2):
        with store_on(socket_dir, workers) as store:
            people = staff(Scale(roster=30))
            claim_id = put_claim(store, 1, people, Scale(trainees=4, sheets=2, roster=30))

            ids = []
            for n in range(copies + _WARMING * workers):
                sha256, size = store.blobs.put_bytes(data + n.to_bytes(2, "big"))
                ids.append(store.repository.add_evidence(claim_id, EvidenceFile(f"sign_in_sheets/{n}{name}", kind, sha256, size, None))[0])
            pool = WorkerPool(store.settings, MODULES)
            pool.start()
            wait_for(lambda s=store, w=workers: len(s.queue.workers(timedelta(seconds=30))) >= w)
            for some in (ids[copies:], ids[:copies]):
                began, done = time.monotonic(), store.queue.counts().get("done", 0)
                for evidence_id in some:
                    store.queue.enqueue("read.evidence", claim_id=claim_id, evidence_id=evidence_id)
                after = done + len(some)
                wait_for(lambda s=store, n=after: s.queue.counts() == {"done": n})
            seconds[workers] = time.monotonic() - began
            pool.stop()
    print(f"reading {copies} sheets: one worker {seconds[1]:.1f} s, two {seconds[2]:.1f} s, ratio {seconds[1] / seconds[2]:.2f}", flush=True)


def large(store: Store, count: int) -> None:
    """Rows made in the database itself; only what these calls look at is filled."""
    columns = "id, claim_key, claim_no, uscc, enterprise, project, policy, submitted_at, status, progress_done, progress_total, verdict, created_at, updated_at"
    values = (
        "'clm_' || n, 'key' || n, 'CC-' || n, '91220101MA' || (n % 3000), '企业' || (n % 3000), '项目', 'changchun-2021-33', now() - n * interval '1 second', "
        "'verified', 1, 1, (ARRAY['pass','review','fail'])[1 + n % 3], now(), now()"
    )
    records = (
        "'clm_' || n, 'changchun-2021-33', (ARRAY['pass','review','fail'])[1 + n % 3], date '2021-01-01' + n % 365, date '2021-01-05' + n % 365, 'k', '', now()"
    )
    with store.database.writing() as connection:
        for table, names, chosen, where in (
            ("claims", columns, values, ""),
            ("verifications", "claim_id, policy_id, verdict, training_start, training_end, key, body, updated_at", records, ""),
            ("verification_codes", "claim_id, code", "'clm_' || n, 'photo.too_few'", "WHERE n % 50 = 0"),
            ("jobs", "id, name, args, state, attempt, priority, not_before, created_at, updated_at, lane",
             "'job' || n, 'x', '{\"n\":' || n || '}', (CASE WHEN n % 10 = 0 THEN 'queued' ELSE 'done' END), 0, 8, now(), now(), now(), 'batch'", ""),
        ):  # fmt: skip
            connection.execute(text(f"INSERT INTO {table} ({names}) SELECT {chosen} FROM generate_series(1, {count}) AS n {where}".replace(":", r"\:")))
    with store.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    repository: Repository = store.repository
    known = batch_store(store)
    print(f"{count} claims and as many jobs in the database; the middle of five runs:")
    report("a page of the list", lambda: repository.claims(limit=50, status="verified"))
    report("a page from the middle of the list", lambda: repository.claims(limit=50, after=str(count // 2)))
    report("claims an enterprise has, for a batch", lambda: known.matching(Selection(enterprise="91220101MA7")))
    report("claims with a finding, for a batch", lambda: known.matching(Selection(codes=("photo.too_few",), training_from=date(2021, 3, 1))))
    report(
        "selecting an enterprise's claims into a batch",
        lambda: known.fill(known.create(BatchOrder(Selection(enterprise="91220101MA7"))), Selection(enterprise="91220101MA7")),
    )
    report("taking a job out of a tenth as many waiting", lambda: store.queue.claim("w", ["x"]))
    report("sweeping", lambda: store.queue.sweep())
    began = time.monotonic()
    everything = known.create(BatchOrder(Selection()))
    filled = known.fill(everything, Selection())
    print(f"  selecting all {filled} claims into a batch: {time.monotonic() - began:.1f} s", flush=True)


def report(name: str, work: Callable[[], object]) -> None:
    took = []
    for _ in range(5):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    print(f"  {name}: {1000 * sorted(took)[2]:.0f} ms", flush=True)


def wait_for(done: Callable[[], bool], seconds: float = 3600.0) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(_LOOK)


if __name__ == "__main__":
    main()
