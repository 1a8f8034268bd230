/** Words and flags of `gordon journal` and `gordon parity`; the work is in journal.ts, loaded when it is called. */
import type { Command } from 'commander'
import type { RecordOptions } from './journal-record.ts'
import { action } from './program.ts'

type Options = Record<string, never>

export function addJournalCommands(gordon: Command): void {
  const journal = gordon.command('journal').description('what a paper or live session wrote down')
  journal
    .command('verify <file>')
    .description('follow the hash chain from the first line to the last')
    .option('--head <hash>', 'a head that was kept elsewhere: it must still be in the journal')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  gordon journal verify data/store/journals/sma-cross.jsonl')
    .action(
      action(async (file: string, options: Options) =>
        (await import('./journal.ts')).journalVerify(file, options),
      ),
    )
  journal
    .command('replay <file>')
    .description('make every decision of a session again, from its journal alone')
    .option('--strategy <file>', 'where the strategy file lies now')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  gordon journal replay data/store/journals/sma-cross.jsonl --json')
    .action(
      action(async (file: string, options: Options) =>
        (await import('./journal.ts')).journalReplay(file, options),
      ),
    )
  journal
    .command('record <file>')
    .description('store the bars of a session from its journal, as the session saw them')
    .requiredOption('--dataset <id>', 'dataset of the store; one that has some of the bars is completed')
    .option('--store <folder>', 'the store, a folder or s3://bucket/prefix (default data/store)')
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      '\nExample:\n  gordon journal record data/store/journals/sma-cross.jsonl --dataset live/sma-cross',
    )
    .action(
      action(async (file: string, options: RecordOptions) =>
        (await import('./journal-record.ts')).journalRecord(file, options),
      ),
    )
  gordon
    .command('parity <journal>')
    .description(
      'hold a session against backtests: by its receive times, over plain bars, and over its recording',
    )
    .option('--strategy <file>', 'where the strategy file lies now')
    .option('--store <folder>', 'bars of a store instead of those of the journal')
    .option('--snapshot <id>', 'an older snapshot of the store')
    .option('--data <dataset...>', 'dataset of the store')
    .option('--symbols <list>', 'only these symbols, comma separated')
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      '\nExample:\n  gordon parity data/store/journals/sma-cross.jsonl --data us-daily/total-return',
    )
    .action(
      action(async (file: string, options: Options) =>
        (await import('./journal.ts')).parityCommand(file, options),
      ),
    )
}
