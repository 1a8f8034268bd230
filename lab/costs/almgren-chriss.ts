/**
 * Optimal execution (Almgren and Chriss 2001, Journal of Risk 3(2), section 2): selling X units in N periods of
 * τ = T/N days, which schedule has the least expected cost plus λ × variance, when impact is linear.
 *
 *   κ̃² = λ σ² / η̃,   η̃ = η − γ τ / 2                       (eq. 15)
 *   2 (cosh κτ − 1) / τ² = κ̃²                               (eq. 17)
 *   x_j = X sinh(κ (T − t_j)) / sinh(κ T)                    (eq. 18)
 *   E = γ X² / 2 + ε Σ|n_k| + η̃ / τ Σ n_k²                   (eq. 8)
 *   V = σ² Σ τ x_k²                                          (eq. 5)
 */
import { GordonError } from '../core/errors.ts'

export interface ExecutionProblem {
  /** Units to sell; below zero to buy. */
  readonly units: number
  /** Days to do it in, and periods. */
  readonly days: number
  readonly periods: number
  /** Currency per unit and square root of a day. */
  readonly volatility: number
  /** Temporary impact: currency per unit, per unit a day. */
  readonly eta: number
  /** Permanent impact: currency per unit, per unit. */
  readonly gamma: number
  /** Half the spread, currency. */
  readonly epsilon: number
  /** λ, per currency; 0 sells evenly. */
  readonly riskAversion: number
}

export interface ExecutionPlan {
  /** κ, per day: 1/κ is the time in which a plan without end sells all but 1/e. */
  readonly urgency: number
  /** Units held at the start and after each period: N + 1 numbers, the last 0. */
  readonly holdings: Float64Array
  /** Units sold in each period. */
  readonly trades: Float64Array
  /** Expected cost, currency, and its variance. */
  readonly expectedCost: number
  readonly variance: number
}

/** @throws EXECUTION_PROBLEM when a number is out of range, or permanent impact is too large for the periods */
export function optimalExecution(problem: ExecutionProblem): ExecutionPlan {
  const { units, days, periods, volatility, eta, gamma, epsilon, riskAversion } = problem
  const tau = days / periods
  const etaTilde = eta - (gamma * tau) / 2
  check(problem, etaTilde)
  const kappaTilde2 = (riskAversion * volatility ** 2) / etaTilde
  // cosh κτ = 1 + κ̃²τ²/2 as sinh²(κτ/2) = κ̃²τ²/4, which keeps its digits for small κ.
  const kappa = (2 / tau) * Math.asinh((Math.sqrt(kappaTilde2) * tau) / 2)
  const holdings = Float64Array.from(
    { length: periods + 1 },
    (_, j) => units * remaining(kappa, days, j * tau),
  )
  holdings[periods] = 0
  const trades = Float64Array.from({ length: periods }, (_, k) => holdings[k] - holdings[k + 1])
  let absolute = 0
  let squares = 0
  let held = 0
  for (let k = 0; k < periods; k++) {
    absolute += Math.abs(trades[k])
    squares += trades[k] ** 2
    held += holdings[k + 1] ** 2
  }
  return {
    urgency: kappa,
    holdings,
    trades,
    expectedCost: (gamma * units ** 2) / 2 + epsilon * absolute + (etaTilde / tau) * squares,
    variance: volatility ** 2 * tau * held,
  }
}

/** sinh κ(T − t) / sinh κT; without risk aversion its limit, a straight line. */
function remaining(kappa: number, days: number, time: number): number {
  if (kappa * days < 1e-8) return 1 - time / days
  // As exponentials below one: sinh itself overflows for an urgent seller.
  return (Math.exp(-kappa * time) * -Math.expm1(-2 * kappa * (days - time))) / -Math.expm1(-2 * kappa * days)
}

function check(problem: ExecutionProblem, etaTilde: number): void {
  const { units, days, periods, volatility, gamma, epsilon, riskAversion } = problem
  const fine =
    Number.isFinite(units) &&
    days > 0 &&
    Number.isSafeInteger(periods) &&
    periods > 0 &&
    [volatility, gamma, epsilon, riskAversion].every(value => value >= 0 && value < Number.POSITIVE_INFINITY)
  if (!fine)
    throw new GordonError(
      'EXECUTION_PROBLEM',
      `No schedule for ${JSON.stringify(problem)}: days and periods must be above zero, the other numbers zero or more.`,
    )
  if (!(etaTilde > 0))
    throw new GordonError(
      'EXECUTION_PROBLEM',
      `No schedule: with periods of ${days / periods} days the permanent impact ${gamma} outweighs the temporary one ${problem.eta} (η − γτ/2 must be above zero); take more periods.`,
    )
}
