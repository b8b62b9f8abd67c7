"""What `hezheng verify` shows: progress on stderr while it works, a summary on stdout when it is done."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from services.domain.codes import CODES
from services.domain.errors import ClaimUnreadable
from services.domain.report import Report
from services.domain.text import Message
from services.report.privacy import Masker

_VERDICTS = {"pass": ("通过 pass", "green"), "review": ("需人工复核 review", "yellow"), "fail": ("不通过 fail", "red")}
_FINDINGS_SHOWN = 12


class Screen:
    """Use as a context manager while work goes on. Without a terminal progress comes as plain lines."""

    def __init__(self) -> None:
        self._out, self._err = Console(highlight=False, soft_wrap=True), Console(stderr=True, highlight=False, soft_wrap=True)
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, console=self._err, transient=True, disable=not self._err.is_terminal)
        self._task: TaskID | None = None
        self._name = ""

    def __enter__(self) -> Screen:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._bar.stop()

    def start(self, name: str, number: int, total: int) -> None:
        self._name = f"[{number}/{total}] {name}"
        self._say(f"{self._name}: 读取材料 reading")
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(escape(self._name), total=None)

    def progress(self, done: int, total: int, path: str) -> None:
        path = Masker().text(path, path=True)  # pictures of faces are named by ID numbers
        if self._task is not None:
            self._bar.update(self._task, completed=done, total=total, description=escape(f"{self._name} {path[-40:]}"))
        self._say(f"{self._name}: {done}/{total} {path}")

    def writing(self) -> None:
        self._say(f"{self._name}: 生成报告 writing the report")

    def again(self, claim_no: str) -> None:
        self._say(f"{claim_no}: 与后提交的申报相关，重新评判 judged again, a later claim has to do with it")

    def error(self, where: str, message: Message) -> None:
        self._err.print(f"[red]{escape(where)}[/red]: {escape(message.zh)} / {escape(message.en)}")

    def unreadable(self, folder: Path, error: ClaimUnreadable) -> None:
        """The input is no claim: file, line, field, what was found and what is expected."""
        line = f":{error.line}" if error.line else ""
        file = error.file.removeprefix(f"{folder.absolute().name}/")
        itself = file in (folder.absolute().name, str(folder.absolute()))
        self.error(f"{folder}{'' if itself else f': {file}'}{line}", error.message)
        for problem in error.problems:
            self._err.print(escape(f"  {problem.field}: 现为 found {problem.found}；应为 expected {problem.expected.zh} / {problem.expected.en}"))

    def failure(self, folder: Path, error: Exception, trace: str | None) -> None:
        self._err.print(f"[red]{escape(str(folder))}[/red]: 内部错误 internal failure: {escape(type(error).__name__)}: {escape(str(error)[:500])}")
        self._err.print(escape(trace) if trace else "  加 --debug 可查看详情 / run again with --debug for the details")

    def summary(self, folder: Path, report: Report, out: Path) -> None:
        """Verdict, score, money, the findings in short, and where the report is."""
        words, colour = _VERDICTS[report.verdict]
        amount, score = report.amount, report.score
        self._out.print(f"\n[bold]{escape(str(report.claim['claim_no']))}[/bold]  {escape(folder.name)}")
        self._out.print(f"  结论 verdict    [{colour}]{words}[/{colour}]   评分 score {score.value:g}（{score.low:g}–{score.high:g}）")
        self._out.print(f"  金额 amount     申报 claimed {amount['claimed']}   支持 supported {amount['supported']}   待定 unclear {amount['unclear']}")
        codes = Counter((f["code"], f["severity"], f["outcome"]) for f in report.findings if f["severity"] != "info")
        for (code, severity, outcome), count in sorted(codes.items(), key=lambda item: (item[0][1] != "critical", item[0][2] != "unmet", item[0][0]))[
            :_FINDINGS_SHOWN
        ]:
            times = f" ×{count}" if count > 1 else ""
            mark = "?" if outcome == "unclear" else "!" if severity == "critical" else "·"
            self._out.print(escape(f"    {mark} {code}{times}  {CODES[code].zh} {CODES[code].en}"))
        if len(codes) > _FINDINGS_SHOWN:
            self._out.print(f"    … {len(codes) - _FINDINGS_SHOWN} more kinds in the report")
        self._out.print(escape(f"  报告 report     {out / 'report.html'}"))

    def _say(self, line: str) -> None:
        if not self._err.is_terminal:
            self._err.print(escape(line))
