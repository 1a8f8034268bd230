/**
 * How long a run must be to be no accident. Where a thing happens by itself with chance p, a run of k of them begins
 * at one of n places by accident with a chance of at most n p^k; the shortest k for which that is below 1 in 20 is
 * the least that is worth telling. Real accidents come in clusters (quiet lunches, quiet nights), so p is taken
 * from the instrument's own past, and alarms in clusters are possible.
 */
const ACCIDENT = 0.05

/**
 * @param chance 0 to 1 of one of them
 * @param places where a run may begin
 * @returns rows; Infinity where the thing is the rule
 */
export function shortestRareRun(chance: number, places: number): number {
  if (!(chance > 0)) return 1
  if (chance >= 1) return Number.POSITIVE_INFINITY
  return Math.max(1, Math.ceil(Math.log(ACCIDENT / places) / Math.log(chance)))
}
