from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from services.adapters.settings import Settings
from services.adapters.store import Store, open_store
from services.domain.case import Evidence
from services.domain.evidence import EvidenceFile, EvidenceKind
from services.domain.facts import PhotoFacts
from services.verify.elsewhere import ClaimsElsewhere
from services.verify.match.reuse import OwnMedia, find_reuse
from services.verify.media_seen import rebuild_index, remember
from services.verify.readers import reader_for
from services.verify.readers.photo import looks
from tests.factories import make_claim
from tests.generators.dresses import DRESSES, dress_up
from tests.generators.photos import training_photo

SEEDS = (31, 32, 33)
VERSION = reader_for(EvidenceKind.PHOTO).version


@pytest.fixture(scope="module")
def known() -> dict[int, PhotoFacts]:
    return {seed: looks(training_photo(seed, size=(1000, 750)).convert("L"), (1000, 750)) for seed in SEEDS}


@pytest.fixture
def store(tmp_path: Path, known: dict[int, PhotoFacts]) -> Store:
    """A claim for each known photo, verified before."""
    opened = open_store(Settings(data_dir=tmp_path / "data"))
    for seed, facts in known.items():
        claim_id = opened.repository.put_claim(make_claim(claim_no=f"CC-{seed}"))
        opened.repository.put_facts(f"{seed:064x}", "photo", VERSION, facts)
        remember(opened.repository, claim_id, [evidence(f"{seed:064x}", facts)])
    return opened


def evidence(sha256: str, facts: PhotoFacts) -> Evidence:
    return Evidence(EvidenceFile("photos/a.jpg", EvidenceKind.PHOTO, sha256, 10, "image/jpeg"), facts)


def proposed(store: Store, facts: PhotoFacts) -> list[str]:
    own = [OwnMedia("photos/new.jpg", "f" * 64, facts)]
    elsewhere = ClaimsElsewhere(store.repository, "mine", make_claim(claim_no="CC-MINE"), store.media_index)
    others = list(elsewhere.media(own))
    assert all(o.like == frozenset({"f" * 64}) for o in others)
    assert {r.claim_no for r in find_reuse(own, others)} == {o.claim_no for o in others}
    return [o.claim_no for o in others]


@pytest.mark.parametrize("dress", sorted(set(DRESSES) - {"off a screen", "crop to 60 %"}))
def test_the_index_proposes_the_original_and_no_other_claim(store: Store, dress: str) -> None:
    copy = dress_up(dress, training_photo(32, size=(1000, 750)), 5)
    assert proposed(store, looks(copy.convert("L"), copy.size)) == ["CC-32"]


def test_what_another_worker_remembers_is_found_and_a_rebuilt_index_knows_facts_of_old(store: Store, known: dict[int, PhotoFacts], tmp_path: Path) -> None:
    assert proposed(store, known[31]) == ["CC-31"]
    other = open_store(Settings(data_dir=tmp_path / "data"))
    late = looks(training_photo(34, size=(1000, 750)).convert("L"), (1000, 750))
    claim_id = other.repository.put_claim(make_claim(claim_no="CC-34"))
    other.repository.put_facts(f"{34:064x}", "photo", VERSION, late)
    other.repository.put_facts(f"{35:064x}", "photo", 1, replace(late, features_mirrored=b""))
    remember(other.repository, claim_id, [evidence(f"{34:064x}", late)])
    assert proposed(store, late) == ["CC-34"]
    assert rebuild_index(store) == len(SEEDS) + 2
    assert proposed(store, late) == ["CC-34"] and proposed(other, known[33]) == ["CC-33"]
