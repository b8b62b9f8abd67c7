"""Sealed values open only in their own row with their own key; the blind index finds without telling."""

from __future__ import annotations

import base64
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.adapters.vault import Vault, VaultError, open_vault, parse_key

OLD, NEW = os.urandom(32), os.urandom(32)


@given(st.binary(max_size=200), st.text(max_size=20))
def test_what_is_sealed_opens_again(plain: bytes, row: str) -> None:
    vault = Vault([OLD])
    assert vault.open(vault.seal(plain, row), row) == plain


def test_a_sealed_value_shows_nothing_and_is_another_each_time() -> None:
    vault = Vault([OLD])
    first, second = vault.seal(b"220101199001011234", "a"), vault.seal(b"220101199001011234", "a")
    assert b"220101199001011234" not in first
    assert first != second


@pytest.mark.parametrize("place", [0, 1, 5, 17, -1])
def test_a_changed_or_moved_value_does_not_open(place: int) -> None:
    vault = Vault([OLD])
    sealed = bytearray(vault.seal(b"plain", "claims/1"))
    with pytest.raises(VaultError):
        vault.open(bytes(sealed), "claims/2")
    sealed[place] ^= 1
    with pytest.raises(VaultError):
        vault.open(bytes(sealed), "claims/1")
    with pytest.raises(VaultError):
        vault.open(b"", "claims/1")


def test_a_new_key_opens_what_the_old_one_sealed_and_finds_the_same_people() -> None:
    before, after = Vault([OLD]), Vault([NEW, OLD])
    sealed = before.seal(b"plain", "a")
    assert after.open(sealed, "a") == b"plain"
    assert after.blind("220101199001011234") == before.blind("220101199001011234")
    with pytest.raises(VaultError, match="key"):
        before.open(after.seal(b"plain", "a"), "a")


def test_the_blind_index_hangs_on_the_key_and_not_on_how_a_number_is_typed() -> None:
    vault = Vault([OLD])
    assert vault.blind("22010119900101123x") == vault.blind(" 22010119900101123Ｘ ")
    assert vault.blind("220101199001011234") != vault.blind("220101199001011235")
    assert vault.blind("220101199001011234") != Vault([NEW]).blind("220101199001011234")


def test_a_key_file_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "data" / "key"
    with ThreadPoolExecutor(8) as pool:
        vaults = list(pool.map(lambda _: open_vault(None, path), range(8)))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(path.parent) == ["key"]
    assert len({v.blind("1") for v in vaults}) == 1


@pytest.mark.parametrize("text", ["", "short", "zz" * 32, base64.b64encode(b"x" * 31).decode()])
def test_a_bad_key_is_refused(text: str) -> None:
    with pytest.raises(VaultError, match="32 bytes"):
        parse_key(text)


def test_a_key_is_base64_or_hex() -> None:
    assert parse_key(OLD.hex()) == parse_key(base64.b64encode(OLD).decode()) == OLD
