"""Online training is shown by learning logs."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case
from services.domain.evidence import EvidenceKind, Place
from services.domain.facts import LearningLogFacts
from services.domain.finding import Result
from services.verify.aspects import everybody, is_online, refused
from services.verify.checks import check
from services.verify.results import met, not_applicable, unclear, unmet


@check
def online_log(case: Case) -> Iterator[Result]:
    """A learning log with at least one session of learning, for online training, 七(二)."""
    online = is_online(case)
    logs = case.of(EvidenceKind.LEARNING_LOG.value)
    facts = [item.facts for item in logs if isinstance(item.facts, LearningLogFacts)]
    places = tuple(Place(item.file.path) for item in logs)
    if online is False:
        yield not_applicable()
    elif any(log.sessions for log in facts):
        yield met()
    elif any(log.checks for log in facts):
        yield unclear("online.log_missing", "线上学习记录中只有人脸核验数据，没有学习时段，无法计算时长，请补充学习时长记录",
                      "the logs hold face checks only, no learning sessions; hand in the log of learning times", subject="线上学习记录", evidence=places,
                      trainees=everybody(case))  # fmt: skip
    elif logs or refused(case, EvidenceKind.LEARNING_LOG):
        yield unclear("online.log_missing", "已提交的线上学习记录均无法读取或没有学习时段，请重新导出后提交",
                      "none of the learning logs can be read, or they hold no sessions; export them again", subject="线上学习记录", evidence=places,
                      trainees=everybody(case))  # fmt: skip
    elif online is None:
        yield unclear("online.log_missing", "申报信息未说明培训方式，也没有线上学习记录和签到表，无法判断是否含线上培训，请补充培训方式",
                      "the claim does not say how the training was given and has neither logs nor sheets; state the modes", subject="线上学习记录",
                      trainees=everybody(case))  # fmt: skip
    else:
        yield unmet("online.log_missing", "项目含线上学习，但未提交线上学习记录，请补交学习时长或人脸识别数据", "the project has online training, but no learning log was handed in",
                    subject="线上学习记录", expected=1, observed=0, trainees=everybody(case))  # fmt: skip
