"""The sample claims: `python -m tests.generators.samples samples` writes them anew.

What is planted in each, and what must come out, is told in `tests/golden/samples.yaml`, reckoned by hand. All people,
enterprises and events are fictional.
"""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from services.domain.claim import SHANGHAI
from tests.generators.claims import VENUE, ClaimFolder
from tests.generators.dresses import TRANSFORMS
from tests.generators.hand import Hand, make_hand
from tests.generators.online import write_learning_logs
from tests.generators.people import Person, homonym_of, make_people
from tests.generators.photos import exif_bytes, save_photo, take_photo, training_photo
from tests.generators.sheet_files import write_sheet
from tests.generators.sheets import RowSpec, SheetSpec
from tests.generators.videos import hand_held, looped, patched_header

SEED = 20211108


def company() -> list[Person]:
    """The insured people of the example enterprise, distinct names, all with an ordinary category."""
    people = make_people(60, random.Random(SEED), rare=0.0, homonyms=False)
    people[15] = homonym_of(people[14], random.Random(SEED + 1), 15)
    return [replace(p, category="参保职工") for p in people]


def hands(people: Sequence[Person]) -> dict[str, Hand]:
    """Everybody writes with one hand throughout."""
    return {p.id_number: make_hand(random.Random(p.id_number)) for p in people}


def _rows(people: Sequence[Person], writing: dict[str, Hand], **by_number: RowSpec) -> tuple[RowSpec, ...]:
    changed = {int(key[1:]): row for key, row in by_number.items()}
    return tuple(replace(changed.get(k, RowSpec(p)), hand=writing[p.id_number]) for k, p in enumerate(people))


def _photos(folder: Path, moments: Sequence[datetime], seed: int) -> None:
    for number, moment in enumerate(moments, 1):
        place = (VENUE[0] + number * 0.0002, VENUE[1] - number * 0.0001)
        take_photo(folder / "photos" / f"IMG_{moment:%Y%m%d_%H%M%S}.jpg", seed + number, moment, gps=place, size=(1280, 960))


def _video(path: Path, seconds: float, seed: int, recorded_at: datetime) -> Path:
    return hand_held(path, seconds, seed, size=(480, 270), fps=12, crf=33, gop_seconds=4, recorded_at=recorded_at.replace(tzinfo=SHANGHAI), location=VENUE)


def clean(folder: Path, people: Sequence[Person]) -> None:
    """Eight people, two days, everything as it should be."""
    rng, writing = random.Random(SEED + 10), hands(people)
    mine = people[:8]
    claim = ClaimFolder(folder, "CC-2021-000101", "数控车工岗前培训", date(2021, 11, 8), date(2021, 11, 9), Decimal(16), mine)
    first, second = claim.start, claim.end
    for day, course in ((first, "机械制图"), (second, "数控编程")):
        claim.session(day, "08:30", "11:30", 4, "theory", course)
        claim.session(day, "13:30", "16:30", 4, "practical", f"{course}实训")
    claim.write_claim(datetime(2021, 11, 15, 10, 0))
    claim.write_trainees()
    claim.write_roster(people)
    claim.write_plan()
    claim.write_notice()
    claim.write_assessment(rng)
    sheets = folder / "sign_in_sheets"
    morning = SheetSpec(_rows(mine, writing), (first,), "am", "in_out", "scan", "数控车工岗前培训签到表", "机械制图", blank_rows=2)
    write_sheet(morning, sheets / "1108上午.jpg", rng)
    write_sheet(replace(morning, part="pm", course="机械制图实训", capture="photo", layout="printed"), sheets / "1108下午.jpg", rng)
    day_two = replace(morning, days=(second,), course="数控编程", layout="masked")
    write_sheet([day_two, replace(day_two, part="pm", course="数控编程实训")], sheets / "1109.pdf", rng)
    _photos(
        folder,
        [
            datetime(2021, 11, 8, 8, 41, 7),
            datetime(2021, 11, 8, 10, 3, 22),
            datetime(2021, 11, 8, 14, 12, 40),
            datetime(2021, 11, 9, 9, 5, 3),
            datetime(2021, 11, 9, 11, 1, 55),
            datetime(2021, 11, 9, 15, 30, 18),
        ],
        SEED,
    )
    _video(folder / "videos" / "VID_20211108_0900.mp4", 175, 71, datetime(2021, 11, 8, 9, 0))
    _video(folder / "videos" / "VID_20211109_1400.mp4", 150, 72, datetime(2021, 11, 9, 14, 0))


