"""Orders on bars and on quotes by nautilus_trader: seeded markets and plans, and its fills of them, as JSON on stdout.

stdout  {"engine", "version", "script", "runs": [{"title", "kind": "bars" | "quotes", "rows": [[...], ...], "plan",
          "fills": [[name, row, price, quantity, fee, maker], ...], "ended": {name: "canceled"}}, ...]}
rows    of bars [open, high, low, close]; of quotes [bid, ask, bid size, ask size]. Row k is known k + 1 days after the
        start (bars), or k + 1 seconds after it (quotes)

A plan's order is sent when its row is known and cancelled when `cancelRow` is, if it still works; those of a `group`
cancel each other (OCO). Markets are walks on a grid of cents. Fees are 2.371 bps for makers and 5.137 bps for takers, which
it rounds to cents.
Made with nautilus_trader 1.221.0 in a venue with bar_adaptive_high_low_ordering off, in a venv of its own, since it
takes 670 MB:
    python order_types_nautilus.py > order-types.nautilus.json
"""
import hashlib
import json
import random
from decimal import Decimal

import nautilus_trader
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig, RiskEngineConfig
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.model.currencies import USD
from nautilus_trader.model.data import Bar, BarType, QuoteTick
from nautilus_trader.model.enums import AccountType, ContingencyType, LiquiditySide, OmsType, OrderSide, TimeInForce, TrailingOffsetType, TriggerType
from nautilus_trader.model.identifiers import ClientOrderId, InstrumentId, Symbol, Venue
from nautilus_trader.model.instruments import Equity
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.model.orders import LimitOrder, OrderList, StopMarketOrder
from nautilus_trader.trading.strategy import Strategy

VENUE = Venue('SIM')
START = 1_704_067_200_000_000_000  # 2024-01-01T00:00Z
STEP = {'bars': 86_400_000_000_000, 'quotes': 1_000_000_000}
BAR_TYPE = BarType.from_str('X.SIM-1-DAY-LAST-EXTERNAL')


def walk(rng, count):
    """Bars that open where they closed."""
    rows, close = [], 10_000
    for _ in range(count):
        opens = close
        close = max(2_000, opens + round(rng.gauss(0, 150)))
        high, low = max(opens, close) + rng.randint(0, 80), min(opens, close) - rng.randint(0, 80)
        rows.append([opens / 100, high / 100, low / 100, close / 100])
    return rows


def quotes(rng, count):
    """One of the two prices moves by a cent at a time, or neither."""
    rows, bid, ask = [], 10_000, 10_002
    for _ in range(count):
        move = rng.choice((-1, 0, 1))
        if rng.random() < 0.5:
            bid = min(bid + move, ask - 1)
        else:
            ask = max(ask + move, bid + 1)
        rows.append([bid / 100, ask / 100, rng.randint(500, 900), rng.randint(500, 900)])
    return rows


def plan(rng, rows, kind, kinds, sides, reach):
    """One order, or pair, at a time: each is cancelled before the next is sent. Only what is meant to takes at once."""
    orders, row = [], 3
    while row < len(rows) - 30:
        pick, side, quantity = rng.choice(kinds), rng.choice(sides), rng.randint(1, 200)
        last = rows[row]
        bid, ask = (last[0], last[1]) if kind == 'quotes' else (last[3], last[3])
        behind, ahead = (bid, ask) if side > 0 else (ask, bid)
        until = row + rng.randint(2, 12 if kind == 'quotes' else 6)

        def add(**terms):
            one = {'row': row, 'name': str(len(orders)), 'side': side, 'quantity': quantity, **terms}
            orders.append(one if pick == 'market' else {**one, 'cancelRow': until})

        def away(price, sign):
            return round(price + sign * side * rng.randint(*reach) / 100, 2)

        if pick == 'market':
            add(type='market')
        elif pick == 'takingLimit':
            add(type='limit', price=away(ahead, 1))
        elif pick == 'limit':
            add(type='limit', price=away(behind, -1))
        elif pick == 'stop':
            add(type='stop', price=away(ahead, 1))
        elif pick == 'stopLimit':
            price = away(ahead, 1)
            add(type='stopLimit', price=price, limit=away(price, 1))
        elif pick == 'trail':
            add(type='trail', amount=rng.randint(*reach) / 100)
        else:
            group = f'g{len(orders)}'
            add(type='stop', price=away(ahead, 1), group=group)
            add(type='limit', price=away(behind, -1), group=group)
        row = until + rng.randint(0, 2)
    return orders


