"""Times pandas and polars on the trades of `derive.js write`, the least of three: derive_peers.py FILE.

time: OHLCV by the minute. trades: of every 100 trades. One JSON line each, with the sum of closes as `derive.js` has it.
CPU time of all threads; polars uses as many as there are.
"""

import json
import sys
import time

import numpy as np
import pandas as pd
import polars as pl

t, price, size = np.fromfile(sys.argv[1]).reshape(3, -1)
n = len(t)
frame = pd.DataFrame({"price": price, "size": size}, index=pd.to_datetime(t.astype("int64"), unit="us"))
table = pl.DataFrame({"t": t.astype("int64"), "price": price, "size": size}).with_columns(
    pl.col("t").cast(pl.Datetime("us")).set_sorted()
)
OHLCV = [
    pl.col("price").first().alias("open"),
    pl.col("price").max().alias("high"),
    pl.col("price").min().alias("low"),
    pl.col("price").last().alias("close"),
    pl.col("size").sum().alias("volume"),
]


def pandas_bars(groups):
    bars = groups["price"].ohlc()
    bars["volume"] = groups["size"].sum()
    return bars.dropna(subset=["close"])


WORK = {
    ("pandas", "time"): lambda: pandas_bars(frame.resample("1min", label="right")),
    ("polars", "time"): lambda: table.group_by_dynamic("t", every="1m", label="right").agg(OHLCV),
    ("pandas", "trades"): lambda: pandas_bars(frame.iloc[: n // 100 * 100].groupby(np.arange(n // 100 * 100) // 100)),
    ("polars", "trades"): lambda: table[: n // 100 * 100]
    .with_columns((pl.int_range(pl.len()) // 100).alias("bar").set_sorted())
    .group_by("bar", maintain_order=True)
    .agg(OHLCV),
}
for (engine, bench), work in WORK.items():
    least = float("inf")
    for _ in range(3):
        cpu = time.process_time()
        bars = work()
        least = min(least, time.process_time() - cpu)
    closes = np.asarray(bars["close"])
    line = {"engine": engine, "bench": bench, "n": n, "ns": round(least * 1e9 / n, 1)}
    print(json.dumps({**line, "rows": len(closes), "sum": round(float(closes.sum()), 2)}))
