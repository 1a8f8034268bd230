/**
 * The future, changed: after an instant every row is replaced, left out or cut off, and all decisions before it
 * must stay what they were. Half of the places are chance; the other half lie right behind a decision, where a
 * glimpse of the next row shows.
 */
import { Random } from '../core/random.ts'
import { type VetFinding, ofMany } from './vet-findings.ts'
import type { Baseline, Place, Subject } from './vet-request.ts'
import { at, type Difference, firstDifference } from './vet-compare.ts'
import { FUTURES } from './vet-worlds.ts'

export interface FutureResult {
  readonly findings: readonly VetFinding[]
  readonly places: readonly Place[]
}

export function choosePlaces({ baseline, instants, vetSeed }: Baseline, count: number): Place[] {
  const random = new Random(vetSeed)
  const sent = baseline.decisions.filter(one => one.order !== '' && one.callback !== 'onEnd')
  const first = Math.min(instants.length - 1, Math.max(1, Math.floor(instants.length * 0.05)))
  return Array.from({ length: count }, (_, place) => {
    let row = random.integer(first, instants.length)
    if (place % 2 === 1 && sent.length > 0) {
      const { time } = sent[random.integer(0, sent.length)]
      row = Math.min(instants.length - 1, rowAfter(instants, time))
    }
    return { time: instants[row], kind: FUTURES[Math.floor(place / 2) % FUTURES.length] }
  })
}

function rowAfter(instants: Float64Array, time: number): number {
  let low = 0
  let high = instants.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (instants[middle] <= time) low = middle + 1
    else high = middle
  }
  return low
}

/** @param apart called before the second half: from there on every run has a fresh copy of the strategy's module */
export async function vetFuture(
  given: Baseline,
  subject: Subject,
  count: number,
  apart: () => Promise<void>,
  onPlace: (done: number) => void,
): Promise<FutureResult> {
  const places = choosePlaces(given, count)
  const found: { place: Place; difference: Difference }[] = []
  for (const [number, place] of places.entries()) {
    if (number === places.length >> 1) await apart()
    const { other, end } = await subject.inFuture(place, given.vetSeed + 7919 * (number + 1))
    const difference = firstDifference(given.baseline, other, Math.min(place.time, end))
    if (difference !== undefined) found.push({ place, difference })
    onPlace(number + 1)
  }
  if (found.length === 0) return { findings: [], places }
  const { place, difference } = found[0]
  const text =
    `A decision used rows that were not known yet: at ${at(difference.time)} the strategy did "${difference.here}", ` +
    `and "${difference.there}" when only the ${subject.noun} from ${at(place.time)} on were ${subject.words[place.kind]} ` +
    `(${ofMany(found.length, places.length, 'place')}); decide from bar, ctx and indicators alone, which end at the present.`
  return { findings: [{ code: 'FUTURE_ROWS', text }], places }
}
