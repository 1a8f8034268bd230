/**
 * What a venue's file says about its days: the wall-clock hours of a date's session, in minutes after the local
 * midnight that begins the date. A session that opens the evening before has a negative opening.
 */
import type { Day } from './civil.ts'

export interface SessionHours {
  readonly openMinute: number
  readonly closeMinute: number
  /** Pauses inside the session, in order: from, to. */
  readonly breaks?: readonly (readonly [from: number, to: number])[]
  /** Closes before that period's regular hour. */
  readonly early?: boolean
}

export interface VenueHours {
  /** `XTKS` */
  readonly name: string
  /** One of zone-rules.ts. */
  readonly zone: string
  readonly firstYear: number
  readonly lastYear: number
  /** Sessions begin on the evening before their date. */
  readonly overnight?: boolean
  /** The hours of that date's session; undefined where there is none. Defined for the years above. */
  hours(day: Day): SessionHours | undefined
}

export const SUNDAY = 0
export const MONDAY = 1
export const TUESDAY = 2
export const WEDNESDAY = 3
export const THURSDAY = 4
export const FRIDAY = 5
export const SATURDAY = 6

/** `09:30` → minutes after midnight. */
export function at(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3))
}
