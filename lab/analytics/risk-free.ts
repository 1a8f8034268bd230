/**
 * A yearly rate as the return of one period, compounding: (1 + rate)^(1 / periodsPerYear) − 1.
 * Reference: quantstats 0.0.86 `utils.to_excess_returns(returns, rf, nperiods)`, which subtracts this.
 * @param rate a year, fraction, above −1
 */
export function riskFreePerPeriod(rate: number, periodsPerYear: number): number {
  return (1 + rate) ** (1 / periodsPerYear) - 1
}
