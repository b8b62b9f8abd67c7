"""The media index at the size of a province: how long a question takes, an insertion, and how much memory all workers need together.

    python -m tests.benchmarks.photos.index [--hashes 10000000] [--photos-with-words 100000] [--workers 3] [--keep FOLDER]

Hashes are random, or (`--skewed`) put together from sixteenths of real and drawn pictures' hashes, whose buckets are as uneven as theirs.
Every question is a known hash with 31 bits turned over. Times are processor time: what other work on the machine takes does not count. Memory is what the workers' mappings and heaps take together (Pss), less what each took before it opened the index.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import re
import tempfile
import time
from collections.abc import Sequence
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from pathlib import Path

import numpy as np

from services.adapters.media_index import IndexedMedium, MediaIndex
from services.adapters.media_index.folder import Folder
from services.adapters.media_index.segment import build
from tests.benchmarks.photos.sets import bits, facts_of
from tests.generators.photos import training_photo

BITS = 31
Answers = SimpleQueue[tuple[list[float], list[float], float]]


class Later:
    """A source that has what came after the files were written."""

    def __init__(self, first: int) -> None:
        self.media: list[IndexedMedium] = []
        self.first = first

    def add(self, count: int, words: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        start = self.first + len(self.media)
        self.media += [IndexedMedium(start + i, rng.bytes(32), rng.bytes(4 * words)) for i in range(count)]

    def indexed_after(self, number: int, limit: int) -> Sequence[IndexedMedium]:
        return self.media[max(0, number + 1 - self.first) :][:limit]

    def indexed_key(self, number: int) -> str | None:
        return str(number)


def known_hashes(count: int, skewed: bool, rng: np.random.Generator) -> np.ndarray:
    if not skewed:
        return rng.integers(0, 2**64, (count, 4), dtype=np.uint64)
    seen = np.stack([bits(facts_of(training_photo(seed, size=(480, 360)))) for seed in range(1, 301)]).view(np.uint16)
    parts = np.stack([seen[rng.integers(0, len(seen), count), k] for k in range(16)], axis=1)
    flips = np.bitwise_or.reduce([(rng.random((count, 16)) < 0.2).astype(np.uint16) << np.uint16(b) for b in range(16)])
    return np.ascontiguousarray(parts ^ flips).view(np.uint64)


def asked(codes: np.ndarray, rng: np.random.Generator) -> tuple[int, np.ndarray]:
    chosen = int(rng.integers(len(codes)))
    code = np.array(codes[chosen])
    for bit in rng.choice(256, BITS, replace=False):
        code[bit // 64] ^= np.uint64(1) << np.uint64(bit % 64)
    return chosen, code[None, :]


def worker(folder: str, first: int, questions: int, seed: int, answer: Answers, go: Event) -> None:
    rng, before = np.random.default_rng(seed), _memory()
    index = MediaIndex(Later(first), Path(folder))
    index.refresh()
    kept = Folder(Path(folder)).load()
    assert kept is not None
    segment = kept.segments[0][1]
    hashes, words = [], []
    for _ in range(questions):
        chosen, code = asked(segment.codes, rng)
        began = time.process_time()
        found = index.near(code, BITS)
        hashes.append(time.process_time() - began)
        assert found[int(segment.owners[chosen])] == BITS
    for _ in range(20 if len(segment.words) else 0):
        question = np.array(segment.words[rng.integers(0, len(segment.words), 300)])
        began = time.process_time()
        index.sharing(question, least=5, most=40)
        words.append(time.process_time() - began)
    answer.put((hashes, words, _memory() - before))
    go.wait()  # nobody leaves before all were measured: what is mapped is shared among those who are there


def _memory() -> float:
    """This process's share of the memory in use, in GB."""
    said = Path(f"/proc/{os.getpid()}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+)", said, re.MULTILINE).group(1)) / 1e6  # type: ignore[union-attr]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hashes", type=int, default=1_000_000)
    parser.add_argument("--photos-with-words", type=int, default=20_000)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--skewed", action="store_true")
    options = parser.parse_args()
    rng = np.random.default_rng(5)
    with tempfile.TemporaryDirectory() as place:
        folder, count = Path(place) / "index", options.hashes
        began = time.process_time()
        owners = np.arange(1, count + 1, dtype=np.uint32)
        words = rng.integers(0, 2**32, options.photos_with_words * 300, dtype=np.uint32)
        base = build(known_hashes(count, options.skewed, rng), owners, words, np.repeat(owners[: options.photos_with_words], 300))
        with Folder(folder).locked():
            Folder(folder).save(count, str(count), [], [base])
        del base, words
        size = sum(f.stat().st_size for f in folder.rglob("*.npy")) / 1e9
        print(
            f"{count} hashes{' (skewed)' if options.skewed else ''}, words of {options.photos_with_words} photos: {size:.2f} GB of files, built in {time.process_time() - began:.0f} s"
        )
        context = multiprocessing.get_context("spawn")  # as workers are: they share nothing but the files
        answers, go = context.SimpleQueue(), context.Event()
        workers = [context.Process(target=worker, args=(place + "/index", count + 1, options.questions, k, answers, go)) for k in range(options.workers)]
        for one in workers:
            one.start()
        told = [answers.get() for _ in workers]
        go.set()
        for one in workers:
            one.join()
        hashes = np.concatenate([t[0] for t in told]) * 1000
        print(
            f"within {BITS} bits, {options.workers} workers at once: median {np.median(hashes):.2f} ms, p95 {np.percentile(hashes, 95):.2f} ms; memory of all together {sum(t[2] for t in told):.2f} GB"
        )
        if options.photos_with_words:
            spent = np.concatenate([t[1] for t in told]) * 1000
            print(f"photos that share words (300 words, one bit of tolerance): median {np.median(spent):.1f} ms, p95 {np.percentile(spent, 95):.1f} ms")
        source = Later(count + 1)
        index = MediaIndex(source, folder, in_memory=1 << 30)
        index.refresh()
        for batch, words_each in ((10_000, 0), (2_000, 300)):
            source.add(batch, words_each, batch)
            began = time.process_time()
            index.refresh()
            print(f"insertion of {batch} with {words_each} words each at once: {(time.process_time() - began) / batch * 1000:.3f} ms each")
        began = time.process_time()
        for k in range(200):
            source.add(1, 300, k)
            index.refresh()
        print(f"one by one: {(time.process_time() - began) / 200 * 1000:.3f} ms each")


if __name__ == "__main__":
    main()
