"""Stored cases read the quick way are the same as read the slow way."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from services.adapters import codec
from services.adapters.codec import VERSION, dumps, from_plain, loads_plain
from services.adapters.codec_fast import loads_fast
from services.domain.case import Case
from services.domain.claim import Claim, Roster, Trainees
from services.domain.finding import Judgement
from services.verify.judge import judge
from services.verify.policy_file import find_policy
from tests.benchmarks.judging import stories
from tests.golden.story import match, material

LAW = find_policy("changchun-2021-33")


@pytest.fixture(scope="module")
def cases() -> dict[str, Case]:
    return {name: match(material(told), LAW) for name, told in stories(12).items()}


@pytest.mark.parametrize("name", ["in order", "flawed", "online"])
def test_a_stored_case_is_the_same_either_way(cases: dict[str, Case], name: str) -> None:
    case = cases[name]
    text = dumps(case)
    quick = loads_fast(Case, text, VERSION)
    assert quick == case == from_plain(Case, loads_plain(text))
    assert dumps(quick) == text
    assert loads_fast(Case, text.encode(), VERSION) == case


def test_facts_are_known_by_their_class_wherever_it_stands(cases: dict[str, Case]) -> None:
    text = json.loads(dumps(cases["in order"]))
    for item in text["value"]["evidence"]:
        item["facts"] = dict(reversed(item["facts"].items()))
    assert loads_fast(Case, json.dumps(text), VERSION) == cases["in order"]


def test_half_a_surrogate_pair_in_a_name_survives(cases: dict[str, Case]) -> None:
    trainees = cases["in order"].trainees
    assert trainees is not None
    odd = replace(trainees, people=(replace(trainees.people[0], name="王\ud800"), *trainees.people[1:]))
    text = dumps(odd)
    assert loads_fast(Trainees, text, VERSION) is None
    assert codec.loads(Trainees, text) == codec.loads(Trainees, text.encode("utf-8", "surrogatepass")) == odd


def test_claims_people_and_judgements_too(cases: dict[str, Case]) -> None:
    case = cases["flawed"]
    for cls, value in ((Claim, case.claim), (Trainees, case.trainees), (Roster, case.roster)):
        assert loads_fast(cls, dumps(value), VERSION) == value
    judgement = judge(case, LAW)
    text = dumps(judgement)
    assert loads_fast(Judgement, text, VERSION) == from_plain(Judgement, loads_plain(text))


def test_facts_that_could_not_be_read_stay_none(cases: dict[str, Case]) -> None:
    case = cases["in order"]
    case = replace(case, evidence=(replace(case.evidence[0], facts=None), *case.evidence[1:]))
    assert loads_fast(Case, dumps(case), VERSION) == case


def test_what_it_does_not_know_is_left_to_the_slow_way(cases: dict[str, Case]) -> None:
    text = dumps(cases["in order"])
    assert loads_fast(Case, text, VERSION + 1) is None
    assert loads_fast(Case, "[1", VERSION) is None
    assert loads_fast(dict, text, VERSION) is None
    odd = json.loads(text)
    odd["value"]["evidence"][0]["facts"]["facts"] = "Nothing"
    assert loads_fast(Case, json.dumps(odd), VERSION) is None
    with pytest.raises(codec.StoredFormUnknown):
        codec.loads(Case, json.dumps(odd))


def test_forms_from_before_a_field_was_added(cases: dict[str, Case]) -> None:
    old = json.loads(dumps(cases["in order"]))
    for name in ("rows", "insured_first_day"):
        del old["value"]["roster"][name]
    assert codec.loads(Case, json.dumps(old)).roster == replace(cases["in order"].roster, rows=None, insured_first_day=None)  # type: ignore[type-var]
