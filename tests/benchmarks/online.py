"""Measures learning logs on the way from a file to minutes with reasons: rows a second, peak memory, beside pandas and polars.

    python -m tests.benchmarks.online [--rows 1000000] [--people 30000] [--forms csv,xlsx,xapi] [--peers PYTHON]

`--peers`: an interpreter that has pandas and polars (default: this one; those that are missing are left out). Each way runs in a
process of its own on the same files, one after another; wall and processor seconds and the peak of its memory are that process's.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from services.adapters.sandbox import Job, Sandbox
from services.domain.claim import Claim, Enterprise, Project, Trainee, Trainees
from services.domain.evidence import EvidenceKind
from services.domain.identity import id_check_digit
from services.domain.policy import Rules
from services.verify.match.learning_time import learn
from services.verify.readers import ReaderContext
from services.verify.reading import read_one
from tests.generators import log_forms
from tests.generators.logs import SHANGHAI, Log, Session
from tests.generators.logs import Person as Learner

START, DAYS = date(2021, 3, 1), 60
CLAIM = Claim("C", Enterprise("一厂"), Project("车工", START, START + timedelta(days=DAYS), Decimal(400)))
RULES = Rules({}, Decimal(3000), 45, Decimal(10), Decimal(15), "all", ())
Row = tuple[int, str, datetime, datetime]
"""(person, course, start, end)."""


def numbers(people: int) -> list[str]:
    """Valid ID numbers."""
    firsts = [f"220102{1960 + n % 40}{1 + n // 40 % 12:02d}{1 + n // 480 % 28:02d}{n // 13440:03d}" for n in range(people)]
    return [first + id_check_digit(first) for first in firsts]


def rows(count: int, people: int) -> Iterator[Row]:
    """Sessions of 25 to 55 minutes as a platform exports them: by time, everybody mixed, some overlapping."""
    rng = random.Random(1)
    begin = datetime(START.year, START.month, START.day)
    for k in range(count):
        start = begin + timedelta(days=k * DAYS // count, seconds=rng.randrange(8 * 3600, 20 * 3600))
        yield k * 7919 % people, f"第{k % 40}讲 安全生产", start, start + timedelta(seconds=rng.randrange(1500, 3300))


def write_csv(folder: Path, count: int, people: int) -> tuple[Path, Path]:
    """Sessions, and as many checks: one in each session, at a random moment of its first quarter of an hour."""
    rng, ids = random.Random(2), numbers(people)
    sessions, checks = folder / "sessions.csv", folder / "checks.csv"
    with sessions.open("w", encoding="utf-8", newline="") as one, checks.open("w", encoding="utf-8", newline="") as two:
        logged, seen = csv.writer(one), csv.writer(two)
        logged.writerow(["姓名", "身份证号", "课程名称", "开始时间", "结束时间", "学习时长", "IP"])
        seen.writerow(["姓名", "身份证号", "核验时间", "核验结果", "相似度", "抓拍照片"])
        for k, (person, course, start, end) in enumerate(rows(count, people)):
            logged.writerow([f"学员{person}", ids[person], course, start, end, str(end - start), f"10.{person % 250}.{k % 250}.7"])
            at = start + timedelta(seconds=rng.randrange(900))
            seen.writerow([f"学员{person}", ids[person], at, "通过" if k % 50 else "失败", round(rng.uniform(0.8, 0.99), 3), f"{k:07d}.jpg"])
    return sessions, checks


def write_other(folder: Path, form: str, count: int, people: int) -> Path:
    """The sessions alone as a workbook or as cmi5 statements."""
    ids = numbers(people)
    if form == "xapi":
        path = folder / "statements.json"
        with path.open("w", encoding="utf-8") as file:
            file.write('{"statements": [')
            for k, (person, course, start, end) in enumerate(rows(count, people)):
                log = Log([Session(Learner(f"学员{person}", ids[person]), course, start.replace(tzinfo=SHANGHAI), end.replace(tzinfo=SHANGHAI))])
                file.write((", " if k else "") + json.dumps(log_forms.xapi_statements(log, seed=k), ensure_ascii=False)[1:-1])
            file.write("]}")
        return path
    import xlsxwriter

    path = folder / "sessions.xlsx"
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm:ss"})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["姓名", "身份证号", "课程名称", "开始时间", "结束时间", "学习时长(分钟)"])
    for k, (person, course, start, end) in enumerate(rows(count, people), 1):
        sheet.write_row(k, 0, [f"学员{person}", ids[person], course, start, end, round((end - start).total_seconds() / 60, 1)])
    book.close()
    return path


def run_here(people: int, *paths: str) -> str:
    """Read in children, two at a time, as the program does, and match in this process; what it came to."""
    trainees = Trainees("t.csv", tuple(Trainee(i + 2, f"学员{i}", number) for i, number in enumerate(numbers(people))))
    began = time.perf_counter()
    with Sandbox(2) as box:
        jobs = [Job(n, read_one, (EvidenceKind.LEARNING_LOG, Path(path), ReaderContext(Path(path).name)), 36_000.0) for n, path in enumerate(paths)]
        found = dict(box.run(jobs))
    logs = [(Path(path).name, found[n]) for n, path in enumerate(paths)]
    read_in = time.perf_counter() - began
    learning = learn(logs, None, CLAIM, trainees, None, RULES, [()] * people)
    minutes = sum(t.verified_minutes for t in learning.times)
    rejected = sum(len(facts.rejected) for _, facts in logs)
    return f"reading {read_in:.1f} s, matching {time.perf_counter() - began - read_in:.1f} s, {minutes:.0f} minutes, {rejected} rows refused"


def measure(title: str, row_count: int, command: list[str]) -> float:
    """Run one way in its own process; prints and returns its processor seconds (0: it cannot run here)."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    wrapped = [sys.executable, "-c", _PEAK, *command]
    done = subprocess.run(wrapped, capture_output=True, text=True, check=False)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        print(f"  {title:10} not run: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else done.returncode}")
        return 0.0
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    *said, peak = done.stdout.strip().splitlines()
    print(
        f"  {title:10} {wall:6.1f} s wall {cpu:6.1f} s cpu  {row_count / cpu:9.0f} rows/cpu s  peak {int(peak) / 1024:6.0f} MB   {' '.join(said)}", flush=True
    )
    return cpu


