"""Whatever a trainee is not paid, a finding says why: the whole law over claims with all manner of gaps."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.case import Case, OnlineTime, RowStatus
from services.domain.claim import Mode
from services.domain.codes import Severity
from services.verify.judge import judge
from services.verify.policy_file import find_policy
from tests.factories import make_case, person, record, sheet

LAW = find_policy("changchun-2021-33")
MODES = [(), (Mode.THEORY,), (Mode.ONLINE,), (Mode.THEORY, Mode.ONLINE)]


@st.composite
def cases(draw) -> Case:
    """A claim of two people: which sheets there are, who signed them, what was learnt online, what is claimed."""
    people = [
        person(
            k,
            class_hours=draw(st.sampled_from([None, Decimal(4), Decimal(16), Decimal("16.5"), Decimal(30)])),
            amount=draw(st.none() | st.decimals(0, 3500, places=2)),
        )
        for k in range(2)
    ]
    base = make_case(
        trainees=people,
        project={"modes": draw(st.sampled_from(MODES)), "class_hours": Decimal(draw(st.sampled_from([8, 16, 24])))},
        **({"roster": None} if draw(st.booleans()) and draw(st.booleans()) else {}),
    )
    sheets = draw(st.sets(st.integers(0, 3)))
    signed = [draw(st.sets(st.sampled_from(sorted(sheets)))) if sheets else set() for _ in people]
    attendance = []
    for number in sorted(sheets):
        page = sheet(number, base.sessions[number], people)
        rows = tuple(row if number in signed[k] else replace(row, signed=(("签名", False),), status=RowStatus.MATCHED) for k, row in enumerate(page.rows))
        attendance.append(replace(page, rows=rows))
    minutes = draw(st.sampled_from([0.0, 0.0, 100.0, 360.0, 2000.0]))
    records = tuple(record(*sorted(s), online=OnlineTime(minutes, minutes)) for s in signed)
    return replace(base, attendance=tuple(attendance), records=records)


@settings(max_examples=200, deadline=None)
@given(cases())
def test_every_yuan_not_supported_is_traced(case):
    judgement = judge(case, LAW)
    for entitlement in judgement.entitlements:
        if entitlement.amount_claimed is None or entitlement.amount_supported >= entitlement.amount_claimed:
            continue
        told = [judgement.findings[k] for k in entitlement.findings]
        assert any(f.severity is not Severity.INFO for f in told), (entitlement, case.claim.project)
    assert judgement.supported == sum(e.amount_supported for e in judgement.entitlements)
    assert judgement.unclear == sum(e.amount_unclear for e in judgement.entitlements)