def doubtful(folder: Path, people: Sequence[Person]) -> None:
    """Somebody uninsured, somebody who left, somebody on leave, two of one name, a sheet without a date, a late claim."""
    rng, writing = random.Random(SEED + 20), hands(people)
    mine = people[8:16]
    claim = ClaimFolder(
        folder,
        "CC-2021-000102",
        "设备维修工转岗培训",
        date(2021, 11, 15),
        date(2021, 11, 16),
        Decimal(12),
        mine,
        training_type="转岗转业培训",
        occupation="机修钳工",
    )
    first, second = claim.start, claim.end
    claim.session(first, "08:30", "11:30", 4, "theory", "设备原理")
    claim.session(first, "13:30", "16:30", 4, "practical", "拆装实训")
    claim.session(second, "08:30", "11:30", 4, "practical", "故障诊断")
    claim.write_claim(datetime(2021, 11, 24, 9, 20))
    claim.write_trainees()
    claim.write_roster(people, uninsured=[mine[0]], left={mine[2].id_number: first})
    claim.write_plan()
    claim.write_notice()
    claim.write_assessment(rng)
    sheets = folder / "签到表"
    spec = SheetSpec(_rows(mine, writing), (first,), "am", "in_out", "shadow", "设备维修工转岗培训签到表", "设备原理")
    write_sheet(spec, sheets / "1.jpg", rng)
    on_leave = _rows(mine, writing, r1=RowSpec(mine[1], signed=False, mark="请假"))
    write_sheet(replace(spec, rows=on_leave, part="pm", course="拆装实训", layout="two_sides", capture="photo"), sheets / "2.jpg", rng)
    write_sheet(replace(spec, days=(second,), course=None, date_style="none", part=None, capture="scan"), sheets / "3.png", rng)
    _photos(
        folder,
        [datetime(2021, 11, 15, 9, 1, 7), datetime(2021, 11, 15, 10, 30, 2), datetime(2021, 11, 15, 15, 2, 40), datetime(2021, 11, 16, 9, 9, 9)],
        SEED + 200,
    )
    save_photo(training_photo(SEED + 260, size=(1280, 960)), folder / "photos" / "微信图片_20211116.jpg", quality=72)
    _video(folder / "videos" / "拆装实训.mp4", 312, 81, datetime(2021, 11, 15, 14, 0))


