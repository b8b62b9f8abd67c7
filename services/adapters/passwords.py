"""Passwords: argon2id with the parameters of RFC 9106 for shared machines; the only importer of argon2."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

LEAST_CHARACTERS = 10
_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
_few = threading.BoundedSemaphore(4)
"""Each verification takes 64 MiB: a flood of logins must wait, not eat the memory."""
_NOBODY = _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    """Raises ValueError for one that is too short to be of use."""
    if len(password) < LEAST_CHARACTERS:
        raise ValueError(f"a password has at least {LEAST_CHARACTERS} characters")
    return _hasher.hash(password)


def password_fits(hashed: str | None, untrusted: str) -> bool:
    """Whether the password is that of the hash. Without a hash it takes as long and never fits, so that names cannot be tried out."""
    with _few:
        try:
            return _hasher.verify(hashed or _NOBODY, untrusted) and hashed is not None
        except (VerificationError, InvalidHashError):
            return False
