"""The vault: personal data encrypted at rest, and a keyed blind index to find people without storing their numbers.

A sealed value is `version (1 byte) | key id (4 bytes) | nonce (12 bytes) | AES-256-GCM ciphertext and tag`. The associated data
name the row it belongs to, so that a value moved to another row does not open.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import time
import zlib
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.adapters.confinement import hide_from_children
from services.domain.errors import HezhengError
from services.domain.identity import normalise_number
from services.domain.text import Message

_VERSION = b"\x01"
_KEY_BYTES = 32
LOOK_SECONDS = 5.0
"""How long a running process may go on sealing with the key before the newest."""


class VaultError(HezhengError):
    """A key that cannot be used, or a sealed value that does not open."""


def _derive(master: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=b"hezheng", info=purpose).derive(master)


class Vault:
    """`masters`: 32-byte keys; the first seals, all open. The blind index hangs on the last, so that a new first key leaves it as it is.

    With `again` the keys are looked for anew now and then, and when a value turns up that none of them opens: a running process takes up
    a new key without a restart.
    """

    def __init__(self, masters: list[bytes], again: Callable[[], list[bytes]] | None = None) -> None:
        self._again = again
        self._looked = time.monotonic()
        self._use(masters)
        self._index_key = _derive(masters[-1], b"index")

    @property
    def current(self) -> bytes:
        """The id of the key that seals now: the bytes 1 to 4 of what it sealed."""
        return self._current

    def refresh(self) -> None:
        """Take up keys that were added meanwhile. Those of the index stay: fingerprints that are stored hang on them."""
        self._looked = time.monotonic()
        if self._again is not None:
            self._use(self._again())

    def _use(self, masters: list[bytes]) -> None:
        if not masters or any(len(m) != _KEY_BYTES for m in masters):
            raise VaultError(Message("加密密钥应为32字节（base64或十六进制）", "an encryption key has 32 bytes, as base64 or hex"))
        self._ciphers = {hashlib.sha256(b"id" + m).digest()[:4]: AESGCM(_derive(m, b"seal")) for m in masters}
        self._current = next(iter(self._ciphers))

    def seal(self, plain: bytes, aad: str) -> bytes:
        """`plain` compressed and encrypted, bound to `aad` (table, row, column)."""
        if self._again is not None and time.monotonic() - self._looked > LOOK_SECONDS:
            self.refresh()
        nonce = os.urandom(12)
        body = self._ciphers[self._current].encrypt(nonce, zlib.compress(plain, 6), aad.encode())
        return _VERSION + self._current + nonce + body

    def open(self, sealed: bytes, aad: str) -> bytes:
        """The plain bytes back. Raises VaultError for another row's value, a changed one, or an unknown key."""
        sealed = bytes(sealed)
        cipher = self._ciphers.get(sealed[1:5])
        if cipher is None and self._again is not None:
            self.refresh()
            cipher = self._ciphers.get(sealed[1:5])
        if sealed[:1] != _VERSION or cipher is None:
            raise VaultError(
                Message(
                    "加密数据所用的密钥不在本机，请恢复原密钥文件", "the value was sealed with a key that is not here; restore the key file it was written with"
                )
            )
        try:
            return zlib.decompress(cipher.decrypt(sealed[5:17], sealed[17:], aad.encode()))
        except InvalidTag as error:
            raise VaultError(Message("加密数据已被改动或不属于此记录", "a sealed value was changed or belongs to another row")) from error

    def blind(self, number: str) -> str:
        """A keyed fingerprint of a normalised number, for look-up; tells nothing without the key."""
        return self.blind_exact(normalise_number(number))

    def blind_exact(self, text: str) -> str:
        """The same of a text as it stands: letter case, blanks and full-width forms matter, as they do in file names."""
        return hmac.new(self._index_key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:40]


def parse_key(text: str) -> bytes:
    """A key from base64 or hex text. Raises VaultError."""
    text = text.strip()
    try:
        if len(text) == 2 * _KEY_BYTES:
            return bytes.fromhex(text)
        key = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != _KEY_BYTES:
        raise VaultError(Message("HEZHENG_KEY应为32字节的base64或十六进制", "HEZHENG_KEY must be 32 bytes as base64 or hex"))
    return key


def open_vault(key: str | None, key_file: Path) -> Vault:
    """The vault with `key` (several separated by commas, the newest first), or with the key file, made with mode 0600 where there is none."""
    if key:
        return Vault([parse_key(part) for part in key.split(",") if part.strip()])
    hide_from_children(key_file)
    if not key_file.exists():
        _create_key_file(key_file)

    def read() -> list[bytes]:
        return [parse_key(line) for line in key_file.read_text(encoding="ascii").split()]

    return Vault(read(), read)


def add_key(key_file: Path) -> None:
    """Put a new key before those of the file: from now on it seals."""
    _write_keys(key_file, [base64.b64encode(os.urandom(_KEY_BYTES)).decode(), *key_file.read_text(encoding="ascii").split()])


def drop_keys_between(key_file: Path) -> int:
    """Remove the keys that nothing is sealed with any more: all but the first, which seals, and the last, which the index hangs on."""
    keys = key_file.read_text(encoding="ascii").split()
    _write_keys(key_file, [keys[0], keys[-1]] if len(keys) > 1 else keys)
    return max(0, len(keys) - 2)


def _write_keys(path: Path, keys: list[str]) -> None:
    """Written aside and renamed, so that nobody reads half of it and a power cut loses nothing."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write("\n".join(keys) + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(aside, path)


def _create_key_file(path: Path) -> None:
    """Written aside and linked into place, so that two processes starting at once agree on one key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(os.urandom(_KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(aside, path)
        except FileExistsError:
            return  # the other process was first: its key counts
    finally:
        aside.unlink()
