/**
 * One timed repetition, told in the peers' format, so that their harness can read it beside the others'.
 * CPU time is that of all threads of the process, the garbage collector's and the compiler's included.
 */
export interface Outcome {
  readonly fills: number
  readonly equity: number
}

export interface PeerLine {
  readonly engine: 'gordon'
  readonly workload: string
  /** Bars, or bars × parameter pairs. */
  readonly n: number
  readonly seconds: number
  readonly cpu_seconds: number
  readonly events_per_s: number
  /** Fills, as all the peers count them. */
  readonly trades: number
  readonly final_equity: number
  /** Peak of the process so far. */
  readonly rss_mb: number
  readonly note?: string
}

export async function measure(
  workload: string,
  n: number,
  work: () => Outcome | Promise<Outcome>,
  note?: string,
): Promise<PeerLine> {
  const cpu = process.cpuUsage()
  const start = process.hrtime.bigint()
  const outcome = await work()
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  const used = process.cpuUsage(cpu)
  return {
    engine: 'gordon',
    workload,
    n,
    seconds: round(seconds, 6),
    cpu_seconds: round((used.user + used.system) / 1e6, 6),
    events_per_s: round(n / seconds, 1),
    trades: outcome.fills,
    final_equity: round(outcome.equity, 6),
    rss_mb: round(process.resourceUsage().maxRSS / 1024, 1),
    ...(note === undefined ? {} : { note }),
  }
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
