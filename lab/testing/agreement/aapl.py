"""AAPL, daily, total-return adjusted, and the SMA-cross runs to make on it, as JSON on stdout.

Straight from the table in PyPI bokeh-sampledata 2026.1, beside our own recipe and not through it:
open, high, low, close times adjusted close / close, to 1e-9. `sha256` is over the prices in units of 1e-9 as
little-endian int64: open, high, low, close, one column after another.
"""
import hashlib
import json
from array import array
from fractions import Fraction

from bokeh_sampledata.stocks import AAPL

NAMES = ('open', 'high', 'low', 'close')
PAIRS = [(5, 20), (10, 30), (20, 50), (50, 200)]


def adjusted(name):
    exact = (Fraction(p) * Fraction(a) / Fraction(c) for p, a, c in zip(AAPL[name], AAPL['adj_close'], AAPL['close']))
    return [round(x * 10**9) for x in exact]


ticks = {name: adjusted(name) for name in NAMES}
digest = hashlib.sha256(b''.join(array('q', ticks[name]).tobytes() for name in NAMES)).hexdigest()
print(json.dumps({
    'sha256': digest,
    'cash': 100_000,
    'bars': {'date': AAPL['date'], **{name: [t / 10**9 for t in ticks[name]] for name in NAMES}},
    'runs': [{'fast': f, 'slow': s, 'fee': fee, 'quantity': 100} for f, s in PAIRS for fee in (0.0, 0.001)],
}))
