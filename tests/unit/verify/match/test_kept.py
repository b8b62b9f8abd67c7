"""What a case keeps, and that nothing is judged otherwise for it."""

from dataclasses import replace
from datetime import date, datetime

from services.domain.claim import SHANGHAI, Insured, Roster
from services.domain.facts import LearningLogFacts, LearningSession, LoggedPerson, PhotoFacts, SheetFacts, VideoFacts
from services.verify.checks.enterprise_size import enterprise_size
from services.verify.match.kept import kept_evidence, kept_roster
from services.verify.policy_file import find_policy
from tests.factories import make_case, photo, run, video
from tests.generators import facts as sheets
from tests.generators.facts import trainees
from tests.golden.story import match, material

DAY = date(2021, 11, 8)


def test_the_trainees_their_namesakes_and_logged_accounts_are_kept():
    people = (
        Insured(2, "王小明", "A1"),
        Insured(3, "王 小明", "A2"),
        Insured(4, "李红", "A3", account="li3"),
        Insured(5, "赵大", "A4", insured_to=date(2020, 1, 1)),
        Insured(6, "赵大", "A4", insured_from=date(2021, 6, 1)),
        Insured(7, "钱二", "A5", insured_from=date(2021, 11, 9)),
    )
    log = LearningLogFacts((LearningSession(2, LoggedPerson(account="li3"), datetime(2021, 11, 8, tzinfo=SHANGHAI), None),))
    kept = kept_roster(Roster("roster.xlsx", people), trainees(("王小明", "A1")), [log], DAY)
    assert kept is not None
    assert [p.row for p in kept.people] == [2, 3, 4]
    assert (kept.rows, kept.insured_first_day) == (6, 4)


def test_no_roster_stays_none():
    assert kept_roster(None, None, [], DAY) is None


def test_the_head_count_is_that_of_the_whole_roster():
    staff = Roster("roster.xlsx", (), rows=9000, insured_first_day=4999)
    case = replace(make_case(enterprise={"employees": None}), roster=staff)
    assert [r.observed for r in run(enterprise_size, case, minimum=5000)] == [4999]


def test_pictures_and_sheets_without_what_only_matching_needs():
    kept = kept_evidence(photo(0, features=b"x", thumb=b"y", regions=(("ab", (0, 0, 1, 1)),), hashes=("a",))).facts
    assert isinstance(kept, PhotoFacts) and kept == replace(kept, features=b"", thumb=b"", regions=(), hashes=())
    moving = kept_evidence(video(signature=b"abc")).facts
    assert isinstance(moving, VideoFacts) and moving.signature == b""
    rows = [("王小明", "220101199001011234", True), ("李红 13900001111", "", True)]
    page = sheets.page(["姓名", "身份证号", "签到"], rows)
    item = replace(photo(0), facts=sheets.sheet(page))
    facts = kept_evidence(item).facts
    assert isinstance(facts, SheetFacts)
    assert [[(c.column, c.posteriors) for c in row.cells] for row in facts.pages[0].tables[0].rows] == [[(1, None)], [(0, None), (1, None)]]


def test_a_case_keeps_few_rows_of_a_large_roster():
    known = material({})
    assert known.roster is not None
    others = tuple(Insured(100 + n, f"员工{n}", f"22010119800101{n:04d}", DAY) for n in range(300))
    case = match(replace(known, roster=replace(known.roster, people=known.roster.people + others)), find_policy("changchun-2021-33"))
    assert case.roster is not None
    assert (len(case.roster.people), case.roster.rows) == (3, 307)
