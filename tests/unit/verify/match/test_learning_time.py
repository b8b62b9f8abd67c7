"""Online minutes: the algebra, the reasons, and what is said of the logs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from services.domain.case import CheckVerdict, OnlineReason
from services.domain.claim import SHANGHAI, Claim, Enterprise, Insured, Project, Roster, Trainee, Trainees
from services.domain.facts import FaceCheck, FaceDistance, FacePicture, FaceSetFacts, LearningLogFacts, LearningSession, LoggedPerson
from services.domain.identity import id_check_digit
from services.domain.policy import Rules
from services.verify.match.learning_time import Learning, learn

RULES = Rules({}, Decimal(3000), 45, Decimal(10), Decimal(15), "all", ("参保职工",))
CLAIM = Claim("C1", Enterprise("一厂"), Project("车工", date(2021, 11, 8), date(2021, 11, 12), Decimal(40)))


def id_number(n: int) -> str:
    first = f"22010219900101{n:03d}"
    return first + id_check_digit(first)


PEOPLE = tuple(
    Trainee(i + 2, name, id_number(i), account=f"u{i}", phone=f"1380000000{i}")
    for i, name in enumerate(["张三", "李四", "王五", "赵六", "王五", "孙七", "周八"])
)
TRAINEES = Trainees("trainees.csv", PEOPLE)
ROSTER = Roster("roster.csv", tuple(Insured(p.row, p.name, p.id_number) for p in PEOPLE) + (Insured(90, "郑九", id_number(90)),))


def at(clock: str, day: int = 8) -> datetime:
    parts = [int(x) for x in clock.split(":")]
    return datetime(2021, 11, day, parts[0], parts[1], parts[2] if len(parts) > 2 else 0, tzinfo=SHANGHAI)


def who(i: int) -> LoggedPerson:
    return LoggedPerson(name=PEOPLE[i].name, id_number=PEOPLE[i].id_number)


def session(i: int | LoggedPerson, start: str, end: str, day: int = 8, row: int = 2, stated: float | None = None) -> LearningSession:
    return LearningSession(row, who(i) if isinstance(i, int) else i, at(start, day), at(end, day), stated)


def check(i: int | LoggedPerson, clock: str, passed: bool | None = True, snapshot: str | None = None, day: int = 8, row: int = 2) -> FaceCheck:
    return FaceCheck(row, who(i) if isinstance(i, int) else i, at(clock, day), passed, None, snapshot)


def run(*rows: LearningSession | FaceCheck, faces: FaceSetFacts | None = None, signed=(), trainees=TRAINEES, rules=RULES) -> Learning:  # type: ignore[no-untyped-def]
    log = LearningLogFacts(tuple(r for r in rows if isinstance(r, LearningSession)), tuple(r for r in rows if isinstance(r, FaceCheck)))
    return learn([("learning_logs/a.csv", log)], faces, CLAIM, trainees, ROSTER, rules, signed or [()] * len(PEOPLE))


def codes(learning: Learning) -> list[str]:
    return [note.code for note in learning.notes]


def minutes(learning: Learning, i: int = 0) -> tuple[float, float, float]:
    t = learning.times[i]
    return t.logged_minutes, t.verified_minutes, t.unclear_minutes


def test_sessions_are_merged_and_overlap_is_said() -> None:
    learning = run(session(0, "8:30:10", "9:30:10"), session(0, "9:00", "10:00", row=3))
    assert minutes(learning) == (pytest.approx(89.8333, abs=1e-3), pytest.approx(89.8333, abs=1e-3), 0)
    (note,) = learning.notes
    assert note.code == "online.overlapping_sessions"
    assert [p.row for p in note.places] == [2, 3]
    assert note.trainees == (0,)


def test_no_checks_anywhere_means_logged_minutes_count() -> None:
    learning = run(session(0, "8:30", "9:30"))
    assert minutes(learning) == (60, 60, 0)
    assert not learning.has_face_checks
    assert not learning.notes


def test_outside_the_training_does_not_count() -> None:
    learning = run(session(0, "8:30", "9:30", day=7), session(0, "8:30", "9:30"))
    assert minutes(learning) == (120, 60, 0)
    assert codes(learning) == ["online.outside_training"]
    assert {i.reason for i in learning.times[0].intervals} == {OnlineReason.OUTSIDE, OnlineReason.COUNTED}


def test_the_last_day_counts_to_midnight() -> None:
    row = LearningSession(2, who(0), at("23:30", 12), at("0:30", 13))
    assert minutes(run(row)) == (60, 30, 0)


def test_ten_hours_a_day_cut_at_the_end() -> None:
    learning = run(session(0, "8:00", "20:00"))
    assert minutes(learning) == (720, 600, 0)
    over = [i for i in learning.times[0].intervals if i.reason is OnlineReason.DAY_LIMIT]
    assert [(i.start, i.end) for i in over] == [(at("18:00"), at("20:00"))]
    assert codes(learning) == ["online.day_exceeds_limit"]


def test_minutes_during_a_signed_session_do_not_count() -> None:
    signed = [[(at("9:00"), at("11:00"))]] + [[]] * 6
    learning = run(session(0, "8:30", "9:30"), signed=signed)
    assert minutes(learning) == (60, 30, 0)


@pytest.mark.parametrize(
    ("checks", "verified"),
    [
        ([("8:30", True), ("8:45", True), ("9:00", True)], 30),
        ([("8:40", True), ("8:50", True)], 30),
        ([("8:45", True)], 30),
        ([("8:46", True)], 14),  # start to the first check is 16 minutes
        ([("8:31", True), ("8:47", True)], 14),  # 16 minutes between them
        ([("8:40", True), ("8:45", False), ("8:50", True)], 20),
        ([("8:30", False), ("8:40", True), ("8:50", True)], 20),
        ([("8:45", False)], 0),
        ([("8:45", True), ("9:00", False)], 15),
        ([("8:20", True), ("9:10", True)], 0),  # outside any session
    ],
)
def test_face_checks_vouch_for_the_time_around_them(checks: list[tuple[str, bool]], verified: float) -> None:
    learning = run(session(0, "8:30", "9:00"), *(check(0, clock, passed) for clock, passed in checks))
    assert minutes(learning) == (30, verified, 0)
    assert sum((i.end - i.start).total_seconds() for i in learning.times[0].intervals) == 30 * 60


def test_the_fifteen_minutes_run_over_merged_sessions() -> None:
    learning = run(session(0, "8:30", "8:50"), session(0, "8:50", "9:00"), check(0, "8:45"))
    assert minutes(learning) == (30, 30, 0)


def test_a_person_without_any_check_where_others_have_them() -> None:
    learning = run(session(0, "8:30", "8:40"), session(1, "8:30", "8:40"), check(1, "8:35"))
    assert minutes(learning) == (10, 0, 0)
    assert minutes(learning, 1) == (10, 10, 0)
    assert [(n.code, n.trainees) for n in learning.notes] == [("online.face_check_missing", (0,))]
    assert [i.reason for i in learning.times[0].intervals] == [OnlineReason.FACE_MISSING]


def test_gap_and_failure_are_said_with_rows() -> None:
    learning = run(session(0, "8:30", "9:30", row=7), check(0, "8:40"), check(0, "9:20", row=9), check(0, "9:25", False, row=10))
    assert codes(learning) == ["online.face_check_failed", "online.face_check_gap"]
    assert learning.notes[0].places[0].row == 10
    assert learning.notes[1].places[0].row == 7
    assert learning.notes[1].observed == 40


def test_a_check_whose_result_is_not_stated_is_unclear() -> None:
    learning = run(session(0, "8:30", "8:40"), check(0, "8:35", None))
    assert minutes(learning) == (10, 0, 10)
    assert [(n.code, n.unclear) for n in learning.notes] == [("online.face_check_failed", True)]


# --- who ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "person",
    [
        LoggedPerson(id_number=PEOPLE[0].id_number),
        LoggedPerson(name="张 三"),
        LoggedPerson(account="U0"),
        LoggedPerson(account=PEOPLE[0].id_number),
        LoggedPerson(account="13800000000"),
        LoggedPerson(account="u0@factory.cn", name="三哥"),
        LoggedPerson(phone="13800000000", name="张三"),
        LoggedPerson(name="张三", id_number=PEOPLE[0].id_number[:4] + "*" * 10 + PEOPLE[0].id_number[-4:]),
    ],
)
def test_people_are_told_by_what_the_row_gives(person: LoggedPerson) -> None:
    learning = run(session(person, "8:30", "9:30"))
    assert minutes(learning) == (60, 60, 0)
    assert not learning.notes


def test_homonyms_stay_ambiguous() -> None:
    learning = run(session(LoggedPerson(name="王五"), "8:30", "9:30"), session(2, "13:00", "14:00"))
    assert minutes(learning, 2) == (120, 60, 60)
    assert minutes(learning, 4) == (60, 0, 60)
    assert [(n.code, n.unclear, n.trainees) for n in learning.notes] == [("online.person_not_trainee", True, (2, 4))]


def test_strangers_are_no_trainees() -> None:
    learning = run(session(LoggedPerson(name="郑九", id_number=id_number(90)), "8:30", "9:30"), session(LoggedPerson(name="某人"), "8:30", "9:30"))
    assert [(n.code, n.unclear, n.observed) for n in learning.notes] == [
        ("online.person_not_trainee", False, "郑九"),
        ("online.person_not_trainee", False, "某人"),
    ]
    assert id_number(90) not in str(learning.notes)


def test_an_account_named_beside_an_id_number_is_known_elsewhere() -> None:
    learning = run(session(LoggedPerson(id_number=PEOPLE[0].id_number, account="x99"), "8:30", "8:40"), check(LoggedPerson(account="x99"), "8:35"))
    assert minutes(learning) == (10, 10, 0)


def test_a_trainee_listed_twice_is_counted_once() -> None:
    twice = Trainees("t.csv", (*PEOPLE, replace(PEOPLE[0], row=50)))
    learning = run(session(0, "8:30", "9:30"), trainees=twice)
    assert [t.verified_minutes for t in learning.times] == [60, 0, 0, 0, 0, 0, 0, 0]


def test_without_trainees_nobody_is_accused_of_not_being_one() -> None:
    learning = run(session(0, "8:30", "9:30", stated=600), trainees=None)
    assert learning.times == ()
    assert codes(learning) == ["online.duration_inconsistent"]


# --- durations ------------------------------------------------------------------------------------------------


def test_stated_durations_are_compared() -> None:
    honest = run(session(0, "8:30", "9:30", stated=3630), session(1, "8:30", "9:30", stated=3540))
    assert not honest.notes
    (note,) = run(session(0, "8:30", "9:30", row=5, stated=7200)).notes
    assert (note.code, note.observed, note.expected, note.places[0].row) == ("online.duration_inconsistent", 120, 60, 5)


def test_a_duration_longer_than_the_session_is_told_as_playback() -> None:
    (note,) = run(session(0, "8:30", "9:00", stated=3600)).notes
    assert "2.0倍速" in note.message.zh
    (note,) = run(session(0, "8:30", "9:30", stated=1200)).notes
    assert "倍速" not in note.message.zh


def test_a_course_finished_faster_than_it_lasts_is_for_a_human() -> None:
    def lesson(start: str, end: str, content: float | None, row: int = 2) -> LearningSession:
        return LearningSession(row, who(0), at(start), at(end), None, "机械制图", content_seconds=content)

    (note,) = run(lesson("8:30", "8:40", None), lesson("9:00", "9:10", 3600, row=3)).notes
    assert (note.code, note.unclear, note.observed, note.expected) == ("online.duration_inconsistent", True, 20, 60)
    assert "3.0倍速" in note.message.zh
    assert not run(lesson("8:30", "9:00", None), lesson("9:30", "9:59", 3600)).notes


def test_a_session_without_a_sign_of_activity_is_capped() -> None:
    capped = replace(RULES, idle_cap_minutes=Decimal(20))
    learning = run(session(0, "8:30", "9:30"), rules=capped)
    assert minutes(learning) == (60, 20, 0)
    assert [(i.reason, i.start, i.end) for i in learning.times[0].intervals] == [
        (OnlineReason.COUNTED, at("8:30"), at("8:50")),
        (OnlineReason.IDLE, at("8:50"), at("9:30")),
    ]
    # opening the next lesson and passing a check are signs
    assert minutes(run(session(0, "8:30", "9:00"), session(0, "8:45", "9:30"), rules=capped)) == (60, 35, 0)
    checks = [check(0, clock) for clock in ("8:40", "8:52", "9:05", "9:20")]
    assert minutes(run(session(0, "8:30", "9:30"), *checks, rules=capped)) == (60, 60, 0)


def test_five_people_with_durations_equal_to_the_second() -> None:
    rows = [session(i, f"8:3{i}:1{i}", f"9:1{i}:2{i}", row=2 + i) for i in range(5)]  # 2410 s each
    (note,) = run(*rows).notes
    assert (note.code, note.trainees, note.observed) == ("online.machine_like", (0, 1, 2, 3, 4), 5)
    assert not run(*rows[:4]).notes


def test_ten_sessions_of_one_person_with_equal_durations() -> None:
    rows = [LearningSession(2 + k, who(0), at(f"{8 + k // 2}:{30 * (k % 2):02d}:07"), at(f"{8 + k // 2}:{30 * (k % 2) + 12:02d}:20")) for k in range(10)]
    assert codes(run(*rows)) == ["online.machine_like"]
    assert not run(*rows[:9]).notes


def test_whole_minutes_in_a_log_kept_to_the_minute_accuse_nobody() -> None:
    assert not run(*(session(i, "8:30", "9:15", stated=2700) for i in range(7))).notes


def test_durations_rounded_to_minutes_accuse_nobody() -> None:
    """The log gives start and minutes only, so that every end is start plus whole minutes."""
    assert not run(*(session(i, f"8:30:1{i}", f"9:15:1{i}", stated=2700) for i in range(7))).notes


def test_a_few_exact_rows_in_a_log_kept_to_the_minute_are_seen() -> None:
    honest = [session(5, "8:30", "9:15", day=8 + k) for k in range(4)] + [session(6, "10:00", "11:00", day=8 + k) for k in range(4)]
    learning = run(*honest, *(session(i, f"8:3{i}:11", f"9:1{i}:31", row=20 + i) for i in range(5)))
    assert [(n.code, n.trainees) for n in learning.notes] == [("online.machine_like", (0, 1, 2, 3, 4))]


# --- faces ----------------------------------------------------------------------------------------------------


def face_set(
    pictures: list[str], distances: dict[tuple[int, int], float], unusable: dict[int, str] | None = None, hashes: dict[int, str] | None = None
) -> FaceSetFacts:
    made = tuple(
        FacePicture(path, 0 if (unusable or {}).get(i) else 1, not (unusable or {}).get(i), (unusable or {}).get(i), (hashes or {}).get(i))
        for i, path in enumerate(pictures)
    )
    return FaceSetFacts(made, tuple(FaceDistance(a, b, d) for (a, b), d in distances.items()))


E0, E1 = f"faces/enrolled/{PEOPLE[0].id_number}.jpg", f"faces/enrolled/{PEOPLE[1].id_number}.jpg"


def test_a_snapshot_of_another_person_counts_as_failed() -> None:
    faces = face_set([E0, "faces/checks/a.jpg", "faces/checks/b.jpg"], {(0, 1): 0.3})
    learning = run(session(0, "8:30", "8:50"), check(0, "8:40", snapshot="a.jpg"), check(0, "8:45", snapshot="checks/b.jpg"), faces=faces)
    assert minutes(learning) == (20, 10, 0)
    assert codes(learning) == ["online.face_mismatch"]
    assert [c.verdict for c in learning.times[0].checks] == [CheckVerdict.PASSED, CheckVerdict.MISMATCH]
    pictures = [place.file for place in learning.notes[0].places if place.row is None]
    assert pictures == ["faces/checks/b.jpg", E0], "the two pictures that a human has to compare"


@pytest.mark.parametrize(("distances", "unusable"), [({(0, 1): 0.55}, {}), ({}, {1: "no_face"}), ({}, {0: "blurred"})])
def test_what_cannot_be_told_is_unclear(distances: dict[tuple[int, int], float], unusable: dict[int, str]) -> None:
    faces = face_set([E0, "faces/checks/a.jpg"], distances, unusable)
    learning = run(session(0, "8:30", "8:50"), check(0, "8:40", snapshot="a.jpg"), faces=faces)
    assert minutes(learning) == (20, 0, 20)
    assert [(n.code, n.unclear) for n in learning.notes] == [("online.face_mismatch", True)]


def test_a_missing_snapshot_accuses_nobody() -> None:
    faces = face_set([E0], {})
    learning = run(session(0, "8:30", "8:50"), check(0, "8:40", snapshot="gone.jpg"), check(0, "8:45", snapshot="gone.jpg"), faces=faces)
    assert minutes(learning) == (20, 20, 0)
    assert [(n.code, n.met, n.observed, n.trainees) for n in learning.notes] == [("online.face_check_missing", True, 2, ())]
    bare = run(session(0, "8:30", "8:50"), check(0, "8:40", snapshot="gone.jpg"))
    assert [(n.code, n.met) for n in bare.notes] == [("online.face_check_missing", True)]


def test_one_face_for_two_accounts_fails_both() -> None:
    faces = face_set(["faces/checks/a.jpg", "faces/checks/b.jpg"], {(0, 1): 0.2})
    rows = (session(0, "8:30", "8:40"), session(1, "8:30", "8:40"), check(0, "8:35", snapshot="a.jpg"), check(1, "8:35", snapshot="b.jpg"))
    learning = run(*rows, faces=faces)
    assert (minutes(learning), minutes(learning, 1)) == ((10, 0, 0), (10, 0, 0))
    assert set(codes(learning)) == {"online.face_shared"}


def test_two_faces_nearly_as_close_as_one_are_for_a_human() -> None:
    faces = face_set(["faces/checks/a.jpg", "faces/checks/b.jpg"], {(0, 1): 0.38})
    rows = (session(0, "8:30", "8:40"), session(1, "8:30", "8:40"), check(0, "8:35", snapshot="a.jpg"), check(1, "8:35", snapshot="b.jpg"))
    learning = run(*rows, faces=faces)
    assert (minutes(learning), minutes(learning, 1)) == ((10, 0, 10), (10, 0, 10))
    assert [(n.code, n.unclear, n.trainees) for n in learning.notes] == [("online.face_shared", True, (0,)), ("online.face_shared", True, (1,))]
    # an enrolled picture of the one settles it for them
    known = face_set([E0, "faces/checks/a.jpg", "faces/checks/b.jpg"], {(0, 1): 0.3, (1, 2): 0.38})
    assert minutes(run(*rows, faces=known)) == (10, 10, 0)


def test_the_enrolled_picture_says_whose_face_it_is() -> None:
    faces = face_set([E0, "faces/checks/a.jpg", "faces/checks/b.jpg"], {(0, 1): 0.2, (0, 2): 0.25, (1, 2): 0.2})
    rows = (session(0, "8:30", "8:40"), session(1, "8:30", "8:40"), check(0, "8:35", snapshot="a.jpg"), check(1, "8:35", snapshot="b.jpg"))
    learning = run(*rows, faces=faces)
    assert (minutes(learning), minutes(learning, 1)) == ((10, 10, 0), (10, 0, 0))
    assert learning.times[1].checks[0].verdict is CheckVerdict.SHARED


def test_both_fit_their_own_enrolled_picture() -> None:
    faces = face_set([E0, E1, "faces/checks/a.jpg", "faces/checks/b.jpg"], {(0, 2): 0.3, (1, 3): 0.3, (2, 3): 0.38})
    rows = (session(0, "8:30", "8:40"), session(1, "8:30", "8:40"), check(0, "8:35", snapshot="a.jpg"), check(1, "8:35", snapshot="b.jpg"))
    assert not run(*rows, faces=faces).notes


def test_a_replayed_snapshot_fails_from_its_second_use_on() -> None:
    near = "0" * 63 + "3"
    faces = face_set([E0, "faces/checks/a.jpg", "faces/checks/b.jpg"], {(0, 1): 0.2, (0, 2): 0.2}, hashes={1: "0" * 64, 2: near})
    rows = (session(0, "8:30", "9:00"), check(0, "8:40", snapshot="a.jpg"), check(0, "8:50", snapshot="a.jpg"), check(0, "8:55", snapshot="b.jpg"))
    learning = run(*rows, faces=faces)
    assert minutes(learning) == (30, 10, 0)
    assert codes(learning) == ["online.face_replayed"]
    assert learning.notes[0].observed == 2
