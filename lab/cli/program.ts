/**
 * The `gordon` command. Every command's module is loaded when it is called, so that a backtest does not wait for
 * a chart library. `live/gordon.ts` adds what trades.
 */
import { Command, CommanderError } from 'commander'
import { VERSION } from '../core/version.ts'
import { printError } from './output.ts'
import { readNumber } from './read-flags.ts'

type Options = Record<string, never>

/** A command that returns its text; its errors become one sentence and an exit code. */
export function action(work: (...given: never[]) => Promise<string | undefined>) {
  return async (...given: unknown[]): Promise<void> => {
    const options = given[given.length - 2] as { json?: boolean }
    try {
      const text = await work(...(given as never[]))
      if (text !== undefined) process.stdout.write(text + '\n')
    } catch (error) {
      process.exitCode = printError(error, options.json === true)
    }
  }
}

const many = (value: string, before: readonly string[] | undefined) => [
  ...(before ?? []),
  ...value.split(','),
]

/** Flags that say how a plain table is to be read. */
function tableFlags(command: Command): Command {
  return command
    .option(
      '--columns <map>',
      'column names: time=Date,open=Open,high=High,low=Low,close=Close,volume=Volume',
    )
    .option('--timezone <zone>', 'time zone of times without one, e.g. America/New_York')
    .option('--venue <venue>', 'venue, e.g. XNAS')
    .option('--symbol <symbol>', 'symbol, e.g. AAPL')
    .option('--interval <interval>', 'bar interval, e.g. 1m, 1h, 1d')
    .option(
      '--calendar <calendar>',
      'trading calendar, e.g. XNYS, XLON, XTKS, XNSE, FX or 24/7 (default: that of the venue)',
    )
    .option('--tick <size>', 'price tick, e.g. 0.01 (default: read off the prices)')
    .option('--lot <size>', 'quantity lot, e.g. 1')
    .option('--currency <code>', 'currency of prices (default USD)')
    .option('--stamp <edge>', 'what a time names: open or close of its bar (default close)')
    .option('--adjustment <kind>', 'raw, split or total-return')
    .option('--header <names>', 'column names of a file without a header line')
    .option('--time-format <pattern>', 'e.g. dd.MM.yyyy HH:mm:ss, MM/dd/yy, excel, s, ms, us or ns')
    .option('--decimal <mark>', 'point or comma, where a text does not tell')
    .option('--sort', 'put rows in order of time first')
    .option('--on-issue <what>', 'refuse (default) or drop rows that cannot be bars')
}

/** Flags that say how a run trades; backtest and paper share them. */
export function tradingFlags(command: Command): Command {
  return command
    .option('--params <json>', 'parameters, e.g. \'{"fast":10}\'')
    .option('--cash <amount>', 'opening cash (default 100000)')
    .option(
      '--fees <fees>',
      '10bps, maker:-1bps,taker:5bps, 0.005/share:min=1:max=1%, 2.5/order, a venue (coinbase) or none',
    )
    .option('--slippage <slippage>', '2bps, 1tick, volume-share:cap=2.5%, sqrt:y=1 or none')
    .option('--account <kind>', 'cash or margin (default: as the strategy declares)')
    .option('--leverage <times>', 'gross exposure over equity on a margin account (default 2)')
    .option('--max-position <units>', 'largest position of one instrument')
    .option('--max-position-weight <part>', 'largest position as a fraction of equity')
    .option('--max-order-value <amount>', 'largest order in account currency')
    .option('--market-fill <rule>', 'nextOpen, or last (comparison only)')
    .option('--limit-fill <rule>', 'through or touch')
    .option(
      '--ambiguity <path>',
      'a bar that reaches stop and target: pessimistic (default), optimistic; backtest: both',
    )
    .option('--latency <time>', 'from a decision to the venue, e.g. 5ms (default none)')
    .option('--seed <n>', "the run's chance (default 1)")
}

