"""What pandas, pyarrow, numpy and polars do in the bench of the store (store.ts): one JSON line a repetition.

The first repetition pays for importing the library, as those of Gordon and DuckDB do. Sums come after the clock.
"""
import json
import resource
import sys
import time

START = 1_704_067_200_000_000
MODULUS = 1_000_003


def sums(frame, kind):
    micros = frame["time"]
    if kind == "bars":
        micros = micros.astype("datetime64[us]").astype("int64")
    price, size = ("close", "volume") if kind == "bars" else ("price", "size")
    side = 0 if kind == "bars" else int((frame["side"] == "buy").sum()) * 2 - len(frame)
    return {
        "rows": len(frame),
        "time": int(((micros - START) % MODULUS).sum()),
        "price": int((frame[price] * 100).round().astype("int64").sum()),
        "size": int((frame[size] * 1000).round().astype("int64").sum()),
        "side": side,
    }


def pandas_csv(engine):
    def work(ask):
        import pandas as pd

        kind = ask["kind"]
        dates = ["time"] if kind == "bars" else None
        frame = pd.read_csv(f"{ask['folder']}/{kind}.csv", engine=engine, parse_dates=dates)
        return lambda: sums(frame, kind)

    return work


def pyarrow_numpy(threads):
    def work(ask):
        import pyarrow as pa
        import pyarrow.parquet as pq

        names = ["event_time", "receive_time", "price", "size", "side"]
        table = pq.read_table(ask["files"], columns=names, use_threads=threads, partitioning=None)
        columns = {}
        for name in names:
            column = table[name]
            if pa.types.is_timestamp(column.type):
                column = column.cast(pa.int64())
            # Engine columns are doubles, contiguous: numpy's likewise.
            columns[name] = column.to_numpy().astype("float64", copy=False)

        def found():
            import numpy as np

            return {
                "rows": len(table),
                "time": int(((columns["event_time"].astype("int64") - START) % MODULUS).sum()),
                "price": int(np.round(columns["price"] * 100).astype("int64").sum()),
                "size": int(np.round(columns["size"] * 1000).astype("int64").sum()),
                "side": int(columns["side"].sum()),
            }

        return found

    return work


def numpy_file(ask):
    import numpy as np

    whole = np.fromfile(ask["cache"], dtype="uint8")
    return lambda: {"bytes": int(whole.size)}


def read_panel(ask):
    """The frames are made once, outside the clock; the library's import is paid there too."""
    import numpy as np
    import polars as pl

    symbol, at, close = np.fromfile(f"{ask['folder']}/align.f64").reshape(3, -1)
    bounds = np.searchsorted(symbol, np.arange(ask["symbols"] + 1))
    return [
        pl.DataFrame({"symbol": np.full(b - a, k, "int32"), "time": at[a:b], "close": close[a:b]})
        for k, (a, b) in enumerate(zip(bounds[:-1], bounds[1:]))
    ]


def weighed(cents):
    """Of a frame with one row an instant, in order: its number and its closes in cents, added up."""
    import numpy as np

    number = np.arange(1, len(cents) + 1, dtype="int64") % 1009
    return int((cents * number).sum())


def polars_sort(frames):
    import polars as pl

    # In order of time and then of symbol, as the engine delivers; then one row an instant.
    rows = pl.concat(frames).sort(["time", "symbol"])
    instants = rows.group_by("time", maintain_order=True).agg(
        (pl.col("close") * 100).round().cast(pl.Int64).sum().alias("cents"), pl.len()
    )
    return lambda: {
        "instants": len(instants),
        "rows": int(instants["len"].sum()),
        "sum": weighed(instants["cents"].to_numpy()),
    }


def polars_pivot(frames):
    import polars as pl

    wide = pl.concat(frames).pivot("symbol", index="time", values="close").sort("time")
    return lambda: wide_sums(wide)


def polars_join(frames):
    import polars as pl

    frames = [f.select("time", pl.col("close").alias(str(k))) for k, f in enumerate(frames)]
    wide = pl.concat(frames, how="align")
    return lambda: wide_sums(wide)


def wide_sums(wide):
    import numpy as np

    matrix = wide.drop("time").to_numpy().astype("float64")
    cents = np.nansum(np.round(matrix * 100), axis=1).astype("int64")
    return {"instants": len(wide), "rows": int(np.isfinite(matrix).sum()), "sum": weighed(cents)}


def of_frames(work):
    frames = []

    def run(ask):
        if not frames:
            frames.extend(read_panel(ask))
        return work(frames)

    run.ready = lambda ask: frames.extend(read_panel(ask))
    return run


WORKS = {
    "csv:pandas read_csv, C": pandas_csv("c"),
    "csv:pandas read_csv, pyarrow": pandas_csv("pyarrow"),
    "parquet:pyarrow to numpy": pyarrow_numpy(True),
    "parquet:pyarrow to numpy, one thread": pyarrow_numpy(False),
    "cache:numpy.fromfile": numpy_file,
    "align:polars concat and sort": of_frames(polars_sort),
    "align:polars pivot": of_frames(polars_pivot),
    "align:polars join": of_frames(polars_join),
}

ask = json.loads(sys.argv[1])
work = WORKS[ask["as"]]
if hasattr(work, "ready"):
    work.ready(ask)
for _ in range(ask["reps"]):
    wall, cpu = time.perf_counter(), time.process_time()
    found = work(ask)
    line = {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu}
    line["rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**line, "found": found()}), flush=True)
    del found
