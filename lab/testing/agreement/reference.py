"""What the three bar workloads must give, by plain loops in exact integers and fractions.

stdin   {"folder": "...", "work": "w1" | "w2" | "w3", "bars": 20000, "symbols": 120,
         "pairs": [[5, 20], ...] (w2)}
stdout  w1, w2  [{"fills": 776, "equity": "999123.45678"}, ...]  one per (fast, slow) pair
        w3      [{"fills": 512, "equity": "..."}]

Written from the rules alone, and shares no line with any engine:
w1, w2  long one unit when SMA(fast) > SMA(slow), flat when below, an exact tie changes nothing; decided at a
        close, filled at the next open; fee 0.1 % of notional; cash 1,000,000; the last position stays open.
w3      every 20 days from day 60 hold the 50 best by 60-day return, floor(0.98 / 50 x equity / close) shares
        each, all decided at the close, filled at the next open, sells first; same fee; cash 10,000,000.
Prices are whole cents, so with money in units of 1e-5 every number below is an exact integer.
"""
import json
import pathlib
import sys
from array import array
from fractions import Fraction

CENT = 1_000  # money units of 1e-5 in a cent; a fee of 0.1 % of a cent is one unit


def cents(folder, name):
    values = array('d')
    values.frombytes((pathlib.Path(folder) / name).read_bytes())
    return values


def crossing(opens, closes, fast, slow):
    cash, position, wanted, fills = 1_000_000 * 100 * CENT, 0, 0, 0
    sums = [0]
    for close in closes:
        sums.append(sums[-1] + close)
    for i, close in enumerate(closes):
        if wanted != position:
            cash -= (wanted - position) * opens[i] * CENT + opens[i]
            position = wanted
            fills += 1
        if i >= slow - 1:
            difference = (sums[i + 1] - sums[i + 1 - fast]) * slow - (sums[i + 1] - sums[i + 1 - slow]) * fast
            if difference > 0:
                wanted = 1
            elif difference < 0:
                wanted = 0
    return fills, cash + position * closes[-1] * CENT


def rotation(opens, closes, days, symbols):
    cash, held, target, fills = 10_000_000 * 100 * CENT, [0] * symbols, None, 0
    for day in range(days):
        row = day * symbols
        if target is not None:
            changes = [(want - have, k) for k, (want, have) in enumerate(zip(target, held)) if want != have]
            for change, k in sorted(changes, key=lambda c: (c[0] > 0, c[1])):
                cash -= change * opens[row + k] * CENT + abs(change) * opens[row + k]
                fills += 1
            held, target = target, None
            assert cash >= 0, 'the reference would need credit'
        equity = cash + sum(h * closes[row + k] * CENT for k, h in enumerate(held) if h)
        if day >= 60 and (day - 60) % 20 == 0:
            past = row - 60 * symbols
            best = sorted(range(symbols), key=lambda k: (-Fraction(closes[row + k], closes[past + k]), k))[:50]
            target = [0] * symbols
            for k in best:
                target[k] = int(Fraction(98, 100) / 50 * equity / (closes[row + k] * CENT))
    return fills, equity


def main():
    ask = json.load(sys.stdin)
    if ask['work'] == 'w3':
        raw = cents(ask['folder'], 'w3.f64')
        size = len(raw) // 5
        opens, closes = ([round(x * 100) for x in raw[c * size : (c + 1) * size]] for c in (0, 3))
        results = [rotation(opens, closes, size // ask['symbols'], ask['symbols'])]
    else:
        raw = cents(ask['folder'], 'w1.f64')
        size = len(raw) // 5
        bars = ask.get('bars', size)
        opens, closes = ([round(x * 100) for x in raw[c * size : c * size + bars]] for c in (0, 3))
        results = [crossing(opens, closes, fast, slow) for fast, slow in ask.get('pairs', [[10, 30]])]
    unit = 100 * CENT
    json.dump([{'fills': f, 'equity': f'{e // unit}.{e % unit:05d}'} for f, e in results], sys.stdout)


main()