/** Which bars a strategy file is run over. */
function barsFlags(command: Command): Command {
  return command
    .option('--store <folder>', 'the store, a folder or s3://bucket/prefix (default data/store)')
    .option('--snapshot <id>', 'an older snapshot of the store')
    .option('--as-of <time>', 'only what could have been known by then, of prices and of facts')
    .option(
      '--data <dataset>',
      'dataset of the store, repeatable: bars, ticks, instruments, actions, a universe',
      many,
    )
    .option('--universe <name>', 'which universe, where a dataset has several; only its members are traded')
    .option('--symbols <list>', 'only these symbols, comma separated')
    .option('--file <table>', 'a CSV or Parquet file instead of the store')
    .option('--from <time>', 'first day or time of decisions; earlier bars warm up')
    .option('--to <time>', 'last day or time')
}

/** All that a replay needs to be told: data, trading, the account, what happens to holdings. */
function replayFlags(command: Command): Command {
  return tradingFlags(tableFlags(barsFlags(command)))
    .option('--account-currency <code>', 'currency of the account (default: that of the instruments)')
    .option(
      '--rate <currency=rate>',
      'what a currency is worth in the account’s, e.g. USDT=1, repeatable',
      many,
    )
    .option(
      '--deposit <currency=amount>',
      'opening money in another currency, e.g. BTC=0.5, repeatable',
      many,
    )
    .option(
      '--financing <terms>',
      'interest and borrowing: interactive-brokers:4.33% (benchmark rate), or cash=2%,debt=6%,borrow=0.5%',
    )
    .option(
      '--maintenance <part>',
      'of value, to keep a position on a margin account (default half of initial)',
    )
    .option('--actions <table>', 'CSV of splits, dividends, symbolChanges, delistings, for raw prices')
    .option(
      '--queue <model>',
      'place in a book’s queues: risk-averse (default), probabilistic:power:3; exact by itself where data have order ids',
    )
    .option('--finer <dataset>', 'finer bars that only fill: a dataset of the store, or a table')
}

/** What commander says of a command line that it cannot read, in one sentence with its code, as all else is said. */
function usageSentence(text: string): string {
  const said = text
    .trim()
    .replace(/^error: /, '')
    .replace(/\n\(Did you mean (.*)\?\)$/, ' (did you mean $1?)')
  return `gordon: ${said[0].toUpperCase()}${said.slice(1)}; add --help for what it takes. [USAGE]`
}

