from __future__ import annotations

import errno
import os
import shutil
import signal
import socket
import subprocess
import time
from collections import deque
from pathlib import Path

import pytest

from services.adapters import sandbox as sandbox_module
from services.adapters.confinement import probe_walls
from services.adapters.sandbox import ChildLimits, Job, Sandbox
from services.adapters.vault import open_vault
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


def test_what_results_call_for_is_run_too(sandbox: Sandbox) -> None:
    more: deque[Job[int]] = deque()
    results = {}
    for number, result in sandbox.run([Job(1, twice, (1,), 30), Job(100, die, (), 30)], more):
        results[number] = result
        if number < 16:
            more.append(Job(2 * number, twice, (result,), 30))
    assert {number: results[number] for number in (1, 2, 4, 8, 16)} == {1: 2, 2: 4, 4: 8, 8: 16, 16: 32}
    assert isinstance(results[100], FileUnreadable) and len(results) == 6


def reach(port: int) -> str:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError as error:
        return type(error).__name__
    return "reached"


def write(path: str) -> str:
    try:
        Path(path).write_text("x", encoding="utf-8")
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    return "written"


def look_around() -> tuple[list[str], str]:
    """What is in the working directory, and what can be written by a program that is started."""
    done = subprocess.run(["sh", "-c", "echo x > here && cat here && echo x > /var/tmp/hezheng-outside"], capture_output=True, text=True, check=False)
    return [name for name in os.listdir() if name != "here"], done.stdout.strip() + str(done.returncode != 0)


def test_children_have_no_network_and_write_only_into_their_own_empty_folder(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("another claim's", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        jobs = [Job("net", reach, (listener.getsockname()[1],), 30), Job("other", write, (str(tmp_path / "other"),), 30)]
        jobs += [Job("new", write, (str(tmp_path / "new"),), 30), Job("own", write, ("mine",), 30), Job("around", look_around, (), 30)]
        results = dict(sandbox.run(jobs))
    if probe_walls().network:
        assert results["net"] != "reached"
    if probe_walls().landlock:
        assert (results["other"], results["new"]) == ("EACCES", "EACCES")
        assert results["around"][1] == "xTrue"
    assert results["own"] == "written"
    assert (tmp_path / "other").read_text(encoding="utf-8") == "another claim's"
    assert set(results["around"][0]) <= {"mine"}


def read(path: str) -> str:
    return Path(path).read_text(encoding="utf-8")


def privileges() -> tuple[int, int, list[str]]:
    """Of the child and of a program that it starts; the settings that it can see."""
    started = subprocess.run(["cat", "/proc/self/status"], capture_output=True, text=True, check=True).stdout
    own, theirs = (int(text.split("CapEff:")[1].split()[0], 16) for text in (read("/proc/self/status"), started))
    return own, theirs, [name for name in os.environ if name.startswith("HEZHENG_")]


def way_back(parent: int) -> list[str]:
    """What of the parent's can be opened: its network, its memory, its settings; and a mount that can be taken back."""
    opened = []
    for name in ("ns/net", "mem", "environ"):
        try:
            with open(f"/proc/{parent}/{name}", "rb") as file:
                if name == "ns/net" or file.read(1):
                    opened.append(name)
        except OSError:
            pass
    return opened


def test_children_cannot_read_the_installations_keys_nor_find_a_way_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KEY", "API_KEY", "OCR_ENGINE"):
        monkeypatch.setenv(f"HEZHENG_{name}", "tesseract")
    vault = open_vault(None, tmp_path / "key")
    sealed = vault.seal(b"220104199001011779", "a")
    with Sandbox(1) as made:
        results = dict(made.run([Job("key", read, (str(tmp_path / "key"),), 30), Job("can", privileges, (), 30), Job("back", way_back, (os.getpid(),), 30)]))
    if probe_walls().keys:
        assert results["key"] == ""
    own, theirs, settings = results["can"]
    assert own == theirs and own in (0, 6), "root's right to read files at most"
    assert settings == ["HEZHENG_OCR_ENGINE"]
    if probe_walls().network:
        assert results["back"] == []
    assert open_vault(None, tmp_path / "key").open(sealed, "a") == b"220104199001011779", "to us it is what it was"


def who() -> int:
    return os.getpid()


def test_a_child_that_dies_with_nothing_to_do_has_a_successor(caplog: pytest.LogCaptureFixture) -> None:
    with Sandbox(1) as made:
        for _ in range(2):
            ((_, child),) = made.run([Job("", who, (), 30)])
            os.kill(child, signal.SIGKILL)
            time.sleep(1.0)
        assert dict(made.run([Job(n, twice, (n,), 30) for n in range(4)])) == {0: 0, 1: 2, 2: 4, 3: 6}
        place = made.folder
        shutil.rmtree(place)
        assert made.folder != place and dict(made.run([Job("a", write, ("new",), 30)])) == {"a": "written"}
    assert not made.folder.exists()


def test_children_that_cannot_be_started_are_told_and_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox(1) as made:
        monkeypatch.setattr(sandbox_module, "_confine", refuse)
        made._renew()
        ((_, outcome),) = made.run([Job("", twice, (1,), 30)])
        assert isinstance(outcome, FileUnreadable) and outcome.passing


def test_the_childrens_folder_goes_with_them() -> None:
    with Sandbox(1) as made:
        assert dict(made.run([Job("a", write, ("left",), 30)])) == {"a": "written"}
        assert list(made.folder.rglob("left"))
    assert not made.folder.exists()
