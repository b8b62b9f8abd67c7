"""What the clocks of a photo or video say, in words: which of them are outside the training, and why one is not sure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from services.domain.case import Case
from services.domain.claim import SHANGHAI
from services.domain.facts import PhotoFacts, TimeWitness, VideoFacts
from services.verify.aspects import days_outside, local_day

_A_DAY = 86_400
_NAMES = {"exif": "相机", "gps": "卫星", "watermark": "水印", "quicktime": "相机", "container": "文件头", "local": "文件标签"}


def witnesses_of(facts: PhotoFacts | VideoFacts) -> tuple[TimeWitness, ...]:
    """Everything that says when it was taken; a file's last change does not."""
    return facts.times if isinstance(facts, VideoFacts) else tuple(w for w in facts.witnesses if w.source != "exif.modified")


def as_told(witnesses: Iterable[TimeWitness]) -> list[tuple[str, str, str]]:
    """Each statement once: (source in Chinese, in English, the time in Shanghai, or the day where only that is stated)."""
    times = [(w, w.at.astimezone(SHANGHAI)) for w in witnesses]
    return list(dict.fromkeys((*_named(w), f"{at:%Y-%m-%d}" if w.precision >= _A_DAY else f"{at:%Y-%m-%d %H:%M}") for w, at in times))


def _named(witness: TimeWitness) -> tuple[str, str]:
    source = witness.source.split(".")[0]
    return _NAMES[source], source


def unsure(case: Case, facts: PhotoFacts | VideoFacts, moment: datetime) -> tuple[str, str, str]:
    """What is not sure of a time outside the training, in Chinese and English, and the time or days observed."""
    said = witnesses_of(facts)
    apart = days_outside(case, said)
    if facts.time_agreement == "disagree" and apart:
        sources = dict(_named(w) for w in said if local_day(w.at) in apart)
        days = [day.isoformat() for day in apart]
        return (
            f"的时间来源互相矛盾，其中{'、'.join(sources)}显示的{'、'.join(days)}",
            f"its clocks disagree; {', '.join(sources.values())} says {', '.join(days)}",
            ", ".join(days),
        )
    day = local_day(moment).isoformat()
    if isinstance(facts, PhotoFacts) and facts.witnesses and all(w.source == "exif.modified" for w in facts.witnesses):
        return f"没有拍摄时间，文件修改日期{day}", f"it states no time of taking, the file was changed on {day}", moment.astimezone(SHANGHAI).isoformat()
    return f"显示的日期{day}来源不可靠，且", f"an unsure clock says {day}", moment.astimezone(SHANGHAI).isoformat()
