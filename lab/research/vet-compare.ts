/** Two runs held against each other: where they part, and how many of their orders are the same. */
import { isoTime } from '../core/time.ts'
import type { Run } from '../sim/run.ts'
import type { Decision, Watched } from './vet-watch.ts'

/** Where two runs part before an instant; undefined where they decide the same. */
export interface Difference {
  readonly time: number
  readonly here: string
  readonly there: string
}

/**
 * First difference of two runs before `until`: decisions in their order, then lines and points, then equity.
 * What was sent from `onEnd` is left out, as runs may end at different times.
 */
export function firstDifference(
  here: Watched,
  there: Watched,
  until = Number.POSITIVE_INFINITY,
): Difference | undefined {
  const mine = before(here, until)
  const theirs = before(there, until)
  const length = Math.max(mine.length, theirs.length)
  for (let place = 0; place < length; place++) {
    const a = mine[place]
    const b = theirs[place]
    if (a !== undefined && b !== undefined && a.time === b.time && a.text === b.text) continue
    const time = Math.min(a?.time ?? Number.POSITIVE_INFINITY, b?.time ?? Number.POSITIVE_INFINITY)
    return { time, here: said(a, time), there: said(b, time) }
  }
  if (here.run === undefined || there.run === undefined) return undefined
  return noteDifference(here.run, there.run, until) ?? equityDifference(here.run, there.run, until)
}

function before(watched: Watched, until: number): Decision[] {
  return watched.decisions.filter(one => one.time < until && one.callback !== 'onEnd')
}

function said(decision: Decision | undefined, time: number): string {
  return decision?.time === time ? decision.text : 'nothing'
}

function noteDifference(here: Run, there: Run, until: number): Difference | undefined {
  const notes = (run: Run) =>
    [
      ...run.logs.map(line => ({ time: line.time, text: `log "${line.text}"` })),
      ...run.plots.flatMap(plot =>
        Array.from(plot.time, (time, row) => ({ time, text: `plot ${plot.name} ${plot.value[row]}` })),
      ),
    ].filter(one => one.time < until)
  const mine = notes(here)
  const theirs = notes(there)
  for (let place = 0; place < Math.max(mine.length, theirs.length); place++) {
    const a = mine[place]
    const b = theirs[place]
    if (a?.time === b?.time && a?.text === b?.text) continue
    return { time: (a ?? b).time, here: a?.text ?? 'nothing', there: b?.text ?? 'nothing' }
  }
  return undefined
}

function equityDifference(here: Run, there: Run, until: number): Difference | undefined {
  const a = here.curve
  const b = there.curve
  for (let row = 0; row < a.time.length && a.time[row] < until; row++)
    if (a.time[row] !== b.time[row] || a.equity[row] !== b.equity[row])
      return {
        time: a.time[row],
        here: `equity ${a.equity[row]}`,
        there: `equity ${b.equity[row] ?? 'none'}`,
      }
  return undefined
}

/** Orders alone, as `time buy XNAS:A`: what stays the same when sizes and prices are in other units. */
export function orderKeys(watched: Watched, shift = 0): Set<string> {
  return new Set(
    watched.decisions
      .filter(one => one.order !== '' && one.callback !== 'onEnd')
      .map(one => `${one.time - shift} ${one.order}`),
  )
}

/** Orders with type, size and prices: what stays the same on other dates, where it is no matter of dates. */
export function termKeys(watched: Watched, shift = 0): Set<string> {
  return new Set(
    watched.decisions
      .filter(one => one.order !== '' && one.callback !== 'onEnd')
      .map(one => `${one.time - shift} ${one.text.slice(0, one.named)}`),
  )
}

/** Shared part of two sets of orders, 0 to 1; 1 where both are empty. */
export function agreement(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0
  for (const key of a) if (b.has(key)) shared++
  const all = a.size + b.size - shared
  return all === 0 ? 1 : shared / all
}

/** `2019-03-04T21:00:00Z` */
export function at(time: number): string {
  return isoTime(time)
}
