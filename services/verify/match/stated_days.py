"""Which day does a sheet say it is of? The reader's reading held against the training's days."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

from services.domain.case import SheetDate
from services.domain.claim import Claim
from services.domain.facts import DateReading
from services.verify.match.date_likelihood import likeliest_day

_SURE = 0.5
"""A date read with less confidence is not taken."""
_SURE_OUTSIDE = 0.85
"""To say that a sheet is of a day outside the training, its date must be read this surely."""
_NO_DOUBT, _LIKELY = 0.97, 0.95
"""A day of the training that is read with the first is not weighed again; one that is weighed must have the second."""
_LONGEST = 400


def in_training(day: date, claim: Claim) -> bool:
    return claim.project.start <= day <= claim.project.end or any(s.date == day for s in claim.sessions)


def days_like(month: int, day: int, claim: Claim) -> list[date]:
    """The training's days of that month and day."""
    found = []
    for year in range(claim.project.start.year, claim.project.end.year + 1):
        try:
            candidate = date(year, month, day)
        except ValueError:
            continue
        if in_training(candidate, claim):
            found.append(candidate)
    return found


def month_and_day(reading: DateReading) -> tuple[int, int] | None:
    """Month and day of a reading, also where the year is not written; None where they cannot be told."""
    if reading.value is not None:
        return reading.value.month, reading.value.day
    text = unicodedata.normalize("NFKC", reading.text)
    found = re.search(r"(?<!\d)(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*(?:[日号]|(?!\d))", text)
    if found is None or re.search(r"\d{3,4}\s*[年./-]", text):
        return None
    return int(found[1]), int(found[2])


def stated_day(reading: DateReading | None, claim: Claim) -> tuple[date | None, SheetDate]:
    """The day of a reading.

    A day of the training that was read surely is taken; anything else is weighed against the schedule, where the reader kept what it saw.
    """
    day, known = resolve_date(reading, claim)
    if reading is None or reading.posteriors is None or (known is SheetDate.READ and reading.confidence >= _NO_DOUBT):
        return day, known
    likely = likeliest_day(reading.posteriors, _training_days(claim))
    if likely is None or likely.probability < _LIKELY:
        return None, SheetDate.UNREADABLE
    return likely.day, SheetDate.READ if in_training(likely.day, claim) else SheetDate.OUTSIDE


def _may_lack_digits(day: date, claim: Claim) -> bool:
    """A day of the training would be read as this one if a recogniser dropped one of two equal digits (11-12 as 1-12)."""
    said = f"{day.month}-{day.day}"
    return any(day.year == other.year and _drops(f"{other.month}-{other.day}", said) for other in _training_days(claim))


def _drops(written: str, said: str) -> bool:
    """`said` is `written` without one digit or two."""
    left = iter(written)
    return 0 < len(written) - len(said) <= 2 and all(character in left for character in said)


def _training_days(claim: Claim) -> list[date]:
    """The days that have offline sessions; without a schedule every day from start to end."""
    scheduled = [s.date for s in claim.sessions if not s.online]
    span = min((claim.project.end - claim.project.start).days, _LONGEST)
    return scheduled or [claim.project.start + timedelta(days=k) for k in range(span + 1)]


def resolve_date(reading: DateReading | None, claim: Claim) -> tuple[date | None, SheetDate]:
    """The day of a reading: a missing year is the training's; what is read too faintly is unreadable rather than outside."""
    if reading is None:
        return None, SheetDate.UNREADABLE
    if reading.value is not None:
        if in_training(reading.value, claim):
            return (reading.value, SheetDate.READ) if reading.confidence >= _SURE else (None, SheetDate.UNREADABLE)
        if reading.confidence < _SURE_OUTSIDE or (reading.confidence < 1.0 and _may_lack_digits(reading.value, claim)):
            return None, SheetDate.UNREADABLE
        return reading.value, SheetDate.OUTSIDE
    stated = month_and_day(reading)
    if stated is None or reading.confidence < _SURE:
        return None, SheetDate.UNREADABLE
    month, day = stated
    fitting = days_like(month, day, claim)
    if len(fitting) == 1:
        return fitting[0], SheetDate.READ
    if fitting or reading.confidence < _SURE_OUTSIDE:
        return None, SheetDate.UNREADABLE
    try:
        return date(claim.project.start.year, month, day), SheetDate.OUTSIDE
    except ValueError:
        return None, SheetDate.UNREADABLE
