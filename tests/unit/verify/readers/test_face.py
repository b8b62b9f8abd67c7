"""Face pictures: who is whom, what cannot be told, and the whole way from pictures to verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from services.adapters.faces import count_faces, encode
from services.domain.case import CheckVerdict
from services.domain.claim import SHANGHAI, Claim, Enterprise, Project, Trainee, Trainees
from services.domain.facts import FaceCheck, FaceSetFacts, LearningLogFacts, LearningSession, LoggedPerson
from services.domain.identity import id_check_digit
from services.domain.policy import Rules
from services.verify.match.face_verdicts import MATCH, MISMATCH, SAME_FACE
from services.verify.match.learning_time import Learning, learn
from services.verify.readers import ReaderContext
from services.verify.readers.face import FACE_SET
from tests.generators import faces

SEEDS = (1, 2)


def _id(n: int) -> str:
    first = f"2201021985030{n:02d}12"
    return first + id_check_digit(first)


IDS = [_id(i + 1) for i in range(4)]
"""The first two belong to `faces.PEOPLE` and have a reference picture, the others have none."""


def _side_by_side(*pictures: Image.Image) -> Image.Image:
    wide = Image.new("RGB", (sum(p.width for p in pictures), pictures[0].height))
    for i, picture in enumerate(pictures):
        wide.paste(picture, (sum(p.width for p in pictures[:i]), 0))
    return wide


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> FaceSetFacts:
    folder = tmp_path_factory.mktemp("faces")
    enrolled = zip(IDS, faces.PEOPLE, strict=False)
    shots = {f"{person}{seed}": faces.snapshot(person, seed) for person in (*faces.PEOPLE, faces.LOOK_ALIKE) for seed in SEEDS}
    shots["empty"] = faces.empty_room()
    shots["copy"] = faces.near_copy(shots["astronaut1"])
    shots["blurred"] = faces.snapshot("admiral", 2).filter(ImageFilter.GaussianBlur(8))
    shots["tiny"] = faces.near_copy(faces.snapshot("admiral", 1), scale=0.12, quality=92)
    shots["pair"] = _side_by_side(faces.snapshot("astronaut", 3), faces.snapshot("admiral", 3))
    pictures = {f"人脸/enrolled/{number}.jpg": faces.portrait(person) for number, person in enrolled}
    pictures |= {f"人脸/抓拍/{name}.jpg": picture for name, picture in shots.items()}
    files: dict[str, Path] = {}
    for i, (path, picture) in enumerate(pictures.items()):
        files[path] = folder / f"{i}.jpg"
        files[path].write_bytes(faces.jpeg(picture))
    files["人脸/抓拍/broken.jpg"] = folder / "broken.jpg"
    files["人脸/抓拍/broken.jpg"].write_bytes(b"\xff\xd8\xff\xe0 nothing")
    return FACE_SET.read(files, ReaderContext("faces"))


def _distance(facts: FaceSetFacts, a: str, b: str) -> float:
    index = {p.path: i for i, p in enumerate(facts.pictures)}
    wanted = {index[a], index[b]}
    return next((d.distance for d in facts.distances if {d.a, d.b} == wanted), 1.0)


def test_pictures_are_told(facts: FaceSetFacts) -> None:
    assert [path for path, _ in facts.unreadable] == ["人脸/抓拍/broken.jpg"]
    unusable = {"empty": "no_face", "blurred": "blurred", "tiny": "too_small", "pair": "several_faces"}
    assert {Path(p.path).stem: p.reason for p in facts.pictures if not p.usable} == unusable
    assert all(p.faces == 1 and p.hash and p.reason is None for p in facts.pictures if p.usable)
    assert {p.faces for p in facts.pictures if p.reason == "several_faces"} == {2}


def test_distances_tell_people_apart(facts: FaceSetFacts) -> None:
    for number, person in zip(IDS, faces.PEOPLE, strict=False):
        for other in faces.PEOPLE:
            for seed in SEEDS:
                apart = _distance(facts, f"人脸/enrolled/{number}.jpg", f"人脸/抓拍/{other}{seed}.jpg")
                assert apart <= MATCH if other == person else apart >= MISMATCH
    shots = [(person, f"人脸/抓拍/{person}{seed}.jpg") for person in faces.PEOPLE for seed in SEEDS]
    for (a, path), (b, other_path) in combinations(shots, 2):
        apart = _distance(facts, path, other_path)
        assert apart <= SAME_FACE if a == b else apart > SAME_FACE


def test_a_look_alike_is_neither_the_person_nor_another(facts: FaceSetFacts) -> None:
    for seed in SEEDS:
        assert MATCH < _distance(facts, f"人脸/enrolled/{IDS[0]}.jpg", f"人脸/抓拍/{faces.LOOK_ALIKE}{seed}.jpg") < MISMATCH


def _learn(facts: FaceSetFacts, plan: Mapping[int, Sequence[str]]) -> Learning:
    """Everyone of `plan` (index of trainee → snapshots at minutes 6 and 16) learns for twenty minutes and some seconds."""
    people = Trainees("t.csv", tuple(Trainee(i + 2, f"学员{i}", number) for i, number in enumerate(IDS)))
    start = datetime(2021, 11, 8, 8, 30, 7, tzinfo=SHANGHAI)
    sessions, checks = [], []
    for i, shots in plan.items():
        who = LoggedPerson(id_number=IDS[i])
        sessions.append(LearningSession(i + 2, who, start, start + timedelta(minutes=20, seconds=i)))
        checks += [FaceCheck(i + 2, who, start + timedelta(minutes=6 + 10 * k), True, None, f"{shot}.jpg") for k, shot in enumerate(shots)]
    claim = Claim("C", Enterprise("一厂"), Project("车工", date(2021, 11, 8), date(2021, 11, 12), Decimal(40)))
    rules = Rules({}, Decimal(3000), 45, Decimal(10), Decimal(15), "all", ())
    return learn([("a.csv", LearningLogFacts(tuple(sessions), tuple(checks)))], facts, claim, people, None, rules, [()] * len(IDS))


def _notes(learning: Learning) -> set[tuple[str, tuple[int, ...], bool]]:
    return {(n.code, n.trainees, n.unclear) for n in learning.notes}


def _minutes(learning: Learning, i: int) -> tuple[float, float]:
    return round(learning.times[i].verified_minutes, 1), round(learning.times[i].unclear_minutes, 1)


def test_honest_people_are_not_accused(facts: FaceSetFacts) -> None:
    learning = _learn(facts, {0: ["astronaut1", "astronaut2"], 1: ["admiral1", "admiral2"]})
    assert not learning.notes
    assert [_minutes(learning, i) for i in (0, 1)] == [(20, 0), (20, 0)]


def test_a_replayed_picture_beside_an_honest_person(facts: FaceSetFacts) -> None:
    learning = _learn(facts, {0: ["astronaut1", "copy"], 1: ["admiral1", "admiral2"]})
    assert _notes(learning) == {("online.face_replayed", (0,), False)}
    assert [_minutes(learning, i) for i in (0, 1)] == [(6, 0), (20, 0)]
    assert [c.verdict for c in learning.times[0].checks] == [CheckVerdict.PASSED, CheckVerdict.REPLAYED]


def test_another_person_sits_for_the_trainee(facts: FaceSetFacts) -> None:
    learning = _learn(facts, {1: ["admiral2", "astronaut2"]})
    assert _notes(learning) == {("online.face_mismatch", (1,), False)}
    assert _minutes(learning, 1) == (6, 0)
    assert [c.verdict for c in learning.times[1].checks] == [CheckVerdict.PASSED, CheckVerdict.MISMATCH]


def test_one_who_sits_for_another_learner_of_the_claim(facts: FaceSetFacts) -> None:
    """Her face is her own in her account and shared in the other."""
    learning = _learn(facts, {0: ["astronaut1"], 1: ["admiral2", "astronaut2"]})
    assert _notes(learning) == {("online.face_mismatch", (1,), False), ("online.face_shared", (1,), False)}
    assert [_minutes(learning, i) for i in (0, 1)] == [(20, 0), (6, 0)]


@pytest.mark.parametrize(
    ("trainee", "shots"),
    [
        pytest.param(1, ("admiral1", "empty"), id="nobody"),
        pytest.param(1, ("admiral1", "blurred"), id="blurred"),
        pytest.param(1, ("admiral2", "tiny"), id="too small"),
        pytest.param(0, ("astronaut1", "pair"), id="two people"),
        pytest.param(0, ("astronaut1", "between1"), id="look-alike"),
    ],
)
def test_what_a_picture_leaves_open_waits_for_a_human(facts: FaceSetFacts, trainee: int, shots: tuple[str, str]) -> None:
    learning = _learn(facts, {trainee: shots})
    assert _notes(learning) == {("online.face_mismatch", (trainee,), True)}
    assert _minutes(learning, trainee) == (6, 14)
    assert [c.verdict for c in learning.times[trainee].checks] == [CheckVerdict.PASSED, CheckVerdict.UNCLEAR]


def test_one_face_under_two_accounts_without_reference_pictures(facts: FaceSetFacts) -> None:
    learning = _learn(facts, {2: ["admiral1"], 3: ["admiral2"]})
    assert {(n.code, n.unclear) for n in learning.notes} == {("online.face_shared", False)}
    assert {i for n in learning.notes for i in n.trainees} == {2, 3}
    assert [_minutes(learning, i) for i in (2, 3)] == [(0, 0), (0, 0)]


def test_two_faces_under_two_accounts_are_not_shared(facts: FaceSetFacts) -> None:
    assert not _learn(facts, {2: ["admiral1"], 3: ["astronaut1"]}).notes


def test_the_reference_picture_says_whose_face_it_is(facts: FaceSetFacts) -> None:
    learning = _learn(facts, {1: ["admiral1"], 2: ["admiral2"]})
    assert [_minutes(learning, i) for i in (1, 2)] == [(20, 0), (0, 0)]
    assert [learning.times[i].checks[0].verdict for i in (1, 2)] == [CheckVerdict.PASSED, CheckVerdict.SHARED]


def test_counting_and_one_that_stands_out() -> None:
    assert count_faces(faces.snapshot("admiral", 3)) == 1
    assert count_faces(faces.empty_room(1)) == 0
    reading = encode(_side_by_side(faces.snapshot("astronaut", 3), faces.snapshot("admiral", 3)))
    assert reading.faces == 2 and reading.vector is None
