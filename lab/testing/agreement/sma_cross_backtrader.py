"""SMA cross on given bars by backtrader: its indicator, its broker, its commission, its trades.

stdin   {"sha256", "cash", "bars": {"date", "open", "high", "low", "close"}, "runs": [{"fast", "slow", "fee", "quantity"}]}
stdout  {"engine", "version", "script", "input", "runs": [{..., "equity", "trades": [[bar in, price in, bar out,
        price out, fees, profit]], "open": [bar in, price in] or null}]}; fees and profit cover both legs

Long `quantity` shares when SMA(fast) - SMA(slow) > 1e-6, flat when < -1e-6; backtrader fills at the next open.
"""
import datetime
import hashlib
import json
import sys

import backtrader as bt


class Columns(bt.feed.DataBase):
    params = (('bars', None),)

    def start(self):
        super().start()
        self.row = 0

    def _load(self):
        bars, row = self.p.bars, self.row
        if row == len(bars['date']):
            return False
        self.lines.datetime[0] = bt.date2num(datetime.datetime.fromisoformat(bars['date'][row]))
        for name in ('open', 'high', 'low', 'close'):
            getattr(self.lines, name)[0] = bars[name][row]
        self.lines.volume[0] = 1e9
        self.row += 1
        return True


class Cross(bt.Strategy):
    params = (('fast', 0), ('slow', 0), ('quantity', 0))

    def __init__(self):
        self.difference = bt.ind.SMA(period=self.p.fast) - bt.ind.SMA(period=self.p.slow)
        self.fills, self.trades = [], []

    def notify_order(self, order):
        if order.status == order.Completed:
            self.fills.append((len(self) - 1, order.executed.price))

    def notify_trade(self, trade):
        if trade.isclosed:
            (bar_in, price_in), (bar_out, price_out) = self.fills[-2:]
            self.trades.append([bar_in, price_in, bar_out, price_out, trade.commission, trade.pnlcomm])

    def next(self):
        if self.difference[0] > 1e-6 and not self.position:
            self.buy(size=self.p.quantity)
        elif self.difference[0] < -1e-6 and self.position:
            self.close()


def run(ask, fast, slow, fee, quantity):
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.broker.setcash(ask['cash'])
    cerebro.broker.setcommission(commission=fee)
    cerebro.adddata(Columns(bars=ask['bars']))
    cerebro.addstrategy(Cross, fast=fast, slow=slow, quantity=quantity)
    done = cerebro.run()[0]
    still = list(done.fills[-1]) if done.position else None
    return {'equity': cerebro.broker.getvalue(), 'trades': done.trades, 'open': still}


ask = json.load(sys.stdin)
print(json.dumps({
    'engine': 'backtrader',
    'version': bt.__version__,
    'script': hashlib.sha256(open(__file__, 'rb').read()).hexdigest(),
    'input': ask['sha256'],
    'runs': [{**r, **run(ask, **r)} for r in ask['runs']],
}))
