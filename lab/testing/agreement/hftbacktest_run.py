"""What hftbacktest makes of a market of book levels and trades: its order latency, queues, exchanges, state.

stdin   [{"ticksPerUnit", "lotsPerUnit", "rows": [[kind, exchange, local, side, ticks, lots], ...] (µs), "every",
          "actions": [[{"kind", "side", "offset", "lots", "timeInForce"}, ...], ...],
          "latency": [there, back] (µs), "queue": "risk" | "power:<n>" | "log" | ..., "exchange": "whole" | "partial",
          "fees": [maker, taker]}, ...]
stdout  {"version", "runs": [{"fills": [[order, side, price, lots, maker, known at (µs)], ...], "ended": {order:
          status}, "orders", "position", "balance", "fee", "trades"}, ...]}

At every n-th time at which something becomes known the next list of actions is done: a quote cancels what stands on
its side and sends a new order, a move changes its price; neither touches an order that has a request on its way.
Market data are driven through the package's compiled module alone, by the functions that its numba binding calls,
so that neither numba nor its compiler has to be there.
"""
import ctypes
import importlib.metadata
import importlib.util
import json
import pathlib
import sys

import numpy as np

LIMIT, MARKET = 0, 1
FORCES = {'GTC': 0, 'GTX': 1, 'FOK': 2, 'IOC': 3}
EXPIRED, FILLED, CANCELED = 2, 3, 4
EXCHANGE, LOCAL, BUYER, SELLER = 1 << 31, 1 << 30, 1 << 29, 1 << 28
LEVEL, TRADE, CLEAR, SNAPSHOT = 1, 2, 3, 4
EVENT = np.dtype([('ev', 'u8'), ('exch_ts', 'i8'), ('local_ts', 'i8'), ('px', 'f8'), ('qty', 'f8'), ('order_id', 'u8'),
                  ('ival', 'i8'), ('fval', 'f8')], align=True)
ORDER = np.dtype([('qty', 'f8'), ('leaves_qty', 'f8'), ('exec_qty', 'f8'), ('exec_price_tick', 'i8'), ('price_tick', 'i8'),
                  ('tick_size', 'f8'), ('exch_timestamp', 'i8'), ('local_timestamp', 'i8'), ('order_id', 'u8'),
                  ('_q1', 'u8'), ('_q2', 'u8'), ('maker', 'bool'), ('order_type', 'u1'), ('req', 'u1'), ('status', 'u1'),
                  ('side', 'i1'), ('time_in_force', 'u1')], align=True)
STATE = np.dtype([('position', 'f8'), ('balance', 'f8'), ('fee', 'f8'), ('num_trades', 'i8'), ('trading_volume', 'f8'),
                  ('trading_value', 'f8')], align=True)


