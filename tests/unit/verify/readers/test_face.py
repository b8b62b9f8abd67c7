"""Face pictures: who is whom, what cannot be told, and the whole way from pictures to verdicts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image

from services.adapters.faces import count_faces, encode
from services.domain.claim import SHANGHAI, Claim, Enterprise, Project, Trainee, Trainees
from services.domain.facts import FaceCheck, FaceSetFacts, LearningLogFacts, LearningSession, LoggedPerson
from services.domain.identity import id_check_digit
from services.domain.policy import Rules
from services.verify.match.face_verdicts import MATCH, MISMATCH, SAME_FACE
from services.verify.match.learning_time import learn
from services.verify.readers import ReaderContext
from services.verify.readers.face import read_faces
from tests.generators import faces


def _id(n: int) -> str:
    first = f"2201021985030{n:02d}12"
    return first + id_check_digit(first)


IDS = [_id(i + 1) for i in range(len(faces.PEOPLE))]


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> FaceSetFacts:
    folder = tmp_path_factory.mktemp("faces")
    pictures = {f"人脸/enrolled/{number}.jpg": faces.portrait(person) for number, person in zip(IDS, faces.PEOPLE, strict=True)}
    for person in faces.PEOPLE:
        for seed in (1, 2):
            pictures[f"人脸/抓拍/{person}{seed}.jpg"] = faces.snapshot(person, seed)
    pictures["人脸/抓拍/empty.jpg"] = faces.empty_room()
    pictures["人脸/抓拍/copy.jpg"] = faces.near_copy(faces.snapshot("zhang", 1))
    files: dict[str, Path] = {}
    for i, (path, picture) in enumerate(pictures.items()):
        files[path] = folder / f"{i}.jpg"
        files[path].write_bytes(faces.jpeg(picture))
    files["人脸/抓拍/broken.jpg"] = folder / "broken.jpg"
    files["人脸/抓拍/broken.jpg"].write_bytes(b"\xff\xd8\xff\xe0 nothing")
    return read_faces(files, ReaderContext("faces"))


def _distance(facts: FaceSetFacts, a: str, b: str) -> float:
    index = {p.path: i for i, p in enumerate(facts.pictures)}
    wanted = {index[a], index[b]}
    return next((d.distance for d in facts.distances if {d.a, d.b} == wanted), 1.0)


def test_pictures_are_told(facts: FaceSetFacts) -> None:
    by_path = {p.path: p for p in facts.pictures}
    assert [path for path, _ in facts.unreadable] == ["人脸/抓拍/broken.jpg"]
    assert by_path["人脸/抓拍/empty.jpg"].reason == "no_face"
    assert all(p.usable and p.faces == 1 and p.hash for path, p in by_path.items() if "empty" not in path)


def test_distances_tell_people_apart(facts: FaceSetFacts) -> None:
    for number, person in zip(IDS, faces.PEOPLE, strict=True):
        for other in faces.PEOPLE:
            apart = _distance(facts, f"人脸/enrolled/{number}.jpg", f"人脸/抓拍/{other}1.jpg")
            assert apart <= MATCH if other == person else apart >= MISMATCH
            if other != person:
                assert _distance(facts, f"人脸/抓拍/{person}1.jpg", f"人脸/抓拍/{other}2.jpg") > SAME_FACE


def test_from_pictures_to_notes(facts: FaceSetFacts) -> None:
    """zhang replays a near copy, wang lets chen sit for him, liu shows an empty room, zhao is honest."""
    people = Trainees("t.csv", tuple(Trainee(i + 2, f"学员{i}", number) for i, number in enumerate(IDS)))
    plan = {0: ["zhang1", "copy"], 1: ["chen1", "wang2"], 2: ["liu1", "empty"], 4: ["zhao1", "zhao2"]}
    start = datetime(2021, 11, 8, 8, 30, 7, tzinfo=SHANGHAI)
    sessions, checks = [], []
    for i, shots in plan.items():
        who = LoggedPerson(id_number=IDS[i])
        sessions.append(LearningSession(i + 2, who, start, start + timedelta(minutes=20, seconds=i)))
        checks += [FaceCheck(i + 2, who, start + timedelta(minutes=5 + 10 * k), True, None, f"{shot}.jpg") for k, shot in enumerate(shots)]
    claim = Claim("C", Enterprise("一厂"), Project("车工", date(2021, 11, 8), date(2021, 11, 12), Decimal(40)))
    rules = Rules({}, Decimal(3000), 45, Decimal(10), Decimal(15), "all", ())
    learning = learn([("a.csv", LearningLogFacts(tuple(sessions), tuple(checks)))], facts, claim, people, None, rules, [()] * len(IDS))
    assert {(n.code, n.trainees, n.unclear) for n in learning.notes} == {
        ("online.face_replayed", (0,), False),
        ("online.face_mismatch", (1,), False),
        ("online.face_mismatch", (2,), True),
    }
    assert [round(learning.times[i].verified_minutes, 1) for i in plan] == [5, 5, 5, 20.1]
    assert round(learning.times[2].unclear_minutes, 1) == 15


def test_counting_and_one_that_stands_out() -> None:
    assert count_faces(faces.snapshot("zhao", 3)) == 1
    assert count_faces(faces.empty_room(1)) == 0
    both = Image.new("RGB", (1280, 480))
    both.paste(faces.snapshot("zhao", 3), (0, 0))
    both.paste(faces.snapshot("wang", 3), (640, 0))
    reading = encode(both)
    assert reading.faces == 2 and reading.vector is None
