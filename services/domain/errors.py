"""Expected errors: each says what is wrong, where, and what to do, in two languages.

An `EvidenceError` is about one file and becomes a finding (`code`); the rest of the claim is still verified.
A `ClaimUnreadable` ends the verification of that claim (exit status 2, HTTP 422).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.domain.text import Message


class HezhengError(Exception):
    """Base of every error that a user may meet."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.en)
        self.message = message

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors cross process borders: the message goes along in both languages."""
        return type(self), (self.message,)


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field of the wrong form: where it is, what was found, what is expected."""

    field: str
    found: str
    expected: Message

    def __str__(self) -> str:
        return f"{self.field}: found {self.found}, expected {self.expected.en}"


class ClaimUnreadable(HezhengError):
    """The input cannot be read as a claim."""

    def __init__(self, message: Message, problems: tuple[FieldProblem, ...] = (), *, file: str = "claim.json", line: int | None = None) -> None:
        super().__init__(message)
        self.problems = problems
        self.file = file
        self.line = line


class PolicyInvalid(HezhengError):
    """A policy file that cannot be loaded; `line` counts from 1."""

    def __init__(self, message: Message, *, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


class NotFound(HezhengError):
    """What was asked for is not there (or is not the asker's to see)."""


class StorageAway(HezhengError):
    """The store of originals does not answer, or refuses: what was asked can be asked again later."""


class EvidenceError(HezhengError):
    """A file that cannot be read as what it claims to be. `code` is the finding it becomes.

    `passing`: it may have been for the moment only (too little time or memory), so that reading it again is worth while.
    """

    code = "file.unreadable"
    passing = False


class FileUnreadable(EvidenceError):
    code = "file.unreadable"


class FileTypeMismatch(EvidenceError):
    code = "file.type_mismatch"


class FileEncrypted(EvidenceError):
    code = "file.encrypted"


class FileEmpty(EvidenceError):
    code = "file.empty"


class FileTooLarge(EvidenceError):
    code = "file.too_large"


class VideoUnplayable(EvidenceError):
    code = "video.unplayable"


class SheetUnreadable(EvidenceError):
    code = "sheet.unreadable"
