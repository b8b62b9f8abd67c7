from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from services.report.privacy import Masker
from tests.unit.report.world import id_number

NUMBER = id_number(3)
MASKED = f"{NUMBER[:4]}**********{NUMBER[-4:]}"


def test_known_and_unknown_numbers_are_masked_in_texts_and_paths() -> None:
    mask = Masker()
    assert mask.text(f"张三（{NUMBER}）未签到") == f"张三（{MASKED}）未签到"
    assert mask.text(f"faces/enrolled/{NUMBER}.jpg", path=True) == f"faces/enrolled/{MASKED}.jpg"


def test_a_number_before_a_time_stamp_is_found_if_known() -> None:
    assert Masker([NUMBER]).text(f"faces/checks/{NUMBER}20211108083000.jpg", path=True) == f"faces/checks/{MASKED}20211108083000.jpg"


def test_other_long_numbers_keep_their_form() -> None:
    mask = Masker([NUMBER], things=["912201011234567890"])
    for text in ("24312000000012345678", "20211108083000123", "912201011234567890", "a" * 10 + "1234567890" * 2):
        assert mask.text(text) == text
    assert mask.text("photos/999999999999999999.jpg", path=True) == "photos/999999999999999999.jpg"
    assert mask.text("误读为 999999999999999999") == "误读为 9999**********9999"


def test_hashes_are_left_alone_and_keys_are_searched() -> None:
    value = Masker().value({"sha256": NUMBER, NUMBER: [NUMBER], "n": 3})
    assert value == {"sha256": NUMBER, MASKED: [MASKED], "n": 3}


@settings(deadline=None)
@given(st.text(alphabet="0123456789Xx_ -./人", max_size=60))
def test_masking_twice_is_masking_once_and_nothing_known_remains(text: str) -> None:
    mask = Masker([NUMBER])
    once = mask.text(f"{text} {NUMBER}")
    assert mask.text(once) == once
    assert NUMBER not in once


def test_a_number_right_beside_letters_is_masked() -> None:
    assert Masker().text(f"faces/checks/u{NUMBER}_1.jpg", path=True) == f"faces/checks/u{MASKED}_1.jpg"
    assert Masker().text(f"账号user{NUMBER}") == f"账号user{MASKED}"
    assert Masker().text("SN999999999999999999A") == "SN999999999999999999A"
