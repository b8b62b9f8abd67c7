from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.finding import Effect, Judgement
from services.report.compile import compile_report
from tests.unit.report import world

CASE = world.case()


def lost(judgement: Judgement) -> dict[str | None, tuple[str, str, int]]:
    report = compile_report(CASE, judgement)
    return {r["code"]: (r["unsupported"], r["unclear"], r["people"]) for r in report.amount["reasons"]}


def test_each_loss_goes_to_what_caused_it() -> None:
    found = lost(world.judgement())
    assert found["trainee.not_insured"] == ("800.00", "0.00", 1)
    assert found["sheet.not_signed"] == ("160.00", "0.00", 1)
    assert found["sheet.signature_copied"] == ("80.00", "0.00", 1)
    assert found["online.face_check_gap"] == ("17.80", "0.00", 1)
    assert found["sheet.name_ambiguous"] == ("0.00", "80.00", 1)


def test_a_finding_against_everybody_takes_all() -> None:
    judgement = world.judgement()
    paid = tuple(replace(e, amount_supported=Decimal(0), amount_unclear=Decimal(0), findings=()) for e in judgement.entitlements)
    small = world.finding("enterprise.too_small", effect=Effect.EXCLUDES)
    found = lost(replace(judgement, entitlements=paid, findings=(small,), clauses=(), supported=Decimal(0), unclear=Decimal(0)))
    assert found == {"enterprise.too_small": ("9600.00", "0.00", 12)}


def test_a_loss_without_finding_is_named_so() -> None:
    judgement = world.judgement()
    paid = tuple(replace(e, amount_supported=Decimal(700), amount_unclear=Decimal(0), findings=()) for e in judgement.entitlements)
    found = lost(replace(judgement, entitlements=paid, findings=(), clauses=(), supported=Decimal(8400), unclear=Decimal(0)))
    assert found == {None: ("1200.00", "0.00", 12)}


def test_what_the_total_claims_beyond_the_list_is_a_reason() -> None:
    assert lost(replace(world.judgement(), claimed=Decimal(10000)))["claim.amount_mismatch"] == ("400.00", "0.00", 0)


def test_unknown_amounts_have_no_reasons() -> None:
    assert lost(replace(world.judgement(), supported=None, unclear=None)) == {}


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 80000), st.integers(0, 80000)), min_size=12, max_size=12))
def test_reasons_always_add_up(fen: list[tuple[int, int]]) -> None:
    judgement = world.judgement()
    paid = []
    for due, (a, b) in zip(judgement.entitlements, fen, strict=True):
        supported = Decimal(a) / 100
        paid.append(replace(due, amount_supported=supported, amount_unclear=min(Decimal(b) / 100, 800 - supported)))
    supported = sum((e.amount_supported or Decimal(0) for e in paid), Decimal(0))
    unclear = sum((e.amount_unclear or Decimal(0) for e in paid), Decimal(0))
    found = lost(replace(judgement, entitlements=tuple(paid), supported=supported, unclear=unclear))
    assert sum((Decimal(r[0]) for r in found.values()), Decimal(0)) == 9600 - supported - unclear
    assert sum((Decimal(r[1]) for r in found.values()), Decimal(0)) == unclear
