/**
 * Typed strategy parameters. A schema says type, default and range once; values from a command line, a notebook
 * or a sweep are held to it, and the editor knows their types.
 */
import { GordonError } from '../core/errors.ts'

export interface Param<T> {
  readonly kind: string
  readonly default: T
  /** In words, for `--help` and the report. */
  readonly about?: string
  /** What is wrong with a value, as the end of "must be …"; undefined when it is fine. */
  wants(value: unknown): string | undefined
}

export type ParamSchema = Readonly<Record<string, Param<unknown>>>
export type ParamValues<Schema extends ParamSchema> = {
  readonly [Name in keyof Schema]: Schema[Name] extends Param<infer T> ? T : never
}

interface Range {
  readonly default: number
  readonly min?: number
  readonly max?: number
  readonly about?: string
}

export function integer(range: Range): Param<number> {
  return {
    kind: 'integer',
    default: range.default,
    about: range.about,
    wants: value => wants(value, range, true),
  }
}

export function number(range: Range): Param<number> {
  return {
    kind: 'number',
    default: range.default,
    about: range.about,
    wants: value => wants(value, range, false),
  }
}

export function boolean(options: { readonly default: boolean; readonly about?: string }): Param<boolean> {
  return {
    kind: 'boolean',
    ...options,
    wants: value => (typeof value === 'boolean' ? undefined : 'true or false'),
  }
}

export function choice<const T extends string, const D extends T>(
  values: readonly T[],
  options: { readonly default: D; readonly about?: string },
): Param<T> {
  const list = values.join(', ')
  return {
    kind: 'choice',
    ...options,
    wants: value => (values.includes(value as T) ? undefined : `one of ${list}`),
  }
}

export function text(options: { readonly default: string; readonly about?: string }): Param<string> {
  return { kind: 'text', ...options, wants: value => (typeof value === 'string' ? undefined : 'a text') }
}

/** Defaults, then what is given; anything unknown, of a wrong type or out of range is refused by name. */
export function resolveParams(
  schema: ParamSchema,
  given: Readonly<Record<string, unknown>>,
  strategy: string,
): Record<string, unknown> {
  const names = Object.keys(schema)
  for (const name of Object.keys(given))
    if (!Object.hasOwn(schema, name))
      throw new GordonError(
        'PARAM_UNKNOWN',
        `Strategy ${strategy} has no parameter "${name}"; it has ${names.length > 0 ? names.join(', ') : 'none'}.`,
      )
  const values: Record<string, unknown> = {}
  for (const name of names) {
    const value = Object.hasOwn(given, name) ? given[name] : schema[name].default
    const wanted = schema[name].wants(value)
    if (wanted !== undefined)
      throw new GordonError(
        'PARAM_INVALID',
        `Parameter ${name} of strategy ${strategy} is ${typeof value === 'number' ? value : (JSON.stringify(value) ?? String(value))}; it must be ${wanted}.`,
      )
    values[name] = value
  }
  return values
}

function wants(value: unknown, range: Range, whole: boolean): string | undefined {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = range
  const fine =
    typeof value === 'number' &&
    (whole ? Number.isSafeInteger(value) : Number.isFinite(value)) &&
    value >= min &&
    value <= max
  if (fine) return undefined
  const noun = whole ? 'a whole number' : 'a number'
  if (range.min !== undefined && range.max !== undefined) return `${noun} from ${range.min} to ${range.max}`
  if (range.min !== undefined) return `${noun} of at least ${range.min}`
  return range.max !== undefined ? `${noun} of at most ${range.max}` : noun
}
