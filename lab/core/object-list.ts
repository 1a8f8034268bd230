/**
 * Empty arrays for objects. V8 takes a fresh `[]` for a list of small integers until something else is put in, and
 * throws code away that was compiled for the one kind when it meets the other: at the first order of a process's
 * second run, were it not for this.
 */
const PLACE = {}

export function objectList<Item extends object>(): Item[] {
  const list: object[] = [PLACE]
  list.pop()
  return list as Item[]
}
