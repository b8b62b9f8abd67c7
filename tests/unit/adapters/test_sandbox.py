from __future__ import annotations

import os
import signal
import time

import pytest

from services.adapters.sandbox import ChildLimits, Job, Sandbox
from services.domain.errors import FileEmpty, FileTooLarge, FileUnreadable
from services.domain.text import Message


def twice(number: int) -> int:
    return 2 * number


def die() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def hang() -> None:
    time.sleep(60)


def eat() -> int:
    return len(bytearray(20 * 1024**3))


def refuse() -> None:
    raise FileEmpty(Message("空", "empty"))


def fail() -> None:
    raise ZeroDivisionError("a defect of ours")


def odd() -> None:
    class Unpicklable(Exception):
        pass

    raise Unpicklable("no such module")


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(2, ChildLimits(memory=4 * 1024**3)) as made:
        yield made


def test_a_bad_file_costs_only_itself(sandbox: Sandbox) -> None:
    jobs = [Job("die", die, (), 30), Job("hang", hang, (), 1), Job("eat", eat, (), 30), Job("refuse", refuse, (), 30)]
    results = dict(sandbox.run([*jobs, *[Job(str(n), twice, (n,), 30) for n in range(5)]]))
    assert [results[str(n)] for n in range(5)] == [0, 2, 4, 6, 8]
    assert isinstance(results["die"], FileUnreadable) and "SIGSEGV" in results["die"].message.en
    assert isinstance(results["hang"], FileTooLarge) and isinstance(results["eat"], FileTooLarge)
    assert isinstance(results["refuse"], FileEmpty) and results["refuse"].message.zh == "空"


def test_what_a_decoder_throws_is_a_bad_file_and_is_logged(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    results = dict(sandbox.run([Job("fail", fail, (), 30), Job("odd", odd, (), 30), Job("fine", twice, (4,), 30)]))
    assert isinstance(results["fail"], FileUnreadable) and "ZeroDivisionError" in results["fail"].message.en
    assert isinstance(results["odd"], FileUnreadable) and results["fine"] == 8
    assert "a defect of ours" in caplog.text
