"""What a child process for untrusted files may not: use the network, write outside its own folder, read the installation's keys, grow, run for ever.

Resource limits hold everywhere on Unix. Namespaces of its own and Landlock (no writing outside the given folders) are Linux's; where the
kernel refuses them the child runs without, and `doctor` says so. These are the walls that bubblewrap builds, asked of the kernel directly:
a child then needs no program that may be missing, and is a pool's worker all the same.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_CLONE_NEWNET, _CLONE_NEWUSER, _CLONE_NEWNS = 0x40000000, 0x10000000, 0x00020000
_MS_BIND, _MS_SLAVE, _MS_REC = 0x1000, 0x80000, 0x4000
_CAPABILITIES_VERSION = 0x20080522
_READS_ANY_FILE = (1 << 1) | (1 << 2)
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: where the program is root, claims may belong to anybody."""
_PR_SET_NO_NEW_PRIVS = 38
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG, _PATH_BENEATH = 1, 1
# Rights of Landlock's first version that change something: write, remove, make.
_CHANGING = sum(1 << bit for bit in (1, 4, 5, 6, 7, 8, 9, 10, 11, 12))


@dataclass(frozen=True, slots=True)
class Walls:
    """Which of them stand."""

    network: bool
    landlock: bool
    keys: bool


_SECRET_SETTINGS = tuple(f"HEZHENG_{name}" for name in ("KEY", "API_KEY", "DATABASE_URL", "BROKER_URL", "OIDC_CLIENT_SECRET"))
_SECRET_SETTINGS += ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")

_secrets: set[Path] = set()


def hide_from_children(path: Path) -> None:
    """From now on: a file that nobody needs who decodes what others sent. One that is replaced shows again to children that run already."""
    _secrets.add(path.absolute())


def hidden_from_children() -> tuple[Path, ...]:
    return tuple(sorted(_secrets))


class _Capabilities(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


class _CapabilitiesHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int32))


class _Ruleset(ctypes.Structure):
    _fields_ = (("handled_access_fs", ctypes.c_uint64),)


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def limit(memory: int, written: int, cpu_seconds: int) -> None:
    """Bytes of address space and of a written file, seconds of CPU; no core dumps."""
    for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_FSIZE, written), (resource.RLIMIT_CPU, cpu_seconds), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(what)[1]
        value = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (value, value))


def wall_in(writable: Sequence[Path], hidden: Sequence[Path] = ()) -> Walls:
    """Close this process off, for good and for all that it starts."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    for name in _SECRET_SETTINGS:
        os.environ.pop(name, None)  # nor have programs that are started here
    network = _no_network(libc)
    keys = network and _no_keys(libc, hidden)
    landlock = _no_writing(libc, writable)
    _no_privileges(libc)
    return Walls(network, landlock, keys)


def _no_network(libc: ctypes.CDLL) -> bool:
    """A network namespace with nothing in it; without privileges a user namespace is needed for that."""
    return bool(libc.unshare(_CLONE_NEWNET) == 0 or libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0)


def _no_keys(libc: ctypes.CDLL, hidden: Sequence[Path]) -> bool:
    """Files as if they were empty, in a mount namespace of its own; Landlock afterwards forbids to take that back."""
    if libc.unshare(_CLONE_NEWNS) != 0 or libc.mount(None, b"/", None, _MS_SLAVE | _MS_REC, None) != 0:
        return False
    there = [path for path in hidden if path.exists()]
    shown = [path for path in there if libc.mount(b"/dev/null", os.fsencode(path), None, _MS_BIND, None) != 0]
    return not shown


def _no_privileges(libc: ctypes.CDLL) -> None:
    """Of root's rights only that of reading files stays: no way back into other namespaces, nor into other processes."""
    left = _READS_ANY_FILE if os.geteuid() == 0 else 0
    sets = (_Capabilities * 2)(_Capabilities(left, left, 0), _Capabilities(0, 0, 0))
    libc.capset(ctypes.byref(_CapabilitiesHeader(_CAPABILITIES_VERSION, 0)), sets)


def _no_writing(libc: ctypes.CDLL, writable: Sequence[Path]) -> bool:
    if libc.syscall(_CREATE_RULESET, None, 0, _VERSION_FLAG) < 1:
        return False
    rules = _Ruleset(_CHANGING)
    ruleset = libc.syscall(_CREATE_RULESET, ctypes.byref(rules), ctypes.sizeof(rules), 0)
    if ruleset < 0:
        return False
    try:
        for folder in (*writable, Path("/dev/null"), Path("/dev/shm")):
            _allow(libc, ruleset, folder)
        return bool(libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, folder: Path) -> None:
    """Raises OSError."""
    try:
        handle = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        rights = _CHANGING if folder.is_dir() else 1 << 1  # of a file only its content may change
        beneath = _Beneath(rights, handle)
        if libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(beneath), 0) != 0:
            raise OSError(ctypes.get_errno() or errno.EINVAL, "landlock_add_rule", str(folder))
    finally:
        os.close(handle)


@cache
def probe_walls() -> Walls:
    """Which walls this machine's kernel lets a child have, tried in a process of its own."""
    script = "from pathlib import Path; from services.adapters import confinement as c; w = c.wall_in([], [Path(c.__file__)])"
    script += "; print(int(w.network), int(w.landlock), int(w.keys))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    said = done.stdout.split()
    return Walls(*(word == "1" for word in said)) if len(said) == 3 else Walls(False, False, False)
