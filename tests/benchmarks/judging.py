"""Judging one claim of 44 people from its stored case, on one core, beside `json.loads` of the same text.

python -m tests.benchmarks.judging [--people 44] [--roster 8200] [--seconds 3]

Three claims: everything in order; every tenth signature missing and a few people who may not be paid; the same with online learning
and face checks. Parts: the text of the stored case parsed as JSON; made into a case; judged; both.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from services.adapters.codec import dumps, loads
from services.adapters.worker import spare_the_collector
from services.domain.case import Case
from services.domain.claim import Insured, Roster
from services.verify.judge import judge
from services.verify.policy_file import find_policy
from tests.generators.people import make_people
from tests.golden.story import Told, match, material

DAYS = [date(2021, 11, 8) + timedelta(days=n) for n in range(5)]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=44)
    options.add_argument("--roster", type=int, default=8200)
    options.add_argument("--seconds", type=float, default=3.0)
    asked = options.parse_args()
    policy = find_policy("changchun-2021-33")
    spare_the_collector()  # as a worker does
    print("claim            kB   json.loads     decode      judge  decode+judge   claims/s judged   claims/s in all   decode/json   judge/json")
    for name, told in stories(asked.people).items():
        case = case_of(told, asked.roster)
        text = dumps(case)
        assert loads(Case, text) == case
        parsed = a_run(lambda text=text: json.loads(text), asked.seconds)
        decoded = a_run(lambda text=text: loads(Case, text), asked.seconds)
        judged = a_run(lambda case=case: judge(case, policy), asked.seconds)
        both = a_run(lambda text=text: judge(loads(Case, text), policy), asked.seconds)
        times = "".join(f"{seconds * 1000:8.2f} ms" for seconds in (parsed, decoded, judged, both))
        print(f"{name:12}{len(text.encode()) / 1000:8.0f}{times}{1 / judged:18.0f}{1 / both:18.0f}{decoded / parsed:14.1f}{judged / parsed:13.1f}", flush=True)


def stories(count: int) -> dict[str, Told]:
    """What is told of the three claims."""
    people = [{"姓名": p.name, "学时": 40} for p in make_people(count, random.Random(33), rare=0)]
    names = [p["姓名"] for p in people]
    classes = [f"{day} {part} 4学时 理论" for day in DAYS for part in ("上午", "下午")]
    project = {"开始": str(DAYS[0]), "结束": str(DAYS[-1]), "学时": 40, "人数": count}
    plain: dict[str, Any] = {"项目": project, "课程": classes, "人员": people, "照片": 12, "视频": [200, 200]}
    signs = {f"{day} {part}": dict.fromkeys(names[(n + m) % 10 :: 10], "未签") for n, day in enumerate(DAYS) for m, part in enumerate(("上午", "下午"))}
    odd = [p | [{}, {"参保": "无"}, {"参保": ["2019-01-01 至 2021-11-09"]}, {"类别": "临时工"}][k % 4 if k < 8 else 0] for k, p in enumerate(people)]
    flawed = {**plain, "人员": odd, "签到": signs, "本年已享受": [{"姓名": name} for name in names[:3]]}
    learnt = {name: [f"{day} 18:{30 + k % 20:02d}-20:{k % 50:02d}" for day in DAYS] for k, name in enumerate(names)}
    checks = {name: [f"{day} {18 + m // 60}:{m % 60:02d} 通过" for day in DAYS for m in range(35 + k % 10, 120, 12)] for k, name in enumerate(names)}
    return {"in order": plain, "flawed": flawed, "online": {**flawed, "项目": {**project, "方式": ["理论", "线上"]}, "线上学习": learnt, "人脸核验": checks}}


def case_of(told: Told, roster: int) -> Case:
    """The case, the enterprise's whole staff on its roster."""
    known = material(told)
    assert known.roster is not None
    colleagues = make_people(roster - len(known.roster.people), random.Random(34))
    staff = [Insured(100 + k, p.name, p.id_number, date(2018, 1, 1), None, "参保职工", f"B{k:06d}", "二车间") for k, p in enumerate(colleagues)]
    return match(replace(known, roster=Roster(known.roster.file, (*known.roster.people, *staff))), find_policy("changchun-2021-33"))


def a_run(work: Callable[[], object], seconds: float) -> float:
    """Seconds of one run: the quickest within about `seconds` of processor time, as other work on the machine only ever slows it down."""
    work()
    best, end = float("inf"), time.process_time() + seconds
    while time.process_time() < end:
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


if __name__ == "__main__":
    main()
