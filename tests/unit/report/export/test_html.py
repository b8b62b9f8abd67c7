from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from services.domain.report import Report
from services.domain.text import Message
from services.report.compile import compile_report
from services.report.export.album import Album, Budget, fill
from services.report.export.html import html
from services.report.export.view import PAPER, Bounds
from services.report.pictures import FilePictures, NoPictures
from tests.unit.report import world
from tests.unit.report.claim_world import picture

VOID = {"meta", "br", "img", "link", "input", "hr"}


class Balance(HTMLParser):
    """Reads a page as a browser would and keeps what matters for these tests."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.sources: list[str] = []
        self.tags: set[str] = set()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        found = dict(attrs)
        for name, kept in (("id", self.ids), ("href", self.links), ("src", self.sources)):
            if value := found.get(name):
                kept.append(value)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def report(count: int = 12) -> Report:
    return compile_report(world.case(count), world.judgement(count), generated_at=world.AT)


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Album:
    return fill(report(), FilePictures.of(world.case(), world.files(tmp_path_factory.mktemp("files"))))


@pytest.fixture(scope="module")
def page(album: Album) -> str:
    return html(report(), album)


def test_the_page_is_whole_and_self_contained(page: str) -> None:
    found = Balance(page)
    assert found.wrong == [] and found.open == []
    assert len(found.ids) == len(set(found.ids))
    assert all(link.startswith("#") and link[1:] in found.ids for link in found.links)
    assert found.sources and all(s.startswith("data:image/jpeg;base64,") for s in found.sources)
    assert not found.tags & {"script", "link", "iframe", "object"}
    assert "@import" not in page and not re.search(r"url\((?!data:)", page)


def test_what_matters_is_said(page: str) -> None:
    for text in ("不通过", "关键条款不符合：有效视频时长不足", "¥9,600.00", "人工审核", "培训期间未参保", "CC-2021-000123", "photo.reused", "CC-2021-000088"):
        assert text in page
    assert all(world.id_number(i) not in page for i in range(12))


def test_what_cannot_be_shown_says_so(page: str, album: Album) -> None:
    assert any(p.src is None for shown in album.findings.values() for p in shown)
    assert "无法显示" in page


def shown(**changes: object) -> str:
    """The first finding on the page, changed."""
    judgement = world.judgement()
    first = replace(judgement.findings[0], **changes)  # type: ignore[arg-type]
    page = html(compile_report(world.case(), replace(judgement, findings=(first, *judgement.findings[1:]))), Album())
    return page.partition('<li id="f0">')[2].partition("</li>")[0]


def test_numbers_that_the_message_does_not_say_are_shown_with_their_unit() -> None:
    page = shown(code="video.too_short", message=Message("有效视频合计0分40秒", "40 s"), expected=300, observed=40.4)
    assert "实际 <b>40.4 秒</b>" in page and "应为 <b>300 秒</b>" in page


@pytest.mark.parametrize(("expected", "observed"), [(6, 11), (0, 11.2), (None, "第11行"), (1, 0)])
def test_what_the_message_says_is_not_said_again(expected: object, observed: object) -> None:
    page = shown(message=Message("第11行与第6行相同", "the same"), expected=expected, observed=observed)
    assert "实际 <b>" not in page and "应为 <b>" not in page


def test_a_number_within_another_is_not_said() -> None:
    assert "实际 <b>1.5 秒</b>" in shown(code="video.too_short", message=Message("第11.5行", "row 11.5"), expected=3, observed="1.5")


def test_subjects_are_named_in_chinese() -> None:
    page = shown(subject="assessment", message=Message("缺少材料", "missing"))
    assert '<b class="subject">评价记录</b>' in page


def test_text_from_outside_is_escaped() -> None:
    bad = '<script>alert(1)</script>"&'
    case = world.case()
    project = replace(case.claim.project, name=bad)
    case = replace(case, claim=replace(case.claim, project=project))
    judgement = world.judgement()
    first = replace(judgement.findings[0], message=Message(bad, bad), subject=bad, observed={bad: bad})
    made = compile_report(case, replace(judgement, findings=(first, *judgement.findings[1:])))
    page = html(made, Album())
    assert "<script" not in page and "&lt;script&gt;" in page
    assert Balance(page).wrong == []


def test_a_clean_report_has_no_findings() -> None:
    case, judgement = world.clean()
    page = html(compile_report(case, judgement), Album())
    assert "全部适用条款均符合" in page and "没有发现问题" in page


def test_a_bare_report_is_made_too() -> None:
    case = replace(world.case(), trainees=None, roster=None, records=(), attendance=(), sessions=(), evidence=(), intake_problems=())
    claim = replace(case.claim, submitted_at=None, claimed_amount=None, enterprise=replace(case.claim.enterprise, uscc=None))
    claim = replace(claim, project=replace(claim.project, training_type=None, occupation=None, level=None, venue=None, modes=()))
    judgement = replace(
        world.judgement(),
        findings=(),
        entitlements=(),
        claimed=None,
        supported=None,
        unclear=None,
        clauses=tuple(replace(c, findings=()) for c in world.clauses()),
    )
    made = compile_report(replace(case, claim=claim), judgement)
    page = html(made, fill(made, NoPictures()))
    assert "金额无法计算" in page and "没有课程安排" in page and "未提供申报人员名单" in page
    assert Balance(page).wrong == []


def test_bounds_are_kept_and_told(tmp_path: Path) -> None:
    many = report(120)
    bounds = Bounds(findings_per_group=1, trainees=20, traces=5, matrix_rows=10, matrix_columns=3, matrix_block=2, files=4)
    page = html(many, Album(), bounds=bounds)
    assert page.count('<tr id="t') == 20 and page.count("<details>") == 5
    assert "另有 100 人未列出" in page and "另有 110 人" in page and "另有 7 个课次" in page
    assert "其余 1 项见 report.xlsx" in page and "个文件见 report.xlsx" in page
    assert "王建国" in page and "陈静" in page, "who does not get everything is kept"


def test_pictures_stay_within_the_budget(tmp_path: Path) -> None:
    pictures = FilePictures.of(world.case(), world.files(tmp_path))
    small = fill(report(), pictures, Budget(total=30_000))
    taken = [p.src for shown in small.findings.values() for p in shown if p.src]
    assert small.omitted > 0 and sum(len(s) for s in taken) * 3 / 4 < 30_000 + 40_000
    assert 0 in small.findings, "the most severe come first"


def _with_faces(folder: Path, verdicts: dict[str, str]) -> tuple[Report, FilePictures]:
    """The claim with a snapshot for each check of its first trainee (name -> verdict), one that was not handed in and a reference picture."""
    made = report()
    online = made.trainees[0]["online"]
    start = online["intervals"][0]["start"]
    looks = [{"at": start, "verdict": verdict, "snapshot": f"{name}.jpg"} for name, verdict in (verdicts | {"missing": "passed"}).items()]
    trainees = [{**made.trainees[0], "online": {**online, "looks": looks}}, *made.trainees[1:]]
    paths = [f"faces/checks/{name}.jpg" for name in verdicts] + ["faces/enrolled/me.jpg", "faces/checks/broken.jpg"]
    entries = [{**made.evidence[0], "file": path, "kind": "face", "facts": {"faces": 1, "usable": True, "reason": None}, "problems": []} for path in paths]
    entries[-1]["facts"] = None
    for n, path in enumerate(paths):
        (folder / f"{n}.jpg").write_bytes(picture(path, (320, 240), "#8a9aaa"))
    pictures = FilePictures({path: folder / f"{n}.jpg" for n, path in enumerate(paths)})
    return replace(made, trainees=type(made.trainees)(trainees), evidence=type(made.evidence)([*made.evidence, *entries])), pictures


def test_a_check_on_the_ribbon_leads_to_its_snapshot(tmp_path: Path) -> None:
    made, pictures = _with_faces(tmp_path, {"a": "passed", "b": "mismatch", "c": "passed"})
    page = html(made, fill(made, pictures))
    found = Balance(page)
    shots = re.findall(r'<a href="#(shot\d+)"><g><title>\S+ (\S+) ', page)
    assert sorted(name for _, name in shots) == ["a.jpg", "b.jpg", "c.jpg"] and "missing.jpg" in page
    for anchor, name in shots:
        assert re.search(rf'<figure id="{anchor}"><img src="data:image/jpeg;base64,[^"]+" alt="faces/checks/{name}"', page)
    assert 'alt="faces/enrolled/me.jpg"' not in page and 'alt="faces/checks/broken.jpg"' not in page
    assert found.wrong == [] and all(link[1:] in found.ids for link in found.links)
    paper = html(made, fill(made, pictures), bounds=PAPER, paper=True)
    assert "shot0" not in paper and 'alt="faces/checks/a.jpg"' not in paper


def test_of_many_snapshots_those_that_did_not_pass_are_shown(tmp_path: Path) -> None:
    made, pictures = _with_faces(tmp_path, {"a": "passed", "b": "mismatch", "c": "failed"})
    album = fill(made, pictures, Budget(snapshots=2))
    assert [file for file in album.thumbnails if file.startswith("faces/")] == ["faces/checks/b.jpg", "faces/checks/c.jpg"]
    assert album.omitted == fill(made, pictures).omitted + 1
    page = html(made, album)
    assert page.count('href="#shot') == 2 and "a.jpg" in page


def test_the_paper_form_is_open_and_without_folds(album: Album) -> None:
    page = html(report(), album, bounds=PAPER, paper=True)
    assert "<details" not in page and 'class="paper"' in page
