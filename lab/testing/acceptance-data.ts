/** The folder of real market data that acceptance tests read; where none is named, vitest.config.ts leaves them out. */
export function acceptanceData(): string {
  const folder = process.env.GORDON_ACCEPTANCE_DATA
  if (folder === undefined)
    throw new Error('GORDON_ACCEPTANCE_DATA names no folder; acceptance tests are run with it alone')
  return folder
}
