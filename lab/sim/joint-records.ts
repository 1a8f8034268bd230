/** Records of several strategies in one list, each with the name of its strategy, in order of time. */
import type { Engine } from '../engine/engine.ts'
import type { Member } from '../engine/member.ts'

/** Per fill of a run: place of its member, and its place among that member's fills. */
export interface Owned {
  readonly member: Uint16Array
  readonly place: Uint32Array
}

export function ownFills({ recorder, members }: Engine): Owned {
  const { fills, orders } = recorder
  const member = new Uint16Array(fills.length)
  const place = new Uint32Array(fills.length)
  const next = new Uint32Array(members.length)
  for (let k = 0; k < fills.length; k++) {
    member[k] = orders.strategyOf(fills.get(k, 'order'))
    place[k] = next[member[k]]++
  }
  return { member, place }
}

/** What each member has of a kind; one member's own list is the list. */
export function byMember<Record extends object>(
  { members }: Engine,
  of: (member: Member) => readonly Record[],
  time: (record: Record) => number,
): readonly Record[] {
  return members.length === 1 ? of(members[0]) : merged(members, members.map(of), time)
}

/** Of one time in the order of the members. */
export function merged<Record extends object>(
  members: readonly Member[],
  lists: readonly (readonly Record[])[],
  time: (record: Record) => number,
): Record[] {
  return lists
    .flatMap((list, place) => list.map(record => ({ ...record, strategy: members[place].name })))
    .sort((a, b) => time(a) - time(b))
}
