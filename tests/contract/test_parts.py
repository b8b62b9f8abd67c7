"""What every check, every reader and every policy keeps to, whoever writes it."""

from __future__ import annotations

import functools
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from services.adapters.codec import facts_dumps, facts_loads
from services.domain.codes import CODES, Severity
from services.domain.errors import EvidenceError
from services.domain.evidence import EvidenceKind
from services.domain.facts import FaceSetFacts, Facts
from services.domain.finding import Outcome, Result
from services.domain.policy import MANUAL, Clause, Policy
from services.verify.checks import all_checks
from services.verify.judge import judge
from services.verify.policy_file import POLICIES, check_policy, list_policies
from services.verify.readers import Reader, ReaderContext, all_readers, reader_for
from services.verify.reading import read_one
from tests.contract import evidence_samples
from tests.contract.bare_cases import CASES

ROOT = Path(__file__).resolve().parent.parent.parent
CHECKS = ROOT / "services" / "verify" / "checks"
MOST_LINES = 110
"""Of a check's file, its texts in two languages counted."""

checks = pytest.mark.parametrize("name", sorted(all_checks()))
policies = pytest.mark.parametrize("policy", list_policies(), ids=lambda p: p.id)


def _clauses(name: str) -> list[tuple[Policy, Clause]]:
    return [(policy, clause) for policy in list_policies() for clause in policy.clauses if clause.check == name]


# --- checks ---------------------------------------------------------------------------------------------------


@checks
def test_a_check_is_one_short_documented_file_with_its_test(name: str) -> None:
    function = all_checks()[name]
    file = CHECKS / f"{name}.py"
    assert function.__module__ == f"services.verify.checks.{name}" and function.__name__ == name
    assert len(file.read_text(encoding="utf-8").splitlines()) <= MOST_LINES
    assert (inspect.getdoc(function) or "").strip(), "says what it asks"
    parameters = list(inspect.signature(function).parameters.values())
    assert parameters[0].name == "case" and all(p.kind is p.KEYWORD_ONLY for p in parameters[1:])
    test = ROOT / "tests" / "unit" / "verify" / "checks" / f"test_{name}.py"
    assert test.is_file() and "def test_" in test.read_text(encoding="utf-8")


@checks
def test_a_check_is_asked_by_a_clause(name: str) -> None:
    assert _clauses(name), "no policy asks it"


@checks
@pytest.mark.parametrize("left_out", CASES)
def test_a_check_says_the_same_twice_and_only_what_is_known(name: str, left_out: str) -> None:
    case, again = CASES[left_out](), CASES[left_out]()
    function = all_checks()[name]
    for _, clause in _clauses(name):
        values = clause.values.on(case.claim.project.start)
        results = list(function(case, **values))
        assert results == list(function(again, **values)) == list(function(case, **values))
        assert case == again, "a check changes nothing"
        for result in results:
            _assert_sound(result, len(case.trainees.people) if case.trainees else 0)


def _assert_sound(result: Result, people: int) -> None:
    assert isinstance(result, Result)
    assert all(0 <= trainee < people for trainee in result.trainees)
    if result.code is None:
        assert result.outcome in (Outcome.MET, Outcome.NOT_APPLICABLE), "whatever speaks against a claim has a code"
        return
    assert result.code in CODES
    assert result.message is not None and result.message.zh.strip() and result.message.en.strip()
    assert 0.0 <= result.confidence <= 1.0
    if CODES[result.code].severity is Severity.INFO:
        assert result.outcome is Outcome.MET
    if CODES[result.code].unclear:
        assert result.outcome is not Outcome.UNMET, "of its nature unclear"
    assert not re.search(r"\d{17}[\dXx]", f"{result.message} {result.subject} {result.expected} {result.observed}"), "no whole ID number"


@policies
@pytest.mark.parametrize("left_out", CASES)
def test_silence_and_absence_are_never_a_pass(policy: Policy, left_out: str) -> None:
    case = CASES[left_out]()
    judged = judge(case, policy)
    assert [c.id for c in judged.clauses] == [c.id for c in policy.clauses]
    for clause, outcome in zip(policy.clauses, judged.clauses, strict=True):
        if clause.check == MANUAL:
            assert outcome.manual and outcome.outcome is Outcome.NOT_APPLICABLE
        elif not list(all_checks()[clause.check](case, **clause.values.on(case.claim.project.start))):
            assert outcome.outcome is Outcome.UNCLEAR and outcome.reason is not None
        if outcome.outcome in (Outcome.UNMET, Outcome.UNCLEAR):
            assert outcome.findings or outcome.reason, f"{clause.id} does not say why"
    spoilt = {c.id for c in judged.clauses if c.outcome in (Outcome.UNMET, Outcome.UNCLEAR)}
    assert bool(spoilt) == (left_out != "complete"), spoilt


# --- readers --------------------------------------------------------------------------------------------------

KINDS = [(reader, kind) for reader in all_readers() for kind in reader.kinds]
kinds = pytest.mark.parametrize(("reader", "kind"), KINDS, ids=[f"{r.name}-{k.value}" for r, k in KINDS])


def _read(kind: EvidenceKind, path: Path) -> Facts:
    """As a child of the sandbox reads it; a set of one file for kinds that are read as a whole."""
    context = ReaderContext(path.name)
    of_set = reader_for(kind).read_set
    return read_one(kind, path, context) if of_set is None else of_set.read({f"faces/enrolled/{path.name}": path}, context)


