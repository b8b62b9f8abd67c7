"""A claim that was verified last month gets its finding when today's twin of its photo comes in, whichever of the two was submitted first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import cast

import pytest
from PIL import Image

from services.adapters.sandbox import Sandbox
from services.adapters.settings import Settings
from services.adapters.store import Store, open_store
from services.domain.claim import SHANGHAI
from services.domain.evidence import EvidenceFile, EvidenceKind
from services.domain.facts import PhotoFacts
from services.verify import tasks
from services.verify.media_seen import rebuild_index
from services.verify.readers import reader_for
from services.verify.readers.photo import looks
from tests.factories import make_claim
from tests.generators.dresses import dress_up
from tests.generators.photos import training_photo

PHOTO = training_photo(41, size=(1000, 750))
TWIN = dress_up("crop to 80 %", PHOTO, 3)


class _NothingToRead:
    """Stands for the reading processes: everything was read before."""

    def run(self, jobs: Sequence[object], _more: object) -> Iterator[tuple[int, object]]:
        assert not jobs
        return iter(())


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    opened = open_store(Settings(data_dir=tmp_path / "data"))
    monkeypatch.setattr(tasks, "_sandbox", lambda: cast(Sandbox, _NothingToRead()))
    yield opened
    opened.close()


def facts_of(picture: Image.Image) -> PhotoFacts:
    return looks(picture.convert("L"), picture.size)


def put(store: Store, claim_no: str, day: int, picture: Image.Image) -> str:
    """A claim submitted on a day of November with one photo that has been read."""
    claim_id = store.repository.put_claim(make_claim(claim_no=claim_no, submitted_at=datetime(2021, 11, day, tzinfo=SHANGHAI)))
    sha256 = f"{day:064x}"
    store.repository.add_evidence(claim_id, EvidenceFile("photos/a.jpg", EvidenceKind.PHOTO, sha256, 10, "image/jpeg"))
    store.repository.put_facts(sha256, "photo", reader_for(EvidenceKind.PHOTO).version, facts_of(picture))
    return claim_id


def said(store: Store, claim_id: str) -> list[tuple[str, str]]:
    """The findings about a medium that was used in another claim: (code, claim it is related to)."""
    judgement = store.repository.judgement(claim_id)
    assert judgement is not None
    return [(f.code, f.related[0].claim_no) for f in judgement.findings if f.code in ("photo.reused", "claim.used_later")]


def work_off(store: Store) -> list[str]:
    """Do the jobs that judge claims anew; the ids of those claims."""
    done = []
    while (job := store.queue.claim("a worker", ["verify.again"])) is not None:
        tasks.judge_again(store, **job.args)
        store.queue.complete(job)
        done.append(job.args["claim_id"])
    return done


@pytest.mark.parametrize(("today", "earlier_says"), [(29, "claim.used_later"), (12, "photo.reused")], ids=["submitted later", "submitted before"])
def test_the_claim_of_last_month_is_judged_anew(store: Store, today: int, earlier_says: str) -> None:
    first = put(store, "CC-OLD", 20, PHOTO)
    tasks.verify_claim(store, first)
    assert said(store, first) == [] and work_off(store) == []
    twin = put(store, "CC-NEW", today, TWIN)
    tasks.verify_claim(store, twin)
    assert work_off(store) == [first]
    assert said(store, first) == [(earlier_says, "CC-NEW")]
    assert said(store, twin) == [("photo.reused" if today > 20 else "claim.used_later", "CC-OLD")]
    reports = store.queue.claim("a worker", ["report.compile"])
    assert reports is not None, "its report is compiled anew too"


def test_a_rebuilt_index_still_finds_it(store: Store) -> None:
    first = put(store, "CC-OLD", 20, PHOTO)
    tasks.verify_claim(store, first)
    rebuild_index(store)
    twin = put(store, "CC-NEW", 29, TWIN)
    tasks.verify_claim(store, twin)
    assert said(store, twin) == [("photo.reused", "CC-OLD")] and work_off(store) == [first]
