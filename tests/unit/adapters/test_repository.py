"""The repository gives back what it was given, on SQLite and on PostgreSQL."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from services.adapters.repository import ClaimExists, StoredAnswer
from services.adapters.repository.tables import evidence as evidence_table
from services.adapters.store import Store
from services.adapters.vault import VaultError
from services.domain.case import FileProblem
from services.domain.claim import SHANGHAI, Claim, Insured, Roster
from services.domain.errors import NotFound
from services.domain.evidence import EvidenceFile, EvidenceKind, Place
from services.domain.facts import PhotoFacts
from services.domain.finding import Judgement
from services.domain.index import ClaimIndex, InvoiceEntry, MediaEntry, PresenceEntry, SubsidyEntry
from services.domain.text import Message
from tests.factories import id_number, make_case

CASE = make_case()
CLAIM: Claim = CASE.claim
PHOTO = EvidenceFile("photos/a.jpg", EvidenceKind.PHOTO, "a" * 64, 3, "image/jpeg")
PROBLEM = FileProblem("file.unreadable", Message("无法读取", "unreadable"))


def roster(name: str) -> Roster:
    return Roster("roster.xlsx", (Insured(2, name, id_number(0)),))


def test_a_claim_comes_back_with_its_state(store: Store) -> None:
    repository = store.repository
    claim_id = repository.put_claim(CLAIM, {"claim_no": CLAIM.claim_no, "x": [1.5, None]})
    record = repository.claim(claim_id)
    assert record.claim == CLAIM
    assert (record.status, record.progress_done, record.progress_total, record.error) == ("draft", 0, 0, None)
    assert repository.raw_claim(claim_id) == {"claim_no": CLAIM.claim_no, "x": [1.5, None]}
    repository.set_progress(claim_id, 2, 9)
    repository.set_status(claim_id, "verifying", error="再试")
    summary = repository.claim_summary(claim_id)
    assert (summary.status, summary.progress_done, summary.progress_total, summary.error) == ("verifying", 2, 9, "再试")
    assert summary.submitted_at == CLAIM.submitted_at
    assert repository.count_by_status() == {"verifying": 1}


def test_what_is_not_there_is_said_so(store: Store) -> None:
    for call in (
        store.repository.claim,
        store.repository.claim_summary,
        lambda c: store.repository.set_status(c, "draft"),
        lambda c: store.repository.add_evidence(c, PHOTO),
    ):
        with pytest.raises(NotFound):
            call("clm_none")
    assert store.repository.case("clm_none") is None
    assert store.repository.roster("clm_none") is None


def test_the_same_claim_again_starts_afresh_under_its_id(store: Store) -> None:
    repository = store.repository
    claim_id = repository.put_claim(CLAIM)
    repository.add_evidence(claim_id, PHOTO)
    repository.put_trainees(claim_id, CASE.trainees)
    repository.put_roster(None, claim_id, roster("甲"))
    repository.put_case(claim_id, CASE)
    repository.add_intake_problem(claim_id, "a", PROBLEM)
    repository.put_index(claim_id, ClaimIndex(media=(MediaEntry("photo", "a", "b"),)))
    changed = replace(CLAIM, claimed_amount=Decimal("1.00"))
    assert repository.put_claim(changed) == claim_id
    assert repository.claim(claim_id).claim == changed
    assert repository.evidence(claim_id) == []
    assert (repository.trainees(claim_id), repository.roster(claim_id), repository.case(claim_id)) == (None, None, None)
    assert repository.intake_problems(claim_id) == ()
    assert repository.media("other") == []
    with pytest.raises(ClaimExists) as caught:
        repository.put_claim(CLAIM, replace=False)
    assert caught.value.claim_id == claim_id
    other = replace(CLAIM, enterprise=replace(CLAIM.enterprise, uscc=None, name="别的企业"))
    assert repository.put_claim(other) != claim_id


def test_big_documents_come_back_equal(store: Store) -> None:
    repository = store.repository
    claim_id = repository.put_claim(CLAIM)
    repository.put_case(claim_id, CASE)
    assert repository.case(claim_id) == CASE
    repository.put_trainees(claim_id, CASE.trainees)
    assert repository.trainees(claim_id) == CASE.trainees
    repository.put_trainees(claim_id, None)
    assert repository.trainees(claim_id) is None
    judgement = Judgement("p", "1", "t", (), (), (), Decimal("1.20"), None, None)
    repository.put_judgement(claim_id, judgement, reader_versions=(("photo", 2),))
    assert repository.judgement(claim_id) == replace(judgement, reader_versions=(("photo", 2),))
    repository.put_renderings(claim_id, {"pdf": b"%PDF"})
    assert repository.rendering(claim_id, "pdf") == b"%PDF"
    assert repository.rendering(claim_id, "html") is None


def test_a_report_puts_its_outcome_into_the_list(store: Store) -> None:
    claim_id = store.repository.put_claim(CLAIM)
    report = {
        "verdict": "pass",
        "score": {"value": 90, "low": 80.5, "high": 95},
        "amount": {"claimed": "1.00", "supported": None, "unclear": "0.00"},
        "findings": [],
    }
    store.repository.put_report(claim_id, report)
    assert store.repository.report(claim_id) == report
    listed = store.repository.claims()[0]
    assert (listed.verdict, listed.score, listed.score_low, listed.claimed, listed.supported) == ("pass", 90, 80.5, "1.00", None)


def test_claims_are_paged_newest_first(store: Store) -> None:
    made = [store.repository.put_claim(replace(CLAIM, claim_no=f"N{i}")) for i in range(5)]
    first = store.repository.claims(limit=3)
    rest = store.repository.claims(after=first[-1].cursor, limit=3)
    assert [c.id for c in first + rest] == made[::-1]
    store.repository.set_status(made[0], "verified")
    assert [c.id for c in store.repository.claims(status="verified")] == [made[0]]


def test_evidence_is_one_for_a_path_or_for_the_same_bytes_of_a_kind(store: Store) -> None:
    repository = store.repository
    claim_id = repository.put_claim(CLAIM)
    first, created = repository.add_evidence(claim_id, PHOTO, name="a.jpg")
    assert created
    assert repository.add_evidence(claim_id, PHOTO) == (first, False)
    copy = replace(PHOTO, path="photos/b.jpg")
    assert repository.add_evidence(claim_id, copy, same_bytes=True) == (first, False)
    second, created = repository.add_evidence(claim_id, copy)
    assert created and second != first
    assert repository.add_evidence(claim_id, replace(PHOTO, path="videos/a.jpg", kind=EvidenceKind.VIDEO), same_bytes=True)[1]
    repository.add_evidence(claim_id, replace(PHOTO, sha256="b" * 64))
    assert [f.path for f in repository.evidence(claim_id)] == ["photos/a (2).jpg", "photos/a.jpg", "photos/b.jpg", "videos/a.jpg"]
    assert repository.find_evidence(claim_id, "a" * 64, EvidenceKind.PHOTO) == (first, PHOTO)
    assert repository.evidence_by_id(claim_id, first) == PHOTO
    assert repository.evidence_by_id(claim_id, "none") is None


def test_facts_are_kept_for_bytes_reader_and_version(store: Store) -> None:
    repository = store.repository
    assert repository.facts("a" * 64, "photo", 1) is None
    repository.put_facts("a" * 64, "photo", 1, None, (PROBLEM,))
    assert repository.facts("a" * 64, "photo", 1) == (None, (PROBLEM,))
    facts = PhotoFacts(3, 2, taken_at=datetime(2021, 11, 8, 9, tzinfo=SHANGHAI))
    repository.put_facts("a" * 64, "photo", 1, facts)
    assert repository.facts("a" * 64, "photo", 1) == (facts, ())
    assert repository.facts("a" * 64, "photo", 2) is None


def test_intake_problems_keep_their_order(store: Store) -> None:
    claim_id = store.repository.put_claim(CLAIM)
    for path in ("b", "a"):
        store.repository.add_intake_problem(claim_id, path, PROBLEM)
    assert store.repository.intake_problems(claim_id) == (("b", PROBLEM), ("a", PROBLEM))


def test_a_claims_own_roster_comes_before_the_enterprises_newest(store: Store) -> None:
    repository = store.repository
    claim_id = repository.put_claim(CLAIM)
    uscc = CLAIM.enterprise.uscc
    assert uscc is not None
    repository.put_roster("another", None, roster("别家"))
    assert repository.roster(claim_id) is None
    repository.put_roster(uscc, None, roster("旧"))
    repository.put_roster(uscc, None, roster("新"))
    other = repository.put_claim(replace(CLAIM, claim_no="other"))
    repository.put_roster(uscc, other, roster("他单"))
    assert repository.roster(claim_id) == roster("新")
    repository.put_roster(uscc, claim_id, roster("自带"))
    repository.put_roster(uscc, claim_id, roster("自带二"))
    assert repository.roster(claim_id) == roster("自带二")


def test_other_claims_are_found_by_person_media_and_invoice(store: Store) -> None:
    repository = store.repository
    mine = repository.put_claim(CLAIM)
    other = repository.put_claim(replace(CLAIM, claim_no="other", submitted_at=None))
    start = datetime(2021, 11, 8, 8, 30, tzinfo=SHANGHAI)
    place = Place("sign_in_sheets/1.jpg", 1, 3, (0.1, 0.2, 0.3, 0.4))
    presence = PresenceEntry(id_number(0), start, start + timedelta(hours=3), 0, place)
    index = ClaimIndex(
        presences=(presence, replace(presence, id_number=id_number(1))),
        subsidies=(SubsidyEntry(id_number(0), "车工", "四级", "项目", date(2021, 11, 8)),),
        media=(MediaEntry("photo", "photos/a.jpg", "a" * 64, "photo", 1), MediaEntry("video", "videos/a.mp4", "b" * 64, "video", 1)),
        invoices=(InvoiceEntry("044001900111-12345678", Place("invoices/a.pdf", 1)),),
    )
    repository.put_index(other, index)
    repository.put_index(mine, index)
    found = repository.presences(mine, [id_number(0), id_number(7)])
    assert [(f.claim.id, f.claim.claim_no, f.claim.submitted_at, f.entry) for f in found] == [(other, "other", None, presence)]
    assert [f.entry.occupation for f in repository.subsidies(mine, [id_number(0)])] == ["车工"]
    assert [f.entry.file for f in repository.media(mine, "photo")] == ["photos/a.jpg"]
    assert [f.entry.kind for f in repository.media(mine, sha256=["b" * 64])] == ["video"]
    assert len(repository.invoices(mine, ["044001900111-12345678", "1"])) == 1
    assert len(repository.presences(mine, [id_number(0)] + [str(i) for i in range(1200)])) == 1
    assert [c.id for c in repository.other_claims(mine)] == [other]
    assert repository.other_claims(other)[0].submitted_at == CLAIM.submitted_at
    repository.put_index(other, ClaimIndex())
    assert repository.presences(mine, [id_number(0)]) == []


def test_calls_of_a_transaction_are_kept_together_or_not_at_all(store: Store) -> None:
    with pytest.raises(RuntimeError), store.repository.transaction():
        claim_id = store.repository.put_claim(CLAIM)
        store.queue.enqueue("verify.claim", claim_id=claim_id)
        assert store.repository.claim(claim_id).claim == CLAIM
        raise RuntimeError
    assert store.repository.claims() == []
    assert store.queue.counts() == {}


def test_a_body_moved_to_another_row_does_not_open(store: Store) -> None:
    claim_id = store.repository.put_claim(CLAIM)
    store.repository.add_evidence(claim_id, PHOTO)
    store.repository.add_evidence(claim_id, replace(PHOTO, path="photos/b.jpg"))
    with store.database.writing() as connection:
        bodies = connection.execute(evidence_table.select().order_by(evidence_table.c.seq)).all()
        connection.execute(evidence_table.update().where(evidence_table.c.seq == bodies[0].seq).values(body=bodies[1].body))
    with pytest.raises(VaultError):
        store.repository.evidence(claim_id)


def test_names_and_numbers_are_not_in_the_file(store: Store) -> None:
    if not store.database.sqlite:
        pytest.skip("looks into the file of SQLite")
    claim_id = store.repository.put_claim(CLAIM)
    store.repository.put_case(claim_id, CASE)
    store.repository.put_trainees(claim_id, CASE.trainees)
    store.repository.put_index(claim_id, ClaimIndex(subsidies=(SubsidyEntry(id_number(0), None, None, None, None),)))
    store.repository.add_evidence(claim_id, replace(PHOTO, path=f"faces/enrolled/{id_number(0)}.jpg"))
    path = store.settings.data_dir / "hezheng.db"
    with sqlite3.connect(path) as connection:
        dump = "\n".join(connection.iterdump())
    for secret in (id_number(0), "王小明"):
        assert secret not in dump
        assert secret.encode() not in path.read_bytes()


def test_deleting_a_claim_deletes_what_hangs_on_it(store: Store) -> None:
    claim_id = store.repository.put_claim(CLAIM)
    store.repository.add_evidence(claim_id, PHOTO)
    store.repository.put_case(claim_id, CASE)
    store.repository.delete_claim(claim_id)
    assert store.repository.evidence(claim_id) == []
    with pytest.raises(NotFound):
        store.repository.claim(claim_id)


def test_keys_open_until_revoked_and_are_kept_as_hashes(store: Store) -> None:
    key, secret = store.repository.create_api_key("portal")
    assert store.repository.api_key(secret) == key == store.repository.api_key_by_id(key.id)
    assert store.repository.api_key(secret + "x") is None
    assert store.repository.revoke_api_key(key.id) and not store.repository.revoke_api_key(key.id)
    assert store.repository.api_key(secret) is None
    assert store.repository.api_key_by_id(key.id) is None
    assert store.repository.api_keys()[0].revoked_at is not None


def test_an_answer_is_kept_for_its_caller_and_key(store: Store) -> None:
    store.repository.put_answer("a", "k", StoredAnswer("r", 201, "{}"))
    assert store.repository.answer("a", "k") == StoredAnswer("r", 201, "{}")
    assert store.repository.answer("b", "k") is None


def test_decisions_stand_beside_the_verdict(store: Store) -> None:
    claim_id = store.repository.put_claim(CLAIM)
    before = datetime.now(UTC)
    store.repository.add_decision(claim_id, "return", "请补充", "张三")
    store.repository.add_decision(claim_id, "approve", "齐全", "李四")
    assert [(d.decision, d.reason, d.actor) for d in store.repository.decisions(claim_id)] == [("return", "请补充", "张三"), ("approve", "齐全", "李四")]
    assert store.repository.decisions(claim_id)[0].created_at >= before
    assert store.repository.claim_summary(claim_id).status == "approved"


def test_file_names_that_differ_only_in_case_or_blanks_are_different_files(store: Store) -> None:
    claim_id = store.repository.put_claim(CLAIM)
    names = ("photos/IMG_1.jpg", "photos/IMG_1.JPG", "photos/照片 1.jpg", "photos/照片1.jpg", "photos/a(1).jpg", "photos/a（1）.jpg")
    for name in names:
        assert store.repository.add_evidence(claim_id, replace(PHOTO, path=name))[1], name
    assert sorted(f.path for f in store.repository.evidence(claim_id)) == sorted(names)
