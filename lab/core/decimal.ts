/**
 * Exact money. A ledger unit is 1e-9 of a currency; an amount is a bigint of units.
 * A price means the decimal that its double prints as (4734.64, not the binary number beside it), so a
 * spreadsheet or Python's Decimal(repr(price)) recomputes every amount to the unit.
 * price × lots / lotsPerUnit × rate is computed exactly and rounded once, half to even.
 */
export const UNIT_DIGITS = 9
export const UNITS_PER_CURRENCY = 1_000_000_000n

const POW10 = Array.from({ length: 23 }, (_, k) => Number(`1e${k}`))
const TRIED = [0, 2, 4, 6, 9]
/** Below this a decimal is the only one of its length that reads as its double (15 digits). */
const MANTISSA_LIMIT = 1e15
/** Largest running rest: with the fraction of the folded part it stays a safe integer. */
const SAFE_REST = Number.MAX_SAFE_INTEGER - 2e9

/** Ledger units: a number while it is a safe integer, which is nearly always, else a bigint. Both are exact. */
export type Units = number | bigint

/** price × lots / lotsPerUnit × rate in ledger units, rounded once, half to even; lots ≥ 0, all finite. */
export function ledgerUnits(price: number, lots: number, lotsPerUnit: number, rate = 1): bigint {
  return BigInt(exactUnits(price, lots, lotsPerUnit, rate))
}

/** The same, without a bigint where a number will do. */
export function exactUnits(price: number, lots: number, lotsPerUnit: number, rate = 1): Units {
  const priceDigits = priceFraction(price)
  const rateDigits = rateFraction(rate)
  if (priceDigits >= 0 && rateDigits >= 0) {
    let numerator = Math.round(price * POW10[priceDigits]) * lots
    let safe = Math.abs(numerator) <= Number.MAX_SAFE_INTEGER
    if (rate !== 1) {
      numerator *= Math.round(rate * POW10[rateDigits])
      safe = safe && Math.abs(numerator) <= Number.MAX_SAFE_INTEGER
    }
    const shift = UNIT_DIGITS - priceDigits - rateDigits
    let denominator = lotsPerUnit
    if (shift >= 0) numerator *= POW10[shift]
    else denominator *= POW10[-shift]
    if (
      safe &&
      Math.abs(numerator) <= Number.MAX_SAFE_INTEGER &&
      denominator <= Number.MAX_SAFE_INTEGER &&
      numerator >= 0
    )
      return denominator === 1 ? numerator : divideHalfEven(numerator, denominator)
  }
  const p = decimalDigits(price)
  const r = decimalDigits(rate)
  const shift = UNIT_DIGITS + p.exponent + r.exponent
  let numerator = p.mantissa * r.mantissa * BigInt(lots)
  let denominator = BigInt(lotsPerUnit)
  if (shift >= 0) numerator *= 10n ** BigInt(shift)
  else denominator *= 10n ** BigInt(-shift)
  return divideHalfEvenBig(numerator, denominator)
}

/** A decimal amount, e.g. the starting cash, in units; more than nine decimals are rounded half to even. */
export function amountUnits(amount: number): bigint {
  return amount < 0 ? -ledgerUnits(-amount, 1, 1) : ledgerUnits(amount, 1, 1)
}

/**
 * units × Π times / Π over, each factor the decimal that it prints as; computed exactly, rounded once, half to
 * even. @param over above zero
 */
export function scaleUnits(units: Units, times: readonly number[], over: readonly number[] = []): bigint {
  let numerator = BigInt(units)
  let denominator = 1n
  let exponent = 0
  for (const factor of times) {
    const { mantissa, exponent: power } = decimalDigits(factor)
    numerator *= mantissa
    exponent += power
  }
  for (const factor of over) {
    const { mantissa, exponent: power } = decimalDigits(factor)
    denominator *= mantissa
    exponent -= power
  }
  if (exponent >= 0) numerator *= 10n ** BigInt(exponent)
  else denominator *= 10n ** BigInt(-exponent)
  return divideHalfEvenBig(numerator, denominator)
}

/** Π times / Π over in ledger units, exact and rounded once: what a coin-margined contract is worth, say. */
export function quotientUnits(times: readonly number[], over: readonly number[] = []): bigint {
  return scaleUnits(UNITS_PER_CURRENCY, times, over)
}

/** units × part / whole, rounded half to even: the share of a cost that a part of a position carries. */
export function shareUnits(units: Units, part: number, whole: number): Units {
  if (part === whole) return units
  if (typeof units === 'number' && units >= 0) {
    const numerator = units * part
    if (numerator <= Number.MAX_SAFE_INTEGER) return divideHalfEven(numerator, whole)
  }
  return divideHalfEvenBig(BigInt(units) * BigInt(part), BigInt(whole))
}

/** Sum of two amounts, exact. */
export function addUnits(a: Units, b: Units): Units {
  if (typeof a === 'number' && typeof b === 'number' && Number.isSafeInteger(a + b)) return a + b
  return BigInt(a) + BigInt(b)
}

