from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.identity import id_check_digit, id_number_problem, mask_id_number, normalise_number, uscc_problem


def test_a_number_of_the_standard_is_valid() -> None:
    # the example of GB 11643-1999 itself
    assert id_number_problem("11010519491231002X") is None


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("", "missing"),
        ("1101051949123100", "18 digits"),
        ("110105194912310021", "check digit"),
        ("110105194913310025", "does not exist"),
        ("11010519491231002A", "18 digits"),
    ],
)
def test_a_wrong_number_is_named(number: str, said: str) -> None:
    problem = id_number_problem(number)
    assert problem is not None and said in problem.en


@given(st.text("0123456789", min_size=17, max_size=17), st.integers(0, 16), st.integers(1, 9))
def test_one_changed_digit_never_keeps_the_check_digit(first17: str, place: int, shift: int) -> None:
    changed = first17[:place] + str((int(first17[place]) + shift) % 10) + first17[place + 1 :]
    assert id_check_digit(first17) != id_check_digit(changed)


def test_numbers_as_people_type_them() -> None:
    assert normalise_number(" ２２０１０５ 19900101 003x\t") == "22010519900101003X"
    assert normalise_number("'220105199001010030") == "220105199001010030"
    assert normalise_number(None) == ""


@given(st.text(max_size=30))
def test_a_mask_shows_at_most_eight_characters(text: str) -> None:
    masked = mask_id_number(text)
    assert masked == "" or re.fullmatch(r"\d{4}\*{4,}[\dX*]{4}", masked)


def test_the_mask_keeps_first_and_last_four() -> None:
    assert mask_id_number("11010519491231002x") == "1101**********002X"
    assert mask_id_number("220105") == "2201*****"


def test_unified_social_credit_codes() -> None:
    assert uscc_problem("91350100M000100Y43") is None
    for wrong in ("91350100M000100Y44", "91350100M000100Y4", "9135010OM000100Y43", ""):
        assert uscc_problem(wrong) is not None
