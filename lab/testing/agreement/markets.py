"""Seeded markets for the three bar workloads, made with numpy and nothing else.

stdin   {"folder": "...", "seed": 0, "bars": 20000, "symbols": 120, "days": 300}
writes  w1.f64     open, high, low, close, volume of one symbol, one column after another (little-endian float64)
        w1.csv     the same bars as text: ts,open,high,low,close,volume, ts as below
        w1.ts.i64  closes of its 1-minute bars, ns UTC
        w3.f64     open, high, low, close, volume of many symbols, each a matrix [day, symbol] in C order
stdout  {"sha256": {"w1.f64": "...", ...}}

Prices are walks on a grid of cents. The walk of w1 is slow on purpose (a few cents per bar): moving averages
of such prices meet exactly now and then, so a rule that treats a tie as a cross gives other trades.
"""
import hashlib
import json
import pathlib
import sys

import numpy as np

FIRST_NS = 1_577_836_800_000_000_000  # 2020-01-01T00:00Z
MINUTE_NS = 60_000_000_000


def around(rng, opens, closes, reach):
    """Highs and lows that hold open and close, up to `reach` cents beyond."""
    high = np.maximum(opens, closes) + rng.integers(0, reach, closes.shape)
    low = np.minimum(opens, closes) - rng.integers(0, reach, closes.shape)
    return high, np.maximum(low, 1)


def minute_bars(rng, count):
    close = 50_000 + np.cumsum(rng.integers(-4, 5, count))
    close = np.maximum(close, 1_000)
    opens = np.concatenate([[50_000], close[:-1]]) + rng.integers(-2, 3, count)
    high, low = around(rng, opens, close, 4)
    return opens, high, low, close, rng.integers(100, 10_000, count)


def daily_panel(rng, days, symbols):
    start = rng.uniform(1_000, 20_000, symbols)
    close = np.maximum(np.rint(start * np.exp(np.cumsum(rng.normal(0, 0.02, (days, symbols)), axis=0))), 50)
    gap = np.exp(rng.normal(0, 0.004, (days, symbols)))
    opens = np.maximum(np.rint(np.vstack([start, close[:-1]]) * gap), 50)
    high, low = around(rng, opens, close, 40)
    return opens, high, low, close, rng.integers(10_000, 1_000_000, (days, symbols))


def columns(parts):
    opens, high, low, close, volume = parts
    return np.concatenate([(x / 100.0).ravel() for x in (opens, high, low, close)] + [volume.astype('<f8').ravel()])


def main():
    ask = json.load(sys.stdin)
    folder = pathlib.Path(ask['folder'])
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([20_260, ask['seed']])
    minutes = minute_bars(rng, ask['bars'])
    times = (FIRST_NS + MINUTE_NS * np.arange(1, ask['bars'] + 1)).astype('<i8')
    files = {
        'w1.f64': columns(minutes).astype('<f8'),
        'w1.ts.i64': times,
        'w3.f64': columns(daily_panel(rng, ask['days'], ask['symbols'])).astype('<f8'),
    }
    for name, values in files.items():
        values.tofile(folder / name)
    with open(folder / 'w1.csv', 'w') as csv:
        csv.write('ts,open,high,low,close,volume\n')
        for ts, opens, high, low, close, volume in zip(times, *minutes):
            csv.write(f'{ts},{opens / 100:.2f},{high / 100:.2f},{low / 100:.2f},{close / 100:.2f},{volume}\n')
    json.dump({'sha256': {k: hashlib.sha256(v.tobytes()).hexdigest() for k, v in files.items()}}, sys.stdout)


main()
