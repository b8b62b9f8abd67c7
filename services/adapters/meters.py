"""Figures that workers leave for operators: how long things took, kept in the database because workers come and go.

One row for each bucket of a histogram: an observation adds to a single row.
"""

from __future__ import annotations

import logging
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator

from prometheus_client.core import HistogramMetricFamily
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from services.adapters.database import Database
from services.adapters.queue.tables import meters as t

log = logging.getLogger("hezheng.meters")

BOUNDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0)
"""Upper bounds of the buckets in seconds."""
HELP = {"job": "Seconds of work by kind of job", "reader": "Seconds of reading one file (a set of faces) by reader"}


def observe(database: Database, name: str, label: str, seconds: float) -> None:
    """Add one observation. A figure that cannot be written down is let go: it must never cost the work it is about."""
    insert = (sqlite if database.sqlite else postgresql).insert(t)
    values = {"name": name, "label": label, "bucket": bisect_left(BOUNDS, seconds), "count": 1, "seconds": seconds}
    more = insert.values(**values).on_conflict_do_update(
        index_elements=["name", "label", "bucket"], set_={"count": t.c.count + 1, "seconds": t.c.seconds + seconds}
    )
    try:
        with database.writing() as connection:
            connection.execute(more)
    except SQLAlchemyError as error:
        log.warning("a figure was not written down: %s", error)


def histograms(database: Database) -> Iterator[HistogramMetricFamily]:
    """Everything observed so far, by name."""
    with database.reading() as connection:
        rows = connection.execute(select(t)).all()
    found: dict[str, dict[str, dict[int, tuple[int, float]]]] = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        found[row.name][row.label][row.bucket] = (row._mapping["count"], row.seconds)
    for name, text in HELP.items():
        family = HistogramMetricFamily(f"hezheng_{name}_seconds", text, labels=[name])
        for label, buckets in sorted(found.get(name, {}).items()):
            family.add_metric([label], _cumulated(buckets), sum_value=sum(seconds for _, seconds in buckets.values()))
        yield family


def _cumulated(buckets: dict[int, tuple[int, float]]) -> list[tuple[str, float]]:
    so_far, found = 0, []
    for number, bound in enumerate((*map(str, BOUNDS), "+Inf")):
        so_far += buckets.get(number, (0, 0.0))[0]
        found.append((bound, float(so_far)))
    return found
