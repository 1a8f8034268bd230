"""The strategies of strategies/ once more, as plain daily loops over pandas and TA-Lib: JSON in, fills and equity out.

Decided at a close, filled at the next open, slipped by a fraction of the price to the ninth decimal, paid with a fraction of the
notional. A rule gives at each close the batches of (symbol, signed whole shares) to order; in a batch reductions
go first. A buy that the cash no longer covers is cut to what it does.
"""
import json
import math
import sys

import numpy as np
import pandas as pd
import talib

ask = json.load(sys.stdin)
terms = ask['terms']
symbols = [bars['symbol'] for bars in ask['bars']]
days = ask['bars'][0]['days']
opens = {bars['symbol']: bars['open'] for bars in ask['bars']}
closes = {bars['symbol']: bars['close'] for bars in ask['bars']}
highs = {bars['symbol']: bars['high'] for bars in ask['bars']}
lows = {bars['symbol']: bars['low'] for bars in ask['bars']}
frame = pd.DataFrame(closes)

cash = ask['cash']
held = dict.fromkeys(symbols, 0)
# Stop and target of what is held or about to be bought.
brackets = {}


def equity(day):
    return cash + sum(held[s] * closes[s][day] for s in symbols)


def toward(day, symbol, weight):
    """Signed shares from what is held to a weight of equity, floored toward zero."""
    return math.trunc(weight * equity(day) / closes[symbol][day]) - held[symbol]


def batch(day, weights):
    """Orders toward weights, in the order of symbols, none of zero."""
    orders = [(s, toward(day, s, weights[s])) for s in symbols if s in weights]
    return [order for order in orders if order[1] != 0]


def buy_and_hold():
    def decide(day):
        return [batch(day, {s: terms['invest'] / len(symbols)}) for s in symbols if held[s] == 0]

    return decide


def sma_cross():
    fast = frame.rolling(terms['fast']).mean()
    slow = frame.rolling(terms['slow']).mean()

    def decide(day):
        batches = []
        reserved = 0
        for s in symbols:
            f, w = fast[s][day], slow[s][day]
            if f > w and held[s] == 0:
                money = min(0.98 * equity(day) / len(symbols), 0.98 * (cash - reserved))
                shares = math.floor(money / closes[s][day])
                if shares > 0:
                    batches.append([(s, shares)])
                    reserved += math.ceil(100 * shares * closes[s][day] * (1 + ask['feeRate'])) / 100
            elif f < w and held[s] > 0:
                batches.append([(s, -held[s])])
        return batches

    return decide


def momentum():
    score = frame.shift(terms['skip']) / frame.shift(terms['lookback'])
    month = [None]

    def decide(day):
        if days[day][:7] == month[0]:
            return []
        month[0] = days[day][:7]
        ranked = score.loc[day].dropna().sort_values(ascending=False, kind='stable')
        winners = list(ranked[ranked > 1].index[:terms['top']])
        weights = {s: terms['invest'] / terms['top'] if s in winners else 0 for s in symbols}
        return [batch(day, weights)]

    return decide


def mean_reversion():
    bands = {s: talib.BBANDS(np.array(closes[s]), terms['period'], terms['deviations'], terms['deviations'])
             for s in symbols}
    strength = {s: talib.RSI(np.array(closes[s]), terms['strength']) for s in symbols}

    def decide(day):
        batches = []
        for s in symbols:
            _, middle, lower = (band[day] for band in bands[s])
            if day + 1 < terms['warmup'] or math.isnan(lower):
                continue
            close = closes[s][day]
            if held[s] == 0 and close < lower and strength[s][day] < terms['oversold']:
                batches.append(batch(day, {s: terms['invest'] / len(symbols)}))
            elif held[s] > 0 and close >= middle:
                batches.append([(s, -held[s])])
        return batches

    return decide


def pairs():
    y, x, n = terms['y'], terms['x'], terms['lookback']

    def decide(day):
        if day + 1 < n:
            return []
        ly, lx = (np.log(closes[s][day + 1 - n:day + 1]) for s in (y, x))
        beta, alpha = np.polyfit(lx, ly, 1)
        left = ly - alpha - beta * lx
        z = left[-1] / math.sqrt((left ** 2).sum() / (n - 2))
        side = np.sign(held[y])
        wanted = -np.sign(z) if abs(z) >= terms['entry'] else 0 if abs(z) <= terms['exit'] else side
        if wanted == side or (beta <= 0 and wanted != 0):
            return []
        leg = wanted * terms['gross'] / (1 + abs(beta))
        return [batch(day, {y: leg, x: -leg * beta if wanted != 0 else 0})]

    return decide


def breakout():
    n = terms['days']

    def decide(day):
        batches = []
        for s in symbols:
            close = closes[s][day]
            if day < n or held[s] != 0 or close <= max(highs[s][day - n:day]):
                continue
            shares = math.floor(terms['invest'] * equity(day) / len(symbols) / close)
            brackets[s] = (round(close * (1 - terms['stop']) * 1e9) / 1e9,
                           round(close * (1 + terms['target']) * 1e9) / 1e9)
            batches.append([(s, shares)])
        return batches

    return decide


def sell(day, s, price, slips):
    """The whole holding, by a stop that slips or a target that does not."""
    global cash
    price = round(price * (1 - ask['slippage']), 9) if slips else price
    fee = held[s] * price * ask['feeRate']
    cash += held[s] * price - fee
    fills.append((days[day], 'sell', held[s], s, price, fee))
    held[s] = 0


def bracket(day, s):
    """Stop and target of a holding in a bar, also in that whose open bought it: the open first, at its own price,
    then inside the stop before the target."""
    stop, target = brackets[s]
    if opens[s][day] <= stop:
        sell(day, s, opens[s][day], True)
    elif opens[s][day] > target:
        sell(day, s, opens[s][day], False)
    elif lows[s][day] <= stop:
        sell(day, s, stop, True)
    elif highs[s][day] > target:
        sell(day, s, target, False)


decide = {f.__name__: f for f in (breakout, buy_and_hold, sma_cross, momentum, mean_reversion, pairs)}[ask['rule']]()
margin = ask['rule'] == 'pairs'
fills = []
curve = []
waiting = []
for day in range(len(days)):
    before = [s for s in symbols if s in brackets and held[s] > 0]
    for s in before:
        bracket(day, s)
    for s, shares in waiting:
        price = round(opens[s][day] * (1 + math.copysign(ask['slippage'], shares)), 9)
        if shares > 0 and not margin:
            shares = min(shares, math.floor(cash / (price * (1 + ask['feeRate']))))
            if shares == 0:
                continue
        fee = abs(shares) * price * ask['feeRate']
        cash -= shares * price + fee
        held[s] += shares
        fills.append((days[day], 'buy' if shares > 0 else 'sell', abs(shares), s, price, fee))
    for s in symbols:
        if s in brackets and held[s] > 0 and s not in before:
            bracket(day, s)
    waiting = []
    for orders in decide(day):
        reducing = [o for o in orders if o[1] * held[o[0]] < 0 and abs(o[1]) <= abs(held[o[0]])]
        waiting += reducing + [o for o in orders if o not in reducing]
    curve.append(equity(day))
json.dump({'fills': fills, 'equity': curve}, sys.stdout)
