/** What vet may find: codes are stable, each sentence says what, where and how to mend. */

/**
 *   FUTURE_ROWS        a decision changed with rows that came after it
 *   STATE_ACROSS_RUNS  a run decided otherwise because of an earlier run in the process
 *   LANGUAGE_CHANGED   the strategy replaced or added parts of the language, or of gordon's classes, that all of the process shares
 *   KNOWN_BY_DATE      gains or numbers are tied to dates that the code knows
 *   KNOWN_BY_BAR       … to the number of the bar
 *   KNOWN_BY_PRICE     … to the very prices of this sample
 *   SAMPLE_STATISTIC   a number in the code is a statistic of the whole sample
 *   SAMPLE_IN_CODE     a list in the code is a column of the data, or a straight line away from one
 *   VET_NOTICED        the strategy decides otherwise when it is watched
 *   CALLER_ASKED       it reads the stack of an error, which names who runs it
 *   END_KNOWN          decisions depend on when the data end
 *   SAME_BAR_FILL      orders fill at a price that was past when they were made
 *   HINDSIGHT_PRICES   decisions depend on the level of prices that know of later splits or dividends
 *   SURVIVORS          only those are traded of whom the data know that they lived
 *   EARLY_DATA         a row is stamped before it can have been known
 *   FORBIDDEN_IMPORT, FORBIDDEN_USE, STRATEGY_ASYNC, STRATEGY_THREW   as loader, session and run say it
 */
export interface VetFinding {
  readonly code: string
  readonly text: string
}

export type Verdict = 'passed' | 'failed' | 'inconclusive'

/** `3 of 100 places` */
export function ofMany(count: number, all: number, noun: string): string {
  return `${count} of ${all} ${noun}${all === 1 ? '' : 's'}`
}