def compiled():
    # Found by its file: the package's own first lines import numba.
    found = importlib.util.find_spec('hftbacktest')
    if found is None:
        sys.exit('there is no hftbacktest in .venv: it needs Python 3.11 or newer; make .venv with one')
    folder = pathlib.Path(found.origin).parent
    path = next(folder.glob('_hftbacktest.*'))
    spec = importlib.util.spec_from_file_location('_hftbacktest', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    library = ctypes.CDLL(str(path))
    p, u, i, d, b, c = (ctypes.c_void_p, ctypes.c_uint64, ctypes.c_int64, ctypes.c_double, ctypes.c_bool, ctypes.c_uint8)
    for name, result, takes in (
        ('hashmapbt_wait_next_feed', i, [p, b, i]), ('hashmapbt_current_timestamp', i, [p]), ('hashmapbt_depth', p, [p, u]),
        ('hashmapdepth_best_bid_tick', i, [p]), ('hashmapdepth_best_ask_tick', i, [p]), ('hashmapbt_orders', p, [p, u]),
        ('hashmapbt_submit_buy_order', i, [p, u, u, d, d, c, c, b]), ('hashmapbt_submit_sell_order', i, [p, u, u, d, d, c, c, b]),
        ('hashmapbt_modify', i, [p, u, u, d, d, b]), ('hashmapbt_cancel', i, [p, u, u, b]), ('orders_get', p, [p, u]),
        ('hashmapbt_state_values', p, [p, u]), ('hashmapbt_close', i, [p]),
    ):
        getattr(library, name).restype, getattr(library, name).argtypes = result, takes
    return module, library


MODULE, HBT = compiled()


def record(pointer, dtype):
    return np.frombuffer((ctypes.c_char * dtype.itemsize).from_address(pointer), dtype)[0].copy()


def events(ask):
    rows = ask['rows']
    table = np.zeros(len(rows), EVENT)
    fresh = -1  # time of the last clear: what follows at it is a snapshot
    for at, (kind, exchange, local, side, ticks, lots) in enumerate(rows):
        code = {'trade': TRADE, 'clear': CLEAR, 'level': SNAPSHOT if exchange == fresh else LEVEL}[kind]
        if kind == 'clear':
            fresh = exchange
        flag = BUYER if side > 0 else SELLER if side < 0 else 0
        table[at] = (code | flag | EXCHANGE | LOCAL, exchange * 1000, local * 1000, ticks / ask['ticksPerUnit'],
                     lots / ask['lotsPerUnit'], 0, 0, 0.0)
    return table


def asset(ask, table):
    there, back = (latency * 1000 for latency in ask['latency'])
    name, _, exponent = ask['queue'].partition(':')
    one = MODULE.BacktestAsset()
    one._add_data_ndarray(table.ctypes.data, len(table))
    one.linear_asset(1.0)
    one.constant_order_latency(there, back)
    one.tick_size(1 / ask['ticksPerUnit'])
    one.lot_size(1 / ask['lotsPerUnit'])
    one.last_trades_capacity(0)
    one.trading_value_fee_model(*ask['fees'])
    if ask['exchange'] == 'partial':
        one.partial_fill_exchange()
    else:
        one.no_partial_fill_exchange()
    models = {'risk': 'risk_adverse_queue_model', 'power': 'power_prob_queue_model', 'power2': 'power_prob_queue_model2',
              'power3': 'power_prob_queue_model3', 'log': 'log_prob_queue_model', 'log2': 'log_prob_queue_model2'}
    getattr(one, models[name])(*([float(exponent)] if exponent else []))
    return one


class Run:
    def __init__(self, ask):
        self.ask = ask
        self.table = events(ask)
        self.known = set(self.table['local_ts'].tolist())
        self.asset = asset(ask, self.table)
        self.hbt = MODULE.build_hashmap_backtest([self.asset])
        self.trip = sum(ask['latency']) * 1000
        self.sent = 0
        self.living = {}  # order: what is left of it
        self.free_at = {}  # order: when no request of it is on its way any more
        self.quote = {1: 0, -1: 0}
        self.fills, self.ended = [], {}

    def values(self):
        return record(HBT.hashmapbt_state_values(self.hbt, 0), STATE)

    def order(self, number):
        return record(HBT.orders_get(HBT.hashmapbt_orders(self.hbt, 0), number), ORDER)

    def look(self, now):
        """Notes what has become of each order. Of one that walked the book the last price is told."""
        for number in list(self.living):
            order = self.order(number)
            left = float(order['leaves_qty'])
            if round((self.living[number] - left) * self.ask['lotsPerUnit']) > 0:
                lots = round((self.living[number] - left) * self.ask['lotsPerUnit'])
                price = float(order['exec_price_tick']) * float(order['tick_size'])
                self.fills.append([number, int(order['side']), price, lots, bool(order['maker']), now // 1000])
                self.living[number] = left
            if order['status'] in (EXPIRED, FILLED, CANCELED):
                self.ended[number] = int(order['status'])
                del self.living[number]

    def send(self, action, now):
        depth = HBT.hashmapbt_depth(self.hbt, 0)
        best = {1: HBT.hashmapdepth_best_bid_tick(depth), -1: HBT.hashmapdepth_best_ask_tick(depth)}
        side, kind = action['side'], action['kind']
        ticks = best[side] - side * action['offset'] if kind != 'limit' else best[-side] - side * action['offset']
        price = ticks / self.ask['ticksPerUnit']
        if kind in ('quote', 'move'):
            number = self.quote[side]
            if number in self.living and self.free_at[number] <= now:
                self.free_at[number] = now + self.trip
                if kind == 'move':
                    assert HBT.hashmapbt_modify(self.hbt, 0, number, price, self.living[number], False) == 0
                    return
                assert HBT.hashmapbt_cancel(self.hbt, 0, number, False) == 0
            elif number in self.living:
                return
        self.sent += 1
        quantity = action['lots'] / self.ask['lotsPerUnit']
        submit = HBT.hashmapbt_submit_buy_order if side > 0 else HBT.hashmapbt_submit_sell_order
        kind_of_order = MARKET if kind == 'market' else LIMIT
        force = FORCES['GTC' if kind == 'market' else action['timeInForce']]
        assert submit(self.hbt, 0, self.sent, price, quantity, force, kind_of_order, False) == 0
        self.living[self.sent], self.free_at[self.sent] = quantity, now + self.trip
        if kind in ('quote', 'move'):
            self.quote[side] = self.sent

    def go(self):
        seen, turn, last = 0, 0, -1
        while (came := HBT.hashmapbt_wait_next_feed(self.hbt, True, 10**15)) in (2, 3):
            now = HBT.hashmapbt_current_timestamp(self.hbt)
            self.look(now)
            if now == last or now not in self.known:
                continue
            last = now
            seen += 1
            if seen % self.ask['every'] == 0 and turn < len(self.ask['actions']):
                for action in self.ask['actions'][turn]:
                    self.send(action, now)
                turn += 1
        assert came == 1, f'hftbacktest ended with {came}'
        self.look(HBT.hashmapbt_current_timestamp(self.hbt))
        end = self.values()
        return {'fills': self.fills, 'ended': self.ended, 'orders': self.sent, 'position': float(end['position']),
                'balance': float(end['balance']), 'fee': float(end['fee'])}


asks = json.load(sys.stdin)
print(json.dumps({'version': importlib.metadata.version('hftbacktest'), 'runs': [Run(ask).go() for ask in asks]}))
