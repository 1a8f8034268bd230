/**
 * What is done about each kind of flaw in a dataset:
 *
 *   refuse   nobody works with the data until somebody has looked
 *   repair   rows are mended or left out, each change written down (repair.ts)
 *   flag     rows stay as they are, and who asks is told (flags.ts)
 *
 * A policy names codes or severities; a code goes before its severity. Unless said, what is fatal is refused and all
 * else flagged.
 */
import { GordonError } from '../../core/errors.ts'
import { ISSUE_CODES, type IssueCode, type QualityIssue, type Severity, severityOf } from './issue.ts'

export type Measure = 'refuse' | 'repair' | 'flag'
export type QualityPolicy = Readonly<Partial<Record<IssueCode | Severity, Measure>>>

export const DEFAULT_POLICY = {
  fatal: 'refuse',
  suspect: 'flag',
  note: 'flag',
} as const satisfies QualityPolicy

const MEASURES: readonly string[] = ['refuse', 'repair', 'flag'] satisfies readonly Measure[]

export function measureOf({ code }: Pick<QualityIssue, 'code'>, policy: QualityPolicy = {}): Measure {
  const severity = severityOf(code)
  return policy[code] ?? policy[severity] ?? DEFAULT_POLICY[severity]
}

/**
 * `outlier=repair,missingSession=refuse,note=flag`
 * @throws GordonError BAD_POLICY
 */
export function parsePolicy(text: string): QualityPolicy {
  const policy: Record<string, Measure> = {}
  for (const part of text.split(',')) {
    const [what, measure, more] = part.split('=').map(word => word.trim())
    const isKnown = Object.hasOwn(ISSUE_CODES, what) || Object.hasOwn(DEFAULT_POLICY, what)
    if (!isKnown || more !== undefined || !MEASURES.includes(measure)) {
      throw new GordonError(
        'BAD_POLICY',
        `${JSON.stringify(part)} is no policy: write a code or a severity, then ${MEASURES.join(', ')}, for example ` +
          'outlier=repair,suspect=flag',
      )
    }
    policy[what] = measure as Measure
  }
  return policy
}
