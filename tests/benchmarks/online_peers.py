"""What pandas or polars alone do with a learning log: read both tables, parse the times, merge each person's sessions, pair checks.

    python tests/benchmarks/online_peers.py pandas|polars sessions.csv checks.csv

A yardstick, no rival: no columns are recognised, no row is refused, no person is looked up, no minute has a reason.
Prints the minutes merged in all and the minutes between passed checks at most 15 minutes apart.
"""

from __future__ import annotations

import sys

GAP_MINUTES = 15


def by_pandas(sessions: str, checks: str) -> tuple[float, float]:
    """(merged minutes, minutes between passed checks)."""
    import pandas as pd

    logged = pd.read_csv(sessions, parse_dates=["开始时间", "结束时间"], dtype={"身份证号": "string"})
    logged = logged.sort_values(["身份证号", "开始时间"])
    before = logged.groupby("身份证号")["结束时间"].cummax().groupby(logged["身份证号"]).shift()
    start = logged["开始时间"].where(before.isna() | (logged["开始时间"] > before), before)
    merged = (logged["结束时间"] - start).clip(lower=pd.Timedelta(0)).groupby(logged["身份证号"]).sum()
    seen = pd.read_csv(checks, parse_dates=["核验时间"], dtype={"身份证号": "string"})
    seen = seen[seen["核验结果"] == "通过"].sort_values(["身份证号", "核验时间"])
    apart = seen.groupby("身份证号")["核验时间"].diff()
    between = apart[apart <= pd.Timedelta(minutes=GAP_MINUTES)].groupby(seen["身份证号"]).sum()
    return merged.sum().total_seconds() / 60, between.sum().total_seconds() / 60


def by_polars(sessions: str, checks: str) -> tuple[float, float]:
    """(merged minutes, minutes between passed checks)."""
    import polars as pl

    logged = pl.read_csv(sessions, schema_overrides={"身份证号": pl.String}, try_parse_dates=True).sort("身份证号", "开始时间")
    before = pl.col("结束时间").cum_max().shift().over("身份证号")
    start = pl.max_horizontal("开始时间", before.fill_null(pl.col("开始时间")))
    merged = logged.select(pl.max_horizontal(pl.col("结束时间") - start, pl.duration()).alias("m"), "身份证号").group_by("身份证号").sum()
    seen = pl.read_csv(checks, schema_overrides={"身份证号": pl.String}, try_parse_dates=True).filter(pl.col("核验结果") == "通过").sort("身份证号", "核验时间")
    apart = seen.select("身份证号", pl.col("核验时间").diff().over("身份证号").alias("m"))
    between = apart.filter(pl.col("m") <= pl.duration(minutes=GAP_MINUTES)).group_by("身份证号").sum()
    return merged["m"].sum().total_seconds() / 60, between["m"].sum().total_seconds() / 60


if __name__ == "__main__":
    way = {"pandas": by_pandas, "polars": by_polars}[sys.argv[1]]
    print(*(round(minutes) for minutes in way(sys.argv[2], sys.argv[3])))