@functools.cache
def _sample(kind: EvidenceKind) -> tuple[str, bytes]:
    return evidence_samples.sample(kind)


def _garbage(kind: EvidenceKind) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of files that are not what they should be."""
    name, whole = _sample(kind)
    suffix = Path(name).suffix
    yield f"空{suffix}", b""
    yield f"乱码{suffix}", bytes(range(7, 256, 3)) * 40
    yield f"文字{suffix}", "这不是它所说的文件\n".encode() * 3
    for other in (".jpg", ".pdf", ".mp4", ".xlsx", ".docx", ".zip", ""):
        yield f"乱码{other}", b"\x00\x01\xfe\xffnot a file of any kind" * 20
    for share in (0.02, 0.5, 0.95):
        yield f"截断{suffix}", whole[: int(len(whole) * share)]
    for tenths in range(0, 10, 2):
        at = len(whole) * tenths // 10
        yield f"改动{suffix}", whole[:at] + bytes(byte ^ 0x5A for byte in whole[at : at + 200]) + whole[at + 200 :]


@pytest.mark.parametrize("reader", all_readers(), ids=lambda r: r.name)
def test_a_reader_has_a_version_kinds_and_one_way_of_reading(reader: Reader) -> None:
    assert reader.version >= 1 and reader.kinds
    assert (reader.read is None) != (reader.read_set is None)
    assert all(reader_for(kind) is reader for kind in reader.kinds)


def test_every_kind_of_evidence_has_a_reader() -> None:
    assert {kind for _, kind in KINDS} == set(EvidenceKind)


@kinds
def test_what_cannot_be_read_is_told_as_an_expected_error(reader: Reader, kind: EvidenceKind, tmp_path: Path) -> None:
    refused = 0
    for number, (name, data) in enumerate(_garbage(kind)):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = folder / name
        path.write_bytes(data)
        try:
            facts = _read(kind, path)
        except EvidenceError as error:  # anything else fails the test
            refused += 1
            assert error.code in CODES
            assert error.message.zh.strip() and error.message.en.strip()
        else:
            assert facts_loads(facts_dumps(facts)) == facts
            refused += isinstance(facts, FaceSetFacts) and bool(facts.unreadable)
        assert path.read_bytes() == data, "originals are never changed"
    assert refused, "nothing of this is a file of the kind"


@kinds
def test_facts_are_the_same_twice_and_survive_the_store(reader: Reader, kind: EvidenceKind, tmp_path: Path) -> None:
    name, data = _sample(kind)
    path = tmp_path / name
    path.write_bytes(data)
    facts = _read(kind, path)
    stored = facts_dumps(facts)
    assert facts_loads(stored) == facts
    assert facts_dumps(_read(kind, path)) == stored
    assert [p.name for p in tmp_path.iterdir()] == [name], "a reader leaves nothing behind"


# --- policies -------------------------------------------------------------------------------------------------


def test_the_product_has_policies_and_each_file_is_sound() -> None:
    files = sorted(POLICIES.glob("*.yaml"))
    assert files and [check_policy(file) for file in files] == [()] * len(files)
    assert [file.stem for file in files] == [policy.id for policy in list_policies()]


@policies
def test_a_policy_is_complete(policy: Policy) -> None:
    assert policy.title and policy.source and policy.version and policy.valid_from <= policy.valid_to
    ids = [clause.id for clause in policy.clauses]
    assert len(ids) == len(set(ids))
    for clause in policy.clauses:
        assert clause.article.strip() and clause.text.strip(), clause.id
        assert clause.weight >= 0 and clause.about in ("claim", "persons"), clause.id
        assert clause.check == MANUAL or clause.check in all_checks(), clause.id
        if clause.critical:
            assert clause.weight > 0, clause.id
    rules = policy.rules(policy.valid_from)
    assert rules.rates and rules.cap > 0 and rules.categories


@policies
def test_what_its_checks_can_find_is_documented(policy: Policy) -> None:
    documented = set(re.findall(r"^\| `([a-z_.]+)` \|", (ROOT / "docs" / "findings.md").read_text(encoding="utf-8"), re.MULTILINE))
    for clause in policy.clauses:
        if clause.check != MANUAL:
            assert _codes_of(clause.check) <= documented, clause.id
    assert documented == set(CODES)


# --- codes and pages ------------------------------------------------------------------------------------------


def _codes_in(source: str) -> set[str]:
    return set(re.findall(r'"([a-z]+\.[a-z_]+)"', source)) & set(CODES)


@functools.cache
def _codes_of(check: str) -> frozenset[str]:
    """The codes that stand in a check's module and in the modules beside it whose functions it uses."""
    module: ModuleType = sys.modules[all_checks()[check].__module__]
    used = {value.__module__ for value in vars(module).values() if inspect.isfunction(value)} | {module.__name__}
    near = (sys.modules[name] for name in used if name.startswith("services.verify."))
    return frozenset().union(*(_codes_in(inspect.getsource(m)) for m in near))


@functools.cache
def _sources(*folders: str) -> str:
    files = (file for folder in folders for file in sorted((ROOT / folder).rglob("*.py")) if file.name != "codes.py")
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_raised_somewhere(code: str) -> None:
    assert code in _codes_in(_sources("services")), "no part of the program raises it"


def test_the_reference_pages_are_what_the_program_says() -> None:
    done = subprocess.run([sys.executable, "infra/write_docs.py", "--check"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
