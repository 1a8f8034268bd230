"""
The LEAN cases by hand, in decimals, from the files themselves: what each run must end with by Gordon's rules, and item
by item what LEAN reckons otherwise (lab/sim/models/lean.md has the words). Nothing here comes from Gordon.
Input: {"folder": LEAN's data}. Output: per case `start`, `gordon`, `fees`, `items` ([what, USD], gordon + items = LEAN).
"""
import json
import sys
from decimal import ROUND_FLOOR, Decimal as D

FOLDER = json.load(sys.stdin)["folder"]


def rows(path):
    """First column → the others, as decimals; minutes of the day where the file counts milliseconds."""
    found = {}
    for line in open(f"{FOLDER}/{path}"):
        start, *values = line.strip().split(",")
        found[start if " " in start else int(start) // 60000] = [D(value) for value in values]
    return found


def at(table, minute):
    """The bar of a minute, or the last one before it."""
    while minute not in table:
        minute -= 1
    return table[minute]


OPEN, HIGH, LOW, CLOSE = 0, 1, 2, 3
ASK = 5


def bid(table, minute):
    return at(table, minute)[CLOSE]


def ask(table, minute):
    return at(table, minute)[ASK + CLOSE]


def middle(table, minute):
    return (bid(table, minute) + ask(table, minute)) / 2


def cancel_open_orders():
    folder = "crypto/coinbase/minute"
    quotes = {
        name: {
            day: rows(f"{folder}/{name}/{day}_quote.csv") for day in ("20170903", "20170904")
        }
        for name in ("ethusd", "btcusd")
    }
    # 04:00 UTC of the next day: the bar that began a minute before.
    last = {name: quotes[name]["20170904"][239] for name in quotes}
    filled = {}
    # Order, the minute in which it was decided, the first minute whose ask is below its limit.
    for name, quantity, limit, sent in (
        ("ethusd", D("1.35505027"), D("368.80"), 6 * 60),
        ("btcusd", D("0.10547724"), D("4740.42"), 6 * 60 + 18),
    ):
        day = quotes[name]["20170903"]
        minute = next(m for m in range(sent, 1440) if day[m][ASK + LOW] < limit)
        # LEAN: min(high, limit). Gordon: a bar that opens below the limit fills there. These bars stand still.
        assert min(day[minute][ASK + HIGH], limit) == day[minute][ASK + OPEN]
        filled[name] = (quantity, day[minute][ASK + OPEN], minute)
    cash = D(1000) - sum(quantity * price for quantity, price, _ in filled.values())
    at_ask = {name: last[name][ASK + CLOSE] for name in filled}
    spread = {name: at_ask[name] - last[name][CLOSE] for name in filled}
    return {
        "start": D(1000),
        "gordon": cash + sum(filled[name][0] * at_ask[name] for name in filled),
        "fees": D(0),
        "prices": [filled["ethusd"][1], filled["btcusd"][1]],
        "minutes": [filled["ethusd"][2], filled["btcusd"][2]],
        "items": [["held coins at the middle", -sum(filled[name][0] * spread[name] / 2 for name in filled)]],
    }


def minimum_order_size():
    hours = rows("crypto/bitfinex/hour/btcusd_trade.csv")
    times = sorted(hours)
    first = times.index("20131001 03:00")
    limit = hours[times[first]][CLOSE] - D("0.1")
    later = [hours[time] for time in times[first + 1 :] if time <= "20131002 03:00"]
    # The first bar below the limit: at its open where that is lower still.
    bar = next(one for one in later if one[LOW] < limit)
    price = min(bar[OPEN], limit)
    quantity = D("0.0022")
    fees = quantity * price * D("0.002")
    return {
        "start": D(100000),
        "gordon": D(100000) + quantity * (later[-1][CLOSE] - price) - fees,
        "fees": fees,
        "prices": [price, price],
        "items": [],
    }


def crypto_future():
    folder = "cryptofuture/binance/minute"
    trades = {name: rows(f"{folder}/{name}/20221213_trade.csv") for name in ("btcusd", "adausdt")}
    quotes = {name: rows(f"{folder}/{name}/20221213_quote.csv") for name in ("btcusd", "adausdt")}
    closes = {minute: bar[CLOSE] for minute, bar in trades["btcusd"].items()}

    def average(period):
        """0 until `period` bars are known, their mean, then 2 / (period + 1) of each new close."""
        seen, value, line = [], D(0), {}
        for minute in range(1440):
            if minute in closes:
                seen.append(closes[minute])
                if len(seen) == period:
                    value = sum(seen) / period
                elif len(seen) > period:
                    value += (closes[minute] - value) * 2 / (period + 1)
            line[minute] = value
        return line

    fast, slow = average(30), average(60)
    opened = next(minute for minute in range(1440) if fast[minute] > slow[minute])
    # A bar of minute m is known at m + 1.
    turned = next(minute for minute in range(11 * 60 - 1, 1440) if fast[minute] <= slow[minute])
    last, rate = 1439, D("0.0004")
    size = D(100)
    coin_in, coin_out = ask(quotes["btcusd"], opened), bid(quotes["btcusd"], turned)
    ada_in, ada_out = ask(quotes["adausdt"], opened), bid(quotes["adausdt"], turned)
    coin_mark, ada_mark = middle(quotes["btcusd"], last), middle(quotes["adausdt"], last)
    coin_ask, ada_ask = ask(quotes["btcusd"], last), ask(quotes["adausdt"], last)
    coin_fees = rate * size * (1 / coin_in + 3 / coin_out)
    ada_fees = rate * (1000 * ada_in + 3000 * ada_out)
    # What longs pay: at 08:00 of what was bought, at 16:00 and 24:00 of what was sold; the last rate stands.
    coin_rates = (D("-0.00001869"), D("-0.00002983"), D("-0.00002983"))
    coin_funding = ada_funding = D(0)
    for k, minute in enumerate((479, 959, 1439)):
        contracts, coins = (1, 1000) if minute < turned else (-2, -2000)
        coin_funding += contracts * size / at(trades["btcusd"], minute)[CLOSE] * coin_rates[k]
        ada_funding += coins * at(trades["adausdt"], minute)[CLOSE] * D("0.0001")
    # Binance, COIN-M: (1 / entry − 1 / exit) × contracts × size, in coin; for shorts the other way round.
    realised = size * (1 / coin_in - 1 / coin_out)
    unrealised = 2 * size * (1 / coin_mark - 1 / coin_out)
    coins = D("0.005") - coin_fees - coin_funding + realised
    tethers = 200 - ada_fees - ada_funding + 1000 * (ada_out - ada_in) - 2000 * (ada_mark - ada_out)
    # Fees of LEAN: of the last trade's price, not of the price paid.
    lean_fees = rate * (
        size * (1 / at(trades["btcusd"], opened)[CLOSE] + 3 / at(trades["btcusd"], turned)[CLOSE]) * coin_mark
        + 1000 * at(trades["adausdt"], opened)[CLOSE]
        + 3000 * at(trades["adausdt"], turned)[CLOSE]
    )
    at_ask = 2 * size * (1 / coin_ask - 1 / coin_mark) * coin_mark
    return {
        "start": D(1000200) + D("0.005") * middle(quotes["btcusd"], 0),
        "gordon": D(1000000) + tethers + (coins + unrealised) * coin_mark,
        # As each was paid, at the bitcoin of that minute.
        "fees": ada_fees + rate * size * (middle(quotes["btcusd"], opened) / coin_in + 3 * middle(quotes["btcusd"], turned) / coin_out),
        "prices": [coin_in, ada_in, coin_out, ada_out],
        "minutes": [opened + 1, turned + 1],
        "coin_mark": coin_mark,
        # What LEAN turns into dollars: balance, open profit, fee of closing.
        "coins": coins - 2 * realised - 2 * size * (1 / coin_ask - 1 / coin_out) - rate * 2 * size / at(trades["btcusd"], last)[CLOSE],
        "items": [
            ["inverse contract closed: profit counted as loss", -2 * realised * coin_mark],
            ["inverse contract open: loss counted as profit", -2 * unrealised * coin_mark],
            ["open contracts of bitcoin at the ask", -at_ask],
            ["open contracts of ADA at the ask", -2000 * (ada_ask - ada_mark)],
            ["fee of closing, bitcoin", -rate * 2 * size / at(trades["btcusd"], last)[CLOSE] * coin_mark],
            ["fee of closing, ADA", -rate * 2000 * at(trades["adausdt"], last)[CLOSE]],
            ["fees of the last trade's price", coin_fees * coin_mark + ada_fees - lean_fees],
        ],
    }


def crypto_future_hourly():
    quotes = rows("cryptofuture/binance/hour/adausdt_quote.csv")
    trades = rows("cryptofuture/binance/hour/adausdt_trade.csv")
    hour = lambda k: f"20221213 {k:02}:00"
    paid = quotes[hour(0)][ASK + CLOSE]
    fee = D("0.0005") * 1000 * paid
    funding = sum(D("0.0001") * 1000 * trades[hour(k)][CLOSE] for k in (7, 15, 23))
    last_bid, last_ask = quotes[hour(23)][CLOSE], quotes[hour(23)][ASK + CLOSE]
    mark = (last_bid + last_ask) / 2
    return {
        "start": D(1000200),
        "gordon": D(1000200) - fee - funding + 1000 * (mark - paid),
        "fees": fee,
        "prices": [paid],
        "items": [
            ["open position at the bid", 1000 * (last_bid - mark)],
            ["fee of closing", -D("0.0005") * 1000 * trades[hour(23)][CLOSE]],
            ["fee of the last trade's price", fee - D("0.0005") * 1000 * trades[hour(0)][CLOSE]],
        ],
    }


def stable_coins():
    hours = rows("crypto/binance/hour/btcusdt_trade.csv")
    paid, last = hours["20180501 03:00"][CLOSE], hours["20180503 03:00"][CLOSE]
    start, rate = D(200100000), D("0.001")
    quantity = (start * D("0.9975") / (paid * (1 + rate))).quantize(D("0.00001"), ROUND_FLOOR)
    fee = quantity * paid * rate
    return {
        "start": start,
        "gordon": start - fee + quantity * (last - paid),
        "fees": fee,
        "prices": [paid],
        "quantity": quantity,
        "items": [["fee taken in bitcoin, which rose", -quantity * rate * (last - paid)]],
    }


def number(value):
    if isinstance(value, (list, tuple)):
        return [number(one) for one in value]
    return float(value) if isinstance(value, D) else value


print(
    json.dumps(
        {
            name: {key: number(value) for key, value in case().items()}
            for name, case in {
                "CancelOpenOrders": cancel_open_orders,
                "MinimumOrderSize": minimum_order_size,
                "CryptoFuture": crypto_future,
                "CryptoFutureHourly": crypto_future_hourly,
                "StableCoins": stable_coins,
            }.items()
        }
    )
)
