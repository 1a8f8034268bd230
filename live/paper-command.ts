/** Words and flags of `gordon paper`; the work is in paper.ts, loaded when it is called. */
import type { Command } from 'commander'
import { action, tradingFlags } from '../lab/cli/program.ts'
import type { PaperOptions } from './paper.ts'

export function addPaperCommand(gordon: Command): void {
  tradingFlags(
    gordon
      .command('paper <strategy>')
      .description('trade a live feed on a simulated venue; started again, it goes on where it was')
      .requiredOption('--feed <address>', 'ws:// or wss:// address of the feed')
      .option('--symbols <list>', 'symbols, comma separated (default: what the strategy names, else all)')
      .option('--interval <interval>', "bar interval, e.g. 1m, 1d (default: the feed's)")
      .option('--journal <file>', 'default data/store/journals/<strategy>.jsonl')
      .option('--bar-grace <ms>', 'how long an instant waits for its bars (default 2000)')
      .option('--max-instants <n>', 'stop after this many')
      .option('--connect-timeout <s>', 'how long the feed may take to answer at first (default 10)')
      .option('--record <dataset>', 'store the bars as they are worked, each with its time of receipt')
      .option('--store <folder>', 'of --record: a folder or s3://bucket/prefix (default data/store)')
      .option('--record-every <s>', 'how long a bar may wait before it is stored (default 30)')
      .option('--json', 'one JSON document on stdout'),
  )
    .addHelpText(
      'after',
      '\nExample, with the sample replayed faster than life:\n' +
        '  node dist/lab/testing/feed-server.js --data us-daily/total-return --closes-per-second 50 --late 0.02 &\n' +
        '  gordon paper strategies/sma-cross.ts --feed ws://127.0.0.1:8765 --bar-grace 20 --fees 10bps',
    )
    .action(
      action(async (strategy: string, options: PaperOptions) =>
        (await import('./paper.ts')).paperCommand(strategy, options),
      ),
    )
}