_PEAK = "import resource,subprocess,sys; code=subprocess.run(sys.argv[1:]).returncode; print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(code)"
"""Runs a command and prints the peak of its memory in KB."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=30_000)
    parser.add_argument("--forms", default="csv")
    parser.add_argument("--peers", default=sys.executable)
    parser.add_argument("--run", nargs="+", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.run:
        print(run_here(wanted.people, *wanted.run))
        return
    here = [sys.executable, "-m", "tests.benchmarks.online", "--people", str(wanted.people), "--run"]
    with TemporaryDirectory() as name:
        folder = Path(name)
        for form in wanted.forms.split(","):
            paths = write_csv(folder, wanted.rows, wanted.people) if form == "csv" else (write_other(folder, form, wanted.rows, wanted.people),)
            size = sum(path.stat().st_size for path in paths) / 1e6
            print(f"{form}: {wanted.rows} sessions{f' and {wanted.rows} checks' if form == 'csv' else ''} of {wanted.people} people, {size:.0f} MB")
            own = measure("hezheng", wanted.rows * len(paths), [*here, *map(str, paths)])
            if form == "csv":
                for peer in ("pandas", "polars"):
                    script = str(Path(__file__).with_name("online_peers.py"))
                    took = measure(peer, wanted.rows * 2, [wanted.peers, script, peer, *map(str, paths)])
                    if took and own:
                        print(f"    hezheng takes {own / took:.1f} x the processor seconds of {peer}")


if __name__ == "__main__":
    main()
