"""SMA cross on given bars by vectorbt (numba engine): its moving average, its portfolio, its trades.

Same input and output as sma_cross_backtrader.py. vectorbt has no clock, so that 'decided at the close, filled at
the next open' is said by shifting the signals one bar and giving the opens as prices.
Made with vectorbt 1.2.0, numba 0.68.1, numpy 2.4.6 and pandas 3.1.1 in a venv of its own, since it wants
other versions than our tests:
    python aapl.py | python sma_cross_vectorbt.py > sma-cross.vectorbt.json
"""
import hashlib
import json
import sys

import numpy as np
import pandas as pd
import vectorbt as vbt


def later(signal):
    shifted = np.zeros_like(signal)
    shifted[1:] = signal[:-1]
    return shifted


def run(ask, fast, slow, fee, quantity):
    dates = pd.to_datetime(ask['bars']['date'])
    opens, close = (pd.Series(ask['bars'][name], dates) for name in ('open', 'close'))
    difference = vbt.MA.run(close, fast).ma.values - vbt.MA.run(close, slow).ma.values
    portfolio = vbt.Portfolio.from_signals(
        close, later(difference > 1e-6), later(difference < -1e-6), price=opens, size=float(quantity),
        direction='longonly', init_cash=ask['cash'], fees=fee, freq='1D',
    )
    trades, still = [], None
    for t in portfolio.trades.records.itertuples():
        if t.status == 0:
            still = [int(t.entry_idx), float(t.entry_price)]
        else:
            fees = float(t.entry_fees + t.exit_fees)
            trades.append([int(t.entry_idx), float(t.entry_price), int(t.exit_idx), float(t.exit_price), fees, float(t.pnl)])
    return {'equity': float(portfolio.final_value()), 'trades': trades, 'open': still}


ask = json.load(sys.stdin)
print(json.dumps({
    'engine': 'vectorbt',
    'version': vbt.__version__,
    'script': hashlib.sha256(open(__file__, 'rb').read()).hexdigest(),
    'input': ask['sha256'],
    'runs': [{**r, **run(ask, **r)} for r in ask['runs']],
}))
