/**
 * `gordon start`, the first five minutes: the sample into the store, one strategy over it with costs, a summary
 * and the report. Everything it does can be done with the commands that it prints.
 */
import { join } from 'node:path'
import { ingestSample, TOTAL_RETURN } from '../data/us-daily.ts'
import { backtestCommand } from '../lab/cli/backtest.ts'
import { DEFAULT_STORE } from '../lab/cli/choose-bars.ts'

const STRATEGY = join('strategies', 'sma-cross.ts')
const REPORT = join('reports', 'out', 'sma-cross.html')

export async function startCommand(options: { readonly json?: boolean }): Promise<string> {
  await ingestSample(DEFAULT_STORE)
  const text = await backtestCommand([STRATEGY], {
    data: [TOTAL_RETURN],
    fees: '10bps',
    slippage: '2bps',
    report: REPORT,
    json: options.json,
  })
  if (options.json === true) return text
  return [
    text,
    '',
    'The same by hand, to change and run again:',
    `  npm run -s gordon -- backtest ${STRATEGY} --data ${TOTAL_RETURN} --fees 10bps --slippage 2bps --report ${REPORT}`,
    'Next: npm run notebook opens the first study in JupyterLab; README.md has the rest.',
  ].join('\n')
}
