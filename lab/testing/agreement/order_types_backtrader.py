"""A plan of orders of every type on given bars by backtrader: its broker's fills, and how every other order ended.

stdin   [{"bars": {"open", "high", "low", "close"}, "digits", "fee", "cash", "plan": [{"row", "name", "side", "quantity", "type",
          "price", "limit", "amount", "percent", "lastRow", "cancelRow", "group", "exits": [stop, target]}, ...]}, ...]
stdout  {"version", "runs": [{"fills": [[name, row, price, quantity], ...], "ended": {name: "canceled" | "expired"},
          "cash", "equity"}, ...]}

A plan's order is sent at the close of its row and may end with `lastRow` or be cancelled at the close of `cancelRow`.
Those of a `group` cancel each other. `exits`: when it fills, a stop and a target are sent for what it filled, so far
from that bar's close; they cancel each other and work from the next bar.
"""
import datetime
import json
import sys

import backtrader as bt

TYPES = {'market': bt.Order.Market, 'close': bt.Order.Close, 'limit': bt.Order.Limit, 'stop': bt.Order.Stop,
         'stopLimit': bt.Order.StopLimit, 'trail': bt.Order.StopTrail}
DAY_ONE = datetime.datetime(2020, 1, 1)


def day(row):
    return DAY_ONE + datetime.timedelta(days=row)


class Columns(bt.feed.DataBase):
    params = (('bars', None),)

    def start(self):
        super().start()
        self.row = 0

    def _load(self):
        bars, row = self.p.bars, self.row
        if row == len(bars['open']):
            return False
        self.lines.datetime[0] = bt.date2num(day(row))
        for name in ('open', 'high', 'low', 'close'):
            getattr(self.lines, name)[0] = bars[name][row]
        self.lines.volume[0] = 1e9
        self.row += 1
        return True


class Planned(bt.Strategy):
    params = (('plan', None), ('digits', 2))

    def __init__(self):
        self.fills, self.ended, self.orders, self.groups = [], {}, {}, {}
        self.exits = {one['name']: one['exits'] for one in self.p.plan if one.get('exits')}
        self.by_row = {}
        for one in self.p.plan:
            self.by_row.setdefault(one['row'], []).append(one)
            if one.get('cancelRow') is not None:
                self.by_row.setdefault(one['cancelRow'], []).append(one['name'])

    def notify_order(self, order):
        name = order.info.get('name')
        if order.status == order.Completed:
            self.fills.append([name, len(self) - 1, order.executed.price, abs(order.executed.size)])
            if name in self.exits:
                self.bracket(name, order)
        elif order.status in (order.Canceled, order.Expired):
            self.ended[name] = 'canceled' if order.status == order.Canceled else 'expired'
        elif order.status in (order.Margin, order.Rejected):
            sys.exit(f'backtrader refused {name}')

    def bracket(self, name, order):
        stop, target = self.exits[name]
        sign = 1 if order.isbuy() else -1
        send = self.sell if sign > 0 else self.buy
        close, size = self.data.close[0], abs(order.executed.size)
        one = send(size=size, exectype=bt.Order.Stop, price=round(close - sign * stop, self.p.digits))
        one.addinfo(name=f'{name} stop')
        send(size=size, exectype=bt.Order.Limit, price=round(close + sign * target, self.p.digits), oco=one).addinfo(name=f'{name} target')

    def next(self):
        for one in self.by_row.get(len(self) - 1, []):
            if isinstance(one, str):
                self.cancel(self.orders[one])
            else:
                self.send(one)

    def send(self, one):
        terms = {'size': one['quantity'], 'exectype': TYPES[one['type']], 'price': one.get('price')}
        if one.get('limit') is not None:
            terms['plimit'] = one['limit']
        if one.get('amount') is not None:
            terms['trailamount'] = one['amount']
        if one.get('percent') is not None:
            terms['trailpercent'] = one['percent'] / 100
        if one.get('lastRow') is not None:
            terms['valid'] = day(one['lastRow'])
        group = one.get('group')
        if group in self.groups:
            terms['oco'] = self.groups[group]
        order = (self.buy if one['side'] > 0 else self.sell)(**terms)
        order.addinfo(name=one['name'])
        self.orders[one['name']] = order
        if group is not None:
            self.groups.setdefault(group, order)


def run(ask):
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.broker.setcash(ask['cash'])
    cerebro.broker.set_checksubmit(False)
    cerebro.broker.setcommission(commission=ask['fee'])
    cerebro.adddata(Columns(bars=ask['bars']))
    cerebro.addstrategy(Planned, plan=ask['plan'], digits=ask['digits'])
    done = cerebro.run()[0]
    return {'fills': done.fills, 'ended': done.ended, 'cash': cerebro.broker.getcash(), 'equity': cerebro.broker.getvalue()}


print(json.dumps({'version': bt.__version__, 'runs': [run(ask) for ask in json.load(sys.stdin)]}))
