/**
 * Numbers, dates and long texts that stand in a strategy's code and in what it imports: what a sample leaves behind
 * when its knowledge is written down. Read off the tokens of the compiled module, which has no comments left and
 * holds every relative import.
 */
import { DAY, SECOND } from '../core/time.ts'

export interface Literals {
  /** Each number as it is written, sign included, with the decimals that it was given. */
  readonly numbers: readonly { readonly value: number; readonly text: string }[]
  /** Times that are named, µs UTC. */
  readonly dates: readonly number[]
  /** Dates with a number at their side: `'2019-03-04': -1`, `['2019-03-04', 0.3]`, `{ date: …, value: … }`. */
  readonly datedNumbers: number
  /** Numbers in texts that are no lists: `'78.31|123.42'`. */
  readonly textNumbers: readonly { readonly value: number; readonly text: string }[]
  /** Most words in one text, or what `longestList` counts. */
  readonly largestTable: number
  /** Most numbers in one list, or letters in one text without a space. */
  readonly longestList: number
  /** Lists of at least 30 numbers, in the order of the code; numbers at the side of dates too. */
  readonly lists: readonly (readonly number[])[]
}

const TOKEN =
  /("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`)|\/\/[^\n]*|\/\*[\s\S]*?\*\/|(?<![\w$.])(0[xX][\da-fA-F]+|(?:\d[\d_]*\.?[\d_]*|\.\d+)(?:[eE][+-]?\d+)?)/g
/** Days, and months where they stand alone. */
const ISO = /\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z?)?|(?<![\d-])(?:19|20)\d{2}-(?:0[1-9]|1[0-2])(?![\d-])/g

/** @param span first and last time of the data: whole numbers count as dates only within it */
export function literalsIn(code: string, span: { readonly from: number; readonly to: number }): Literals {
  const source = code.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '')
  const numbers: { value: number; text: string }[] = []
  const dates: number[] = []
  let datedNumbers = 0
  const textNumbers: { value: number; text: string }[] = []
  let longestList = 0
  let mostWords = 0
  let run = 0
  let end = 0
  let lastWasDate = false
  const lists: number[][] = []
  let list: number[] = []
  const closeList = (): void => {
    if (list.length >= 30) lists.push(list)
    list = []
  }
  for (const token of source.matchAll(TOKEN)) {
    const between = source.slice(end, token.index)
    end = token.index + token[0].length
    const [, string, digits] = token
    if (string === undefined && digits === undefined) continue
    // Keys and brackets belong to a list; statements end it.
    if (/[;=]/.test(between)) closeList()
    const beside = /^[\s,:[\](){}+-]*(?:[A-Za-z_]\w{0,12}\s*:\s*)?[\s-]*$/.test(between)
    if (!/^[\s,+\-[\]]*$/.test(between)) run = 0
    if (string !== undefined) {
      // The module's own import of gordon/strategy.
      if (/\bfrom\s*$/.test(between)) continue
      const inner = string.slice(1, -1)
      const named = [...inner.matchAll(ISO)].map(match => Date.parse(match[0]) * 1000)
      dates.push(...named.filter(time => !Number.isNaN(time)))
      lastWasDate = named.length === 1 && inner.length < 32
      const parts = listIn(inner)
      const inside = parts.length
      if (inside >= 30) lists.push(parts)
      else textNumbers.push(...numbersIn(inner).map(text => ({ value: Number(text), text })))
      mostWords = Math.max(mostWords, inner.split(/[\s,;|]+/).length)
      if (named.length === 0) closeList()
      if (named.length > 1) datedNumbers += Math.min(named.length, inside)
      longestList = Math.max(longestList, inside, /\s/.test(inner) || named.length > 0 ? 0 : inner.length)
      continue
    }
    const value = Number(digits.replaceAll('_', '')) * (/-\s*$/.test(between) ? -1 : 1)
    const time = namedTime(value, span)
    if (time !== undefined && !lastWasDate) {
      dates.push(time)
      lastWasDate = true
      continue
    }
    if (lastWasDate && beside) datedNumbers++
    lastWasDate = false
    numbers.push({ value, text: digits })
    longestList = Math.max(longestList, ++run)
    list.push(value)
  }
  closeList()
  // Dates in one list and numbers in another are a table too.
  if (dates.length >= 20 && Math.abs(longestList - dates.length) <= 2)
    datedNumbers = Math.max(datedNumbers, dates.length)
  const largestTable = Math.max(longestList, mostWords)
  return { numbers, textNumbers, dates, datedNumbers, longestList, largestTable, lists }
}

/** Numbers in a text that is a table itself. */
function listIn(text: string): number[] {
  return text.length < 40 ? [] : numbersIn(text).map(Number)
}

function numbersIn(text: string): string[] {
  return text.replace(ISO, ' ').match(/(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])/g) ?? []
}

/** 20190304, and seconds, milliseconds or microseconds since 1970, within the data. */
function namedTime(value: number, span: { readonly from: number; readonly to: number }): number | undefined {
  if (!Number.isInteger(value)) return undefined
  const inside = (time: number) => (time >= span.from - DAY && time <= span.to + DAY ? time : undefined)
  if (value >= 19000101 && value <= 21001231) {
    const text = String(value)
    const time = Date.parse(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}T00:00:00Z`) * 1000
    if (!Number.isNaN(time)) return inside(time)
  }
  if (value < 1e8) return undefined
  return inside(value * SECOND) ?? inside(value * 1000) ?? inside(value)
}
