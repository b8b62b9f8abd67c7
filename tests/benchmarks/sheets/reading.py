"""Reading the pages once and keeping the facts, so that matching can be measured again in seconds."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from services.adapters.codec import facts_dumps, facts_loads
from services.domain.errors import EvidenceError
from services.domain.facts import SheetFacts
from services.verify.readers import ReaderContext
from services.verify.readers.sheet import read
from tests.benchmarks.sheets.pages import Case, save_page


@dataclass(frozen=True)
class Seen:
    """A page as it was read. `seconds` of processor time; `peak`: the reading process's memory so far, in megabytes."""

    case: Case
    truth: dict[str, Any]
    facts: SheetFacts
    seconds: float
    peak: float


def seen_pages(pages: Sequence[Case], store: Path, jobs: int) -> Iterator[Seen]:
    """The pages' facts, from `store` where they are there already (empty it when the reader or the generator has changed)."""
    store.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(jobs) as pool:
        for case, file in zip(pages, pool.map(partial(_kept, store=store), pages), strict=True):
            kept = json.loads(file.read_text())
            facts = facts_loads(kept["facts"])
            assert isinstance(facts, SheetFacts)
            yield Seen(case, kept["truth"], facts, kept["seconds"], kept["peak"])


def _kept(case: Case, store: Path) -> Path:
    file = store / f"{case.name}.json"
    if not file.exists():
        with TemporaryDirectory() as folder:
            picture, truth = save_page(case, Path(folder))
            facts, seconds = read_page(picture)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        made = file.with_suffix(".part")
        made.write_text(json.dumps({"truth": truth, "facts": facts_dumps(facts), "seconds": seconds, "peak": peak}, ensure_ascii=False))
        made.replace(file)
    return file


def read_page(picture: Path) -> tuple[SheetFacts, float]:
    """Facts and seconds of processor time; a page that the reader refuses has no facts."""
    start = time.process_time()
    try:
        facts = read(picture, ReaderContext(picture.name))
    except EvidenceError:
        facts = SheetFacts(())
    return facts, time.process_time() - start