/** An amount as a double: 1.64 is 1.64. */
export function unitsToNumber(units: Units): number {
  if (typeof units === 'number') return splitSum(0, units)
  const whole = units / UNITS_PER_CURRENCY
  return splitSum(Number(whole), Number(units - whole * UNITS_PER_CURRENCY))
}

/**
 * A sum of units that stays exact for ever: a bigint, and beside it a safe integer that takes the postings and
 * is folded in before it could round.
 */
export class ExactSum {
  #folded = 0n
  #foldedWhole = 0
  #foldedRest = 0
  #rest = Number.NaN

  constructor(start: bigint) {
    this.#rest = 0
    this.#fold(start)
  }

  add(units: Units): void {
    if (typeof units === 'number') {
      const sum = this.#rest + units
      if (sum <= SAFE_REST && sum >= -SAFE_REST) this.#rest = sum
      else this.#fold(BigInt(units))
    } else this.#fold(units)
  }

  subtract(units: Units): void {
    this.add(-units)
  }

  get units(): bigint {
    return this.#folded + BigInt(this.#rest)
  }

  /** As unitsToNumber(units), whatever the history of the sum. */
  get number(): number {
    return splitSum(this.#foldedWhole, this.#foldedRest + this.#rest)
  }

  #fold(units: bigint): void {
    this.#folded += units + BigInt(this.#rest)
    this.#rest = 0
    const whole = this.#folded / UNITS_PER_CURRENCY
    this.#foldedWhole = Number(whole)
    this.#foldedRest = Number(this.#folded - whole * UNITS_PER_CURRENCY)
  }
}

/**
 * whole + rest units as the double nearest to that amount, up to nine million; of larger ones the fraction is rounded
 * before it is added. Brought to a fraction in [0, 1) first, so that equal amounts give equal doubles; below zero to
 * one in (−1, 0], so that −0.095 is the double of that and not −1 + 0.905.
 */
function splitSum(whole: number, rest: number): number {
  const carry = Math.floor(rest / 1e9)
  const fraction = rest - carry * 1e9
  const sum = whole + carry
  const units = sum * 1e9 + fraction
  if (units <= SAFE_UNITS && units >= -SAFE_UNITS) return units / 1e9
  return sum < 0 && fraction > 0 ? sum + 1 - (1e9 - fraction) / 1e9 : sum + fraction / 1e9
}

const SAFE_UNITS = Number.MAX_SAFE_INTEGER

/** Exact text of an amount in units: `-12.345000001`, trailing zeros cut. */
export function formatUnits(units: bigint): string {
  const text = (units < 0n ? -units : units).toString().padStart(UNIT_DIGITS + 1, '0')
  const fraction = text.slice(-UNIT_DIGITS).replace(/0+$/, '')
  return (units < 0n ? '-' : '') + text.slice(0, -UNIT_DIGITS) + (fraction === '' ? '' : '.' + fraction)
}

/** The last numbers asked about: a fill asks about its price for the fee and for the notional, and about one rate. */
const asked = { price: Number.NaN, priceDigits: -1, rate: Number.NaN, rateDigits: -1 }

function priceFraction(price: number): number {
  if (price === asked.price) return asked.priceDigits
  asked.price = price
  asked.priceDigits = fractionDigits(price)
  return asked.priceDigits
}

function rateFraction(rate: number): number {
  if (rate === 1) return 0
  if (rate === asked.rate) return asked.rateDigits
  asked.rate = rate
  asked.rateDigits = fractionDigits(rate)
  return asked.rateDigits
}

/** Number of decimals of x when it is a short decimal, else -1 (the slow, exact way is taken then). */
function fractionDigits(x: number): number {
  for (let i = 0; i < TRIED.length; i++) {
    const scaled = Math.round(x * POW10[TRIED[i]])
    if (scaled >= MANTISSA_LIMIT || scaled < 0) return -1
    if (scaled / POW10[TRIED[i]] === x) return TRIED[i]
  }
  return -1
}

/** Both safe integers, numerator ≥ 0, denominator > 0. */
function divideHalfEven(numerator: number, denominator: number): number {
  let quotient = Math.floor(numerator / denominator)
  let rest = numerator - quotient * denominator
  if (rest < 0) {
    quotient--
    rest += denominator
  } else if (rest >= denominator) {
    quotient++
    rest -= denominator
  }
  const left = denominator - rest
  if (rest < left) return quotient
  if (rest > left) return quotient + 1
  return quotient % 2 === 0 ? quotient : quotient + 1
}

/** numerator / denominator to the nearest integer, half to even; denominator > 0. */
export function divideHalfEvenBig(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n
  const n = negative ? -numerator : numerator
  let quotient = n / denominator
  const twice = (n - quotient * denominator) * 2n
  if (twice > denominator || (twice === denominator && quotient % 2n === 1n)) quotient++
  return negative ? -quotient : quotient
}

/** The decimal that a finite double prints as: mantissa × 10^exponent. */
export function decimalDigits(x: number): { mantissa: bigint; exponent: number } {
  const [digits, power = '0'] = String(x).split('e')
  const point = digits.indexOf('.')
  const decimals = point < 0 ? 0 : digits.length - point - 1
  return { mantissa: BigInt(digits.replace('.', '')), exponent: Number(power) - decimals }
}