def fraudulent(folder: Path, people: Sequence[Person]) -> None:
    """Photos used before, a looped video with a patched header, a sheet used for two days, somebody in two places, no assessment."""
    rng, writing = random.Random(SEED + 30), hands(people)
    mine = [people[0], *people[16:23]]
    claim = ClaimFolder(
        folder,
        "CC-2021-000103",
        "安全生产培训第三期",
        date(2021, 11, 9),
        date(2021, 11, 10),
        Decimal(12),
        [*mine, mine[3]],
        training_type="安全生产培训",
        occupation="安全员",
        level="五级",
    )
    first, second = claim.start, claim.end
    claim.session(first, "08:30", "11:30", 4, "theory", "安全法规")
    claim.session(second, "08:30", "11:30", 4, "theory", "事故案例")
    claim.session(second, "13:30", "16:30", 4, "practical", "应急演练")
    claim.write_claim(datetime(2021, 11, 16, 16, 45))
    claim.write_trainees()
    claim.write_roster(people)
    claim.write_plan()
    claim.write_notice()
    sheets = folder / "sign_in_sheets"
    spec = SheetSpec(_rows(mine, writing), (first,), "am", "in_out", "scan", "安全生产培训签到表", "安全法规")
    write_sheet(spec, sheets / "1109.jpg", rng)
    same = tuple(replace(row, ink=900 + 10 * k) for k, row in enumerate(spec.rows))
    again = replace(spec, rows=same, days=(second,), course="事故案例")
    write_sheet(again, sheets / "1110上午.jpg", random.Random(5))
    write_sheet(replace(again, part="pm", course="应急演练"), sheets / "1110下午.jpg", random.Random(5))
    used = training_photo(SEED + 2, size=(1280, 960))  # the second photo of the clean claim
    stolen_at = exif_bytes(datetime(2021, 11, 9, 10, 20, 31), gps=VENUE)
    save_photo(TRANSFORMS["q30"](TRANSFORMS["resize"](used)), folder / "photos" / "1.jpg", exif=stolen_at)
    for number, moment in ((2, datetime(2021, 11, 9, 9, 3, 11)), (3, datetime(2021, 11, 10, 8, 55, 40)), (4, datetime(2021, 11, 10, 14, 2, 8))):
        take_photo(folder / "photos" / f"{number}.jpg", SEED + 300 + number, moment, gps=VENUE, size=(1280, 960))
    save_photo(
        TRANSFORMS["brighter"](training_photo(SEED + 302, size=(1280, 960))),
        folder / "photos" / "5.jpg",
        exif=exif_bytes(datetime(2021, 11, 10, 10, 3, 11), gps=VENUE),
    )
    work = folder / "work"
    short = _video(work / "short.mp4", 40, 91, datetime(2021, 11, 10, 9, 0))
    patched_header(looped(short, work / "looped.mp4", 4), folder / "videos" / "培训录像.mp4", 310.0)
    shutil.rmtree(work)


def online(folder: Path, people: Sequence[Person]) -> None:
    """A morning in the classroom, then online lessons with face checks: some failed, late or missing."""
    rng, writing = random.Random(SEED + 40), hands(people)
    mine = people[24:30]
    claim = ClaimFolder(
        folder, "CC-2021-000104", "标准作业能力提升线上培训", date(2021, 11, 22), date(2021, 11, 26), Decimal(12), mine,
        training_type="标准作业能力提升", occupation="装配工", modes=("theory", "online"),
    )  # fmt: skip
    claim.session(claim.start, "08:30", "11:30", 4, "theory", "开班与标准作业导论")
    for offset in range(1, 5):
        claim.session(claim.start + timedelta(days=offset), "19:00", "20:30", 2, "online", f"标准作业第{offset}讲")
    claim.write_claim(datetime(2021, 11, 30, 14, 0), promised_materials=["plan", "notice", "sign_in_sheet", "media", "assessment", "learning_log"])
    claim.write_trainees()
    claim.write_roster(people)
    claim.write_plan()
    claim.write_notice()
    claim.write_assessment(rng)
    spec = SheetSpec(_rows(mine, writing), (claim.start,), "am", "staff", "photo", "标准作业能力提升培训签到表", "开班与标准作业导论", stamp=True)
    write_sheet(spec, folder / "sign_in_sheets" / "1122.heic", rng)
    write_learning_logs(folder / "learning_logs", mine, [claim.start + timedelta(days=k) for k in range(1, 5)], rng)
    _photos(
        folder,
        [
            datetime(2021, 11, 22, 8, 50, 1),
            datetime(2021, 11, 22, 9, 20, 30),
            datetime(2021, 11, 22, 10, 2, 11),
            datetime(2021, 11, 22, 10, 44, 0),
            datetime(2021, 11, 22, 11, 20, 59),
        ],
        SEED + 400,
    )
    _video(folder / "videos" / "开班.mov", 306, 95, datetime(2021, 11, 22, 9, 0))


SAMPLES: dict[str, Callable[[Path, Sequence[Person]], None]] = {"1-clean": clean, "2-doubtful": doubtful, "3-fraudulent": fraudulent, "4-online": online}


def write_samples(target: Path) -> None:
    """Every sample claim, each in its own folder of `target`, replacing what is there."""
    people = company()
    for name, build in SAMPLES.items():
        shutil.rmtree(target / name, ignore_errors=True)
        build(target / name, people)


if __name__ == "__main__":
    write_samples(Path(sys.argv[1] if len(sys.argv) > 1 else "samples"))