class Planned(Strategy):
    def __init__(self, run, instrument):
        super().__init__()
        self.kind, self.instrument, self.row = run['kind'], instrument, -1
        self.plan = {}
        for one in run['plan']:
            self.plan.setdefault(one['row'], []).append(one)
            if 'cancelRow' in one:
                self.plan.setdefault(one['cancelRow'], []).append(one['name'])
        self.names, self.sent, self.fills, self.ended = {}, {}, [], {}

    def on_start(self):
        if self.kind == 'bars':
            self.subscribe_bars(BAR_TYPE)
        else:
            self.subscribe_quote_ticks(self.instrument.id)

    def on_bar(self, bar):
        self.known()

    def on_quote_tick(self, tick):
        self.known()

    def known(self):
        self.row += 1
        pairs = {}
        for one in self.plan.get(self.row, []):
            if isinstance(one, str):
                order = self.cache.order(self.sent[one])
                if not order.is_closed:
                    self.cancel_order(order)
            elif 'group' in one:
                pairs.setdefault(one['group'], []).append(one)
            else:
                self.submit(one)
        for pair in pairs.values():
            self.submit_pair(pair)

    def number(self, one):
        return Quantity.from_int(one['quantity'])

    def price(self, value):
        return Price(value, 2)

    def submit(self, one):
        side = OrderSide.BUY if one['side'] > 0 else OrderSide.SELL
        identity, quantity, make = self.instrument.id, self.number(one), self.order_factory
        kind = one['type']
        if kind == 'market':
            order = make.market(identity, side, quantity)
        elif kind == 'limit':
            order = make.limit(identity, side, quantity, self.price(one['price']))
        elif kind == 'stop':
            order = make.stop_market(identity, side, quantity, self.price(one['price']))
        elif kind == 'stopLimit':
            order = make.stop_limit(identity, side, quantity, self.price(one['limit']), self.price(one['price']))
        else:
            order = make.trailing_stop_market(
                identity, side, quantity, trailing_offset=Decimal(str(one['amount'])), trailing_offset_type=TrailingOffsetType.PRICE,
                trigger_type=TriggerType.BID_ASK,
            )
        self.remember(one, order)
        self.submit_order(order)

    def remember(self, one, order):
        self.names[order.client_order_id.value] = one['name']
        self.sent[one['name']] = order.client_order_id

    def submit_pair(self, pair):
        make = self.order_factory
        ids = [make.generate_client_order_id() for _ in pair]
        listed = make.generate_order_list_id()
        orders = []
        for one, own, other in zip(pair, ids, reversed(ids)):
            shared = dict(
                trader_id=self.trader_id, strategy_id=self.id, instrument_id=self.instrument.id, client_order_id=own,
                order_side=OrderSide.BUY if one['side'] > 0 else OrderSide.SELL, quantity=self.number(one), init_id=UUID4(),
                ts_init=self.clock.timestamp_ns(), time_in_force=TimeInForce.GTC, contingency_type=ContingencyType.OCO,
                order_list_id=listed, linked_order_ids=[other],
            )
            if one['type'] == 'stop':
                order = StopMarketOrder(trigger_price=self.price(one['price']), trigger_type=TriggerType.DEFAULT, **shared)
            else:
                order = LimitOrder(price=self.price(one['price']), **shared)
            self.remember(one, order)
            orders.append(order)
        self.submit_order_list(OrderList(listed, orders))

    def on_order_filled(self, event):
        row = (event.ts_event - START) // STEP[self.kind] - 1
        self.fills.append([
            self.names[event.client_order_id.value], row, float(event.last_px), float(event.last_qty),
            float(event.commission.as_decimal()), event.liquidity_side == LiquiditySide.MAKER,
        ])

    def on_order_canceled(self, event):
        self.ended[self.names[event.client_order_id.value]] = 'canceled'

    def on_order_rejected(self, event):
        self.ended[self.names[event.client_order_id.value]] = 'rejected'


def execute(run):
    instrument = Equity(
        InstrumentId(Symbol('X'), VENUE), Symbol('X'), USD, 2, Price.from_str('0.01'), Quantity.from_int(1), 0, 0,
        maker_fee=Decimal('0.0002371'), taker_fee=Decimal('0.0005137'),
    )
    engine = BacktestEngine(BacktestEngineConfig(
        logging=LoggingConfig(bypass_logging=True), run_analysis=False,
        risk_engine=RiskEngineConfig(max_order_submit_rate='1000000/00:00:01'),
    ))
    engine.add_venue(
        VENUE, OmsType.NETTING, AccountType.MARGIN, [Money(10_000_000, USD)], base_currency=USD, default_leverage=Decimal(100),
        reject_stop_orders=False, bar_adaptive_high_low_ordering=False,
    )
    engine.add_instrument(instrument)
    data = []
    for k, row in enumerate(run['rows']):
        time = START + (k + 1) * STEP[run['kind']]
        if run['kind'] == 'bars':
            data.append(Bar(BAR_TYPE, *(Price(x, 2) for x in row), Quantity.from_int(1_000_000), time, time))
        else:
            bid, ask, bids, asks = row
            data.append(QuoteTick(instrument.id, Price(bid, 2), Price(ask, 2), Quantity.from_int(bids), Quantity.from_int(asks), time, time))
    engine.add_data(data)
    strategy = Planned(run, instrument)
    engine.add_strategy(strategy)
    engine.run()
    engine.dispose()
    return {**run, 'fills': strategy.fills, 'ended': strategy.ended}


def runs():
    for seed in (1, 2):
        for title, kind, kinds, sides, reach in (
            ('limits and stops on bars', 'bars', ['limit', 'stop'], [1, -1], (5, 300)),
            ('buys that cancel each other, on bars', 'bars', ['oco'], [1], (5, 300)),
            ('sales that cancel each other, on bars', 'bars', ['oco'], [-1], (5, 300)),
            ('all but trailing stops on quotes', 'quotes', ['market', 'limit', 'takingLimit', 'stop', 'stopLimit', 'oco'], [1, -1], (1, 2)),
            ('trailing stops on quotes', 'quotes', ['trail'], [1, -1], (1, 2)),
        ):
            rng = random.Random(f'{title} {seed}')
            rows = walk(rng, 300) if kind == 'bars' else quotes(rng, 800)
            yield {'title': f'{title}, seed {seed}', 'kind': kind, 'rows': rows, 'plan': plan(rng, rows, kind, kinds, sides, reach)}


print(json.dumps({
    'engine': 'nautilus_trader',
    'version': nautilus_trader.__version__,
    'script': hashlib.sha256(open(__file__, 'rb').read()).hexdigest(),
    'runs': [execute(run) for run in runs()],
}))
