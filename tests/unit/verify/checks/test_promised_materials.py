"""What was promised is there."""

import pytest

from services.domain.finding import Outcome
from services.verify.checks.promised_materials import CODE, promised_materials
from tests.factories import make_case, photo, run, said


@pytest.mark.parametrize(
    ("promised", "expected"),
    [
        (("plan", "sign_in_sheet", "media", "assessment"), []),
        (("培训方案", "签到表", "影像资料", "评价记录", "Photos"), []),
        (("notice",), [Outcome.UNMET]),
        (("invoice", "learning_log"), [Outcome.UNMET, Outcome.UNMET]),
        (("线上学习记录",), [Outcome.UNMET]),
        (("飞机票",), [Outcome.UNCLEAR]),
        (None, [Outcome.UNCLEAR]),
        ((), []),
    ],
)
def test_promises(promised, expected):
    results = run(promised_materials, make_case(claim={"promised_materials": promised}))
    assert [(c, o) for c, o, _ in said(results)] == [(CODE, o) for o in expected]


def test_media_are_photos_or_videos():
    case = make_case(claim={"promised_materials": ("media", "video")}, evidence=(photo(0),))
    assert [r.subject for r in run(promised_materials, case) if r.code] == ["video"]
