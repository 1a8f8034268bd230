#!/usr/bin/env node
/** The `gordon` command: lab's commands and, beside them, those that reach outside lab/. */
import { addJournalCommands } from '../lab/cli/journal-commands.ts'
import { action, program, runProgram } from '../lab/cli/program.ts'
import { addPaperCommand } from './paper-command.ts'

const gordon = program()
gordon
  .command('start')
  .description('ingest the sample, backtest strategies/sma-cross.ts on it, write the report')
  .option('--json', 'one JSON document on stdout')
  .action(
    action(async (options: { readonly json?: boolean }) =>
      (await import('./start.ts')).startCommand(options),
    ),
  )

addPaperCommand(gordon)
addJournalCommands(gordon)

await runProgram(gordon, process.argv.slice(2))
