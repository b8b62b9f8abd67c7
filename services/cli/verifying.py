"""`hezheng verify`: folders in, reports out."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from services.adapters.sandbox import Sandbox
from services.adapters.settings import Settings
from services.adapters.store import Store, open_store, throw_away_store
from services.cli.screen import Screen
from services.domain.errors import ClaimUnreadable, HezhengError
from services.domain.report import Report
from services.domain.text import Message
from services.ingest.children import in_child
from services.ingest.folder import take_in
from services.ingest.intake import store_intake
from services.report.reporting import report_claim
from services.verify.pipeline import Verifier
from services.verify.policy_file import find_policy

OK, FAILED, UNREADABLE = 0, 1, 2


class PlaceUnusable(HezhengError):
    """Reports cannot be written where they should go."""


@dataclass(slots=True)
class _Verified:
    """A claim of this call: where its report goes and what it says."""

    claim_id: str
    folder: Path
    out: Path
    report: Report


def verify_folders(folders: Sequence[Path], *, out: Path | None, policy_id: str | None, data: Path | None, debug: bool) -> int:
    """Verify each folder or zip in order; the exit status, the worst of all. What can be verified is reported whatever happens to the others."""
    screen = Screen()
    try:
        if policy_id is not None:
            find_policy(policy_id)
    except HezhengError as error:
        screen.error("--policy", error.message)
        return UNREADABLE
    named = _each_once(folders, screen)
    done: list[_Verified] = []
    statuses = [OK]
    with _cleaning_up_on_sigterm(), _store(data) as store, Sandbox(_workers()) as sandbox, screen:
        verifier = Verifier(store, sandbox)
        for number, (folder, place) in enumerate(zip(named, report_places(named, out, several=len(folders) > 1), strict=True), 1):
            screen.start(Path(os.path.abspath(folder)).name or str(folder), number, len(named))
            with _told(folder, screen, statuses, debug):
                claim_id = _take(folder, store, sandbox)
                done = [d for d in done if d.claim_id != claim_id]  # handed in anew under the same number: the later one is the claim
                done.append(_verify(verifier, claim_id, folder, place, policy_id, screen))
        _judge_related_again(verifier, done, policy_id, screen, statuses, debug)
        for verified in done:
            screen.summary(verified.folder, verified.report, verified.out)
    return FAILED if FAILED in statuses else max(statuses)


@contextmanager
def _told(folder: Path, screen: Screen, statuses: list[int], debug: bool) -> Iterator[None]:
    """The edge of the program: what happens to one claim is told and noted in `statuses`, and must not cost the others."""
    try:
        yield
    except ClaimUnreadable as error:
        screen.unreadable(folder, error)
        statuses.append(UNREADABLE)
    except HezhengError as error:
        screen.error(str(folder), error.message)
        statuses.append(FAILED)
    except Exception as error:
        screen.failure(folder, error, traceback.format_exc() if debug else None)
        statuses.append(FAILED)


def _each_once(folders: Sequence[Path], screen: Screen) -> list[Path]:
    """A folder that is named twice is verified once."""
    named: dict[str, Path] = {}
    for folder in folders:
        if named.setdefault(os.path.realpath(folder), folder) is not folder:
            screen.error(str(folder), Message("重复列出，只核验一次", "named more than once, verified once"))
    return list(named.values())


def report_places(folders: Sequence[Path], out: Path | None, *, several: bool = False) -> list[Path]:
    """Where each claim's reports go; a second folder of the same name gets a number. `several`: more were asked for."""
    places: list[Path] = []
    for folder in folders:
        absolute = Path(os.path.abspath(folder))
        zipped = absolute.suffix.lower() == ".zip" and not absolute.is_dir()
        name = absolute.stem if zipped else absolute.name
        if out is None:
            place = absolute.with_name(f"{absolute.stem}.report") if zipped else absolute / "report"
        else:
            place = out / name if several or len(folders) > 1 else out
        first, number = place, 2
        while place in places:
            place = first.with_name(f"{first.name}-{number}")
            number += 1
        places.append(place)
    return places


def _take(folder: Path, store: Store, sandbox: Sandbox) -> str:
    with tempfile.TemporaryDirectory(prefix="intake-", dir=sandbox.folder) as workspace:  # where children may write
        intake = take_in(Path(os.path.abspath(folder)), Path(workspace), opened=partial(in_child, sandbox))  # "." has no name to go by
        return store_intake(intake, store)


def _make_place(place: Path) -> None:
    """Before the work, not after it: a report that cannot be written makes an hour's work worthless."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        why = error.strerror or str(error)
        zh = f"无法在 {place} 写入报告（{why}）；请用 --out 另选文件夹"
        raise PlaceUnusable(Message(zh, f"the report cannot be written to {place} ({why}); choose another folder with --out")) from error


def _verify(verifier: Verifier, claim_id: str, folder: Path, place: Path, policy_id: str | None, screen: Screen) -> _Verified:
    _make_place(place)
    verifier.verify(claim_id, policy_id=policy_id, progress=screen.progress)
    screen.writing()
    verified = _Verified(claim_id, folder, place, report_claim(verifier.store, claim_id, place))
    verifier.store.repository.set_status(claim_id, "verified")  # for the pages of a server over the same store
    return verified


def _judge_related_again(verifier: Verifier, done: list[_Verified], policy_id: str | None, screen: Screen, statuses: list[int], debug: bool) -> None:
    """A later claim may change an earlier one (same people, same time, same picture): match and judge those anew, from the facts.

    A claim that an earlier call verified is judged by its own policy, and its report is made anew in the store.
    """
    in_call = {d.claim_id: d for d in done}
    for claim_id in verifier.to_judge_again(list(in_call)):
        screen.again(verifier.store.repository.claim(claim_id).claim.claim_no)
        verified = in_call.get(claim_id)
        with _told(verified.folder if verified else Path(claim_id), screen, statuses, debug), tempfile.TemporaryDirectory(prefix="hezheng-report-") as unseen:
            verifier.verify(claim_id, policy_id=policy_id if verified else None)
            report = report_claim(verifier.store, claim_id, verified.out if verified else Path(unseen))
            if verified is not None:
                verified.report = report


@contextmanager
def _cleaning_up_on_sigterm() -> Iterator[None]:
    """SIGTERM ends the work as Ctrl-C does: no copy of the claim stays behind in a temporary folder, no reading process lives on."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are the main thread's
        return
    previous = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


@contextmanager
def _store(data: Path | None) -> Iterator[Store]:
    settings = Settings()
    if data is None:
        with throw_away_store(settings) as store:
            yield store
        return
    store = open_store(settings.model_copy(update={"data_dir": data, "database_url": None, "blobs_dir": None}))
    try:
        yield store
    finally:
        store.close()


def _workers() -> int:
    return max(1, len(os.sched_getaffinity(0)))
