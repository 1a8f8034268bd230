"""Stop-loss, take-profit and trailing exits on given bars by vectorbt (numba engine): from_signals and its stops.

stdin   what aapl.py prints; of its runs only the prices are used
stdout  {"engine", "version", "script", "input", "runs": [{"side", "stop", "trail", "profit", "fee", "equity", "trades": [[bar
        in, price in, bar out, price out, fees, profit]], "open": [bar in, price in] or null}]}; fees and profit cover
        both legs

Every fifteenth bar is an entry at its open (decided at the close before) unless a position is open; stops are taken
from the price of the fill and end it at their own price or at the open beyond it.
Made with vectorbt 1.2.0, numba 0.68.1, numpy 2.4.6 and pandas 3.1.1 in a venv of its own:
    python aapl.py | python stops_vectorbt.py > stops.vectorbt.json
"""
import hashlib
import json
import sys

import numpy as np
import pandas as pd
import vectorbt as vbt

EVERY, QUANTITY, FEE = 15, 100.0, 0.001
TERMS = [  # stop, whether it trails, target
    (0.04, False, None), (None, False, 0.05), (0.03, False, 0.06), (0.08, True, None), (0.05, True, 0.10), (0.04, True, 0.08),
]


def run(ask, side, stop, trail, profit):
    dates = pd.to_datetime(ask['bars']['date'])
    opens, high, low, close = (pd.Series(ask['bars'][name], dates) for name in ('open', 'high', 'low', 'close'))
    entries = np.arange(len(close)) % EVERY == 0
    entries[0] = False
    portfolio = vbt.Portfolio.from_signals(
        close, entries, False, price=opens, open=opens, high=high, low=low, size=QUANTITY, direction=side,
        sl_stop=np.nan if stop is None else stop, sl_trail=trail, tp_stop=np.nan if profit is None else profit,
        stop_entry_price='fillprice', stop_exit_price='stoplimit', init_cash=ask['cash'], fees=FEE, freq='1D',
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
    'runs': [
        {'side': side, 'stop': stop, 'trail': trail, 'profit': profit, 'fee': FEE, **run(ask, f'{side}only', stop, trail, profit)}
        for stop, trail, profit in TERMS for side in ('long', 'short')
    ],
}))
