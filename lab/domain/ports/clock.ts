import type { Micros } from '../../core/time.ts'

/** Simulated in a backtest, the wall clock in paper and live. lab/ never asks the machine for the time. */
export interface Clock {
  now(): Micros
}