export function program(): Command {
  const gordon = new Command('gordon')
    .description('Backtest-first research lab: the same strategy file in backtest, paper and live.')
    .version(VERSION)
    .exitOverride()
    .configureHelp({ sortSubcommands: false })
    .configureOutput({ outputError: (text, write) => write(`${usageSentence(text)}\n`) })

  replayFlags(
    gordon
      .command('backtest <strategies...>')
      .description('replay a strategy file, or several together, over stored bars or a plain table'),
  )
    .option(
      '--shares <list>',
      'of several strategies: parts of the money, in their order, e.g. 0.6,0.4 (default equal ones)',
    )
    .option('--risk-free-rate <rate>', 'per year, e.g. 0.02 (default 0)')
    .option('--periods-per-year <n>', 'for annual figures (default: detected)')
    .option('--report <out.html>', 'write the HTML report')
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      `
Columns of --actions: kind,instrument,date (or time),ratio,amount,pay,currency,to,price; what a kind does not need
stays empty:
  split,AAPL,2005-02-28,2,,
  dividend,AAPL,2012-08-09,,2.65,2012-08-16

Examples:
  gordon backtest strategies/sma-cross.ts --data us-daily/total-return --fees 10bps --report reports/out/sma.html
  gordon backtest strategies/sma-cross.ts strategies/breakout.ts --shares 0.6,0.4 --params '[{"fast":20},{}]' --data us-daily/total-return --fees 10bps
  gordon backtest strategies/sma-cross.ts --data us-daily/total-return --account margin --financing interactive-brokers:4.33% --maintenance 0.3
  gordon backtest strategies/sma-cross.ts --data us-daily/raw --symbols AAPL --actions data/aapl-actions.csv`,
    )
    .action(
      action(async (strategies: string[], options: Options) =>
        (await import('./backtest.ts')).backtestCommand(strategies, options),
      ),
    )

  replayFlags(
    gordon
      .command('vet <strategy>')
      .description('tell whether a strategy knows what it cannot know, and whether its warm-up suffices'),
  )
    .option('--places <n>', 'instants after which the future is changed (default 100)')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  gordon vet strategies/sma-cross.ts --data us-daily/total-return')
    .action(
      action(async (strategy: string, options: Options) =>
        (await import('./vet.ts')).vetCommand(strategy, options),
      ),
    )

  tableFlags(
    gordon
      .command('ingest <path>')
      .description('bring a file, a folder or another store into the store')
      .option('--store <folder>', 'the store, a folder or s3://bucket/prefix (default data/store)')
      .option('--dataset <id>', "the dataset's id (default: the file's name)")
      .option(
        '--format <format>',
        'csv, parquet, arrow, json, or a source by name, e.g. trades-csv (default: guessed, and told)',
      )
      .option(
        '--kind <kind>',
        'only bars, trades, quotes, book, funding, custom, actions, instruments, universe or calendars (default: all that it has)',
      )
      .option('--price <side>', 'of bars: trade (default), bid, ask or mid prices'),
  )
    .option(
      '--quality <list>',
      'look for what is wrong and refuse, repair or flag it, e.g. suspect=flag,outlier=repair,unlistedSplit=refuse',
    )
    .option('--append', 'put the rows after those that an instrument has')
    .option('--replace', 'put the rows in the place of those that an instrument has')
    .option(
      '--known <time>',
      'with --append: when the file was published; rows that it tells otherwise are kept as corrections',
    )
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      `
Examples:
  gordon ingest bars.csv --venue XNAS --symbol AAPL --interval 1d
  gordon ingest july.csv --dataset btc/trades --kind trades --venue COINBASE --symbol BTC-USD --append
  gordon ingest eurusd-bid.csv --dataset eurusd --price bid --venue FX --symbol EURUSD`,
    )
    .action(
      action(async (path: string, options: Options) =>
        (await import('./ingest.ts')).ingestCommand(path, options),
      ),
    )

  gordon
    .command('metrics <returns>')
    .description(
      'the statistics of any series of returns in a CSV (column return; date, benchmark if there are)',
    )
    .option('--periods-per-year <n>', 'for annual figures (default: detected from the dates)')
    .option('--risk-free-rate <rate>', 'per year, e.g. 0.02 (default 0)')
    .option('--benchmark <file>', 'returns to compare with, in another CSV')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  gordon metrics returns.csv --periods-per-year 252 --json')
    .action(
      action(async (file: string, options: Record<string, string> & { json?: boolean }) =>
        (await import('./metrics.ts')).metricsCommand(file, {
          json: options.json,
          benchmark: options.benchmark,
          periodsPerYear: readNumber('--periods-per-year', options.periodsPerYear),
          riskFreeRate: readNumber('--risk-free-rate', options.riskFreeRate),
        }),
      ),
    )

  const data = gordon.command('data').description('look at the store')
  const stored = (command: Command, example: string) =>
    command
      .option('--store <folder>', 'the store, a folder or s3://bucket/prefix (default data/store)')
      .option('--snapshot <id>', 'an older snapshot')
      .option('--json', 'one JSON document on stdout')
      .addHelpText('after', `\nExample:\n  gordon data ${example}`)
  stored(data.command('list').description('every dataset'), 'list').action(
    action(async (options: Options) => (await import('./data.ts')).dataList(options)),
  )
  stored(
    data.command('show <dataset>').description('what a dataset holds and where it came from'),
    'show us-daily/raw',
  )
    .option('--as-of <time>', 'as it could have been known then')
    .action(action(async (id: string, options: Options) => (await import('./data.ts')).dataShow(id, options)))
  stored(
    data
      .command('check <dataset>')
      .description('read every byte and compare, and look for what is wrong with the rows')
      .option('--html <file>', 'draw it: coverage, holes, doubtful prices')
      .option('--policy <list>', 'refuse, repair or flag by kind or severity, e.g. missingSession=refuse')
      .option('--flags', 'store what is flagged as <dataset>/quality, which strategies see with --data'),
    'check us-daily/raw --html reports/out/us-daily.html',
  ).action(
    action(async (id: string, options: Options) => (await import('./data-check.ts')).dataCheck(id, options)),
  )
  stored(
    data
      .command('mend <dataset>')
      .description('a mended dataset beside it, with a record of every change, and back')
      .option('--policy <list>', 'what to repair by kind or severity, e.g. outlier=repair,fatal=repair')
      .option('--dataset <id>', 'where the rows go (default <dataset>-mended)')
      .option('--undo', 'of a mended dataset: the rows as they were, by its record'),
    'mend us-daily/raw --policy outlier=repair',
  ).action(
    action(async (id: string, options: Options) => (await import('./data-mend.ts')).dataMend(id, options)),
  )
  stored(
    data
      .command('sql <query>')
      .description('ask in SQL; every dataset is a view')
      .option('--as-of <time>', 'only what could have been known by then')
      .option('--adjusted <for>', 'raw bars adjusted by the actions of the store: split or total-return'),
    "sql 'SHOW TABLES'",
  ).action(
    action(async (query: string, options: Options) => (await import('./data.ts')).dataSql(query, options)),
  )
  stored(
    data
      .command('attach')
      .description('the same views for a DuckDB of your own, as SQL or as a database to attach')
      .option('--out <file>', 'write a database of the views: ATTACH it in Python, R, DBeaver'),
    'attach --out reports/out/market.duckdb',
  ).action(action(async (options: Options) => (await import('./attach.ts')).dataAttach(options)))
  stored(
    data
      .command('trace <what>')
      .description('from a report, a run, a snapshot or a dataset down to the bytes of its sources')
      .option('--source <folder>', 'where the files that were ingested lie: compare them too'),
    'trace reports/out/sma.html --source downloads',
  ).action(
    action(async (what: string, options: Options) =>
      (await import('./data-trace.ts')).dataTrace(what, options),
    ),
  )
  data
    .command('derive <dataset>')
    .description(
      'make bars, snapshots of books or continuous futures of a dataset, and put them into the store',
    )
    .option(
      '--bars <what>',
      '5m, 1h, 1d, 1w, month; of trades also 1000trades, 50volume, 1e6notional, volume-imbalance',
    )
    .option('--snapshots <time>', 'of a book: how far apart, e.g. 1s or 100ms')
    .option('--levels <n>', 'of a book: how many of each side (default 10)')
    .option('--unchanged <what>', 'of a book: repeat (default) or leaveOut a snapshot without news')
    .option('--continuous <roll>', 'of futures: volume, expiry:5 (sessions before), or dates with commas')
    .option('--adjust <how>', 'none (default), forward- or back-difference, forward- or back-ratio')
    .option('--symbol <symbol>', 'of a continuous series, e.g. ES')
    .option('--dataset <id>', 'id of what is made (default: that of its source with what it is)')
    .option('--symbols <list>', 'only these instruments, comma separated')
    .option('--from <time>', 'first day or time')
    .option('--to <time>', 'last day or time')
    .option('--calendar <calendar>', 'whose sessions (default: those of each instrument)')
    .option('--outside <what>', 'what is outside of sessions: leaveOut (default) or keep')
    .option('--after-break <how>', 'edges after a lunch: continue (default) or restart')
    .option('--closing-auction <time>', 'prints for so long after the close are the last bar’s')
    .option('--at-close <what>', 'bars of activity: carry over the night (default) or cut')
    .option('--late <what>', 'trades whose bar has ended: leaveOut (default), or into the next')
    .option('--price <side>', 'of quotes: only bid, ask or mid (default: a dataset of each)')
    .option('--standing', 'of quotes: a bar opens at the quote that stood')
    .option('--side <source>', 'of imbalance bars: feed (default), or tickRule')
    .option('--expected-trades <n>', 'of imbalance bars: length of the first')
    .option('--expected-imbalance <n>', 'and its mean imbalance (default: measured on it)')
    .option('--bar-span <n>', 'bars that the expected length remembers (default 20)')
    .option('--trade-span <n>', 'trades that the expected imbalance remembers (default 20 lengths)')
    .option('--trades-between <least,most>', 'bounds of the expected length')
    .option('--imbalance-between <least,most>', 'bounds of the expected imbalance')
    .option('--replace', 'put them in the place of what the dataset has')
    .option('--store <folder>', 'the store, a folder or s3://bucket/prefix (default data/store)')
    .option('--snapshot <id>', 'an older snapshot to read')
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      `
What is made names what it is made of: gordon data trace goes on to the files. See lab/derive/derive.md.

Examples:
  gordon data derive us-daily/raw --bars 1w
  gordon data derive btc/trades --bars 5m
  gordon data derive btc/trades --bars 1e6notional --dataset btc/dollar-bars
  gordon data derive btc/trades --bars volume-imbalance --expected-trades 500 --trades-between 50,5000
  gordon data derive btc/book --snapshots 1s --levels 5
  gordon data derive es/daily --continuous volume --adjust back-ratio --symbol ES`,
    )
    .action(
      action(async (id: string, options: Options) =>
        (await import('./data-derive.ts')).dataDerive(id, options),
      ),
    )
  data
    .command('compact <dataset>')
    .description('join the small files that many appends left; same rows, same order')
    .option('--store <folder>', 'the store, a folder or s3://bucket/prefix (default data/store)')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  gordon data compact btc/trades')
    .action(
      action(async (id: string, options: Options) =>
        (await import('./data-upkeep.ts')).dataCompact(id, options),
      ),
    )
  data
    .command('retain')
    .description('take away old snapshots, and what only they name')
    .option('--keep-snapshots <n>', 'how many of the newest stay')
    .option(
      '--grace <time>',
      'leave what was overtaken more recently, for those who still read (default 24h)',
    )
    .option('--dry-run', 'tell what would go')
    .option('--store <folder>', 'the store, a folder or s3://bucket/prefix (default data/store)')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  gordon data retain --keep-snapshots 10 --dry-run')
    .action(action(async (options: Options) => (await import('./data-upkeep.ts')).dataRetain(options)))
  data
    .command('fetch <venue> <symbol>')
    .description(
      'bring public bars, trades, funding rates or books of an exchange, or OANDA’s bars, into the store',
    )
    .option('--kind <kind>', 'bars (default), trades, funding or book')
    .option('--interval <interval>', 'of bars, e.g. 1m, 1h, 1d (default 1h)')
    .option('--from <time>', 'first day or time (default: 1000 bars, today’s trades, 90 days of funding)')
    .option('--to <time>', 'last day or time (default: now)')
    .option('--store <folder>', 'the store, a folder or s3://bucket/prefix (default data/store)')
    .option('--dataset <id>', 'prefix of the datasets (default: the venue’s name)')
    .option('--replace', 'fetch all of it again instead of going on after the last row')
    .option('--snapshots <n>', 'of books: how many (default 1)')
    .option('--every <time>', 'of books: how far apart (default 1s)')
    .option('--live', 'OANDA: the token in OANDA_TOKEN is that of a live account, not of a practice one')
    .option('--url <address>', 'another address than the venue’s own: a mirror, a proxy')
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      `
A second call goes on after the last row that is stored. Symbols are ccxt's or the venue's own:
BTC/USDT is spot, BTC/USDT:USDT the perpetual.

Examples:
  gordon data fetch binance BTC/USDT --interval 1h --from 2024-01-01 --to 2024-02-01
  gordon data fetch binance BTC/USDT --kind trades --from 2024-01-01T00:00:00Z --to 2024-01-01T01:00:00Z
  gordon data fetch binance BTC/USDT:USDT --kind funding
  OANDA_TOKEN=… gordon data fetch oanda EUR_USD --interval 1d`,
    )
    .action(
      action(async (venue: string, symbol: string, options: Options) =>
        (await import('./data-fetch.ts')).dataFetchCommand(venue, symbol, options),
      ),
    )
  return gordon
}

/** Runs the command line; sets the exit code. */
export async function runProgram(gordon: Command, words: readonly string[]): Promise<void> {
  // stdout is the command's own: what a strategy prints while it runs would spoil a JSON document.
  console.log = console.info = console.debug = console.error
  try {
    await gordon.parseAsync(words as string[], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    process.exitCode = error.exitCode === 0 ? 0 : 2
  }
}
