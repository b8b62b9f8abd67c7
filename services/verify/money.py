"""Rates, class hours and yuan: Decimal only, always cut, never rounded up."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from services.domain.case import Case
from services.verify.people import people, same_word

_CENT = Decimal("0.01")
_NOISE = Decimal("0.00000001")
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Rate:
    """What a class hour is paid. `known` False: the policy does not name the training type. `amount` None: not known, or set by another document."""

    known: bool
    amount: Decimal | None


def cut(value: Decimal) -> Decimal:
    """Cut to two decimals. A third of 40 hours three times is 40: the noise of the 28th digit is taken off first."""
    return value.quantize(_NOISE, ROUND_HALF_UP).quantize(_CENT, ROUND_DOWN)


def rate_of(case: Case) -> Rate:
    """The rate of the claim's training type in the rules in force; spelling of blanks, brackets and case does not matter."""
    wanted = same_word(case.claim.project.training_type)
    for name, amount in case.rules.rates.items():
        if wanted and same_word(name) == wanted:
            return Rate(True, amount)
    return Rate(False, None)


def hours_claimed(case: Case, index: int) -> Decimal:
    """The class hours claimed for a trainee; the project's, where the row says none."""
    stated = people(case)[index].class_hours
    return case.claim.project.class_hours if stated is None else stated


def amount_claimed(case: Case, index: int, rate: Decimal | None) -> Decimal | None:
    """The yuan claimed for a trainee; where the row says none: claimed hours at the rate, at most the cap. None: no rate either."""
    stated = people(case)[index].amount
    if stated is not None:
        return stated
    return None if rate is None else min(cut(hours_claimed(case, index) * rate), case.rules.cap)


def plain_number(value: Decimal) -> str:
    """A number without trailing zeros or exponent: 36, 36.5."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def yuan(value: Decimal) -> str:
    """An amount as a decimal string with two decimals."""
    return f"{value:.2f}"
