/** What an account may do. Absent limits do not bind. */
export interface RiskLimits {
  /** `cash` never borrows and never sells short; `margin` may do both within `leverage`. */
  readonly account: 'cash' | 'margin'
  /** Gross exposure may reach equity × leverage; 1 for cash accounts. */
  readonly leverage: number
  /** Largest |position| of one instrument, units. */
  readonly maxPosition?: number
  /** Largest |position| of one instrument as a fraction of equity. */
  readonly maxPositionWeight?: number
  /** Largest value of one order, account currency. */
  readonly maxOrderValue?: number
}
