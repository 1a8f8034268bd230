/** What each code means, for people who see it for the first time. */
import type { IssueCode } from '../../catalog/quality/issue.ts'

const WORDS: Readonly<Partial<Record<IssueCode, string>>> = {
  missingTime: 'a row without a time',
  unsorted: 'a row that comes after a later one',
  duplicate: 'the same row, told twice',
  repeatedRow: 'equal in every column to a row before',
  notPositive: 'a price of zero or below',
  notANumber: 'no number where there must be one',
  highBelowLow: 'high and low cannot be those of one bar',
  outsideRange: 'open or close outside of high and low',
  negativeVolume: 'less than nothing was traded',
  zeroVolume: 'prices move and nothing was traded',
  missingVolume: 'volume is not known',
  volumeSpike: 'twenty times the usual volume and more',
  missingSession: 'the calendar has a session, the data have none',
  missingBars: 'bars lack inside a session',
  silence: 'nothing came for much longer than usual',
  staleRun: 'nothing changes for longer than usual',
  outlier: 'a price far from those around it, gone at once',
  scaleJump: 'prices go by a power of ten, and stay',
  jump: 'an unusual move that stays: news, mostly',
  unlistedSplit: 'looks like a split that nobody told of',
  outsideSession: 'a row while the venue is closed',
  dstShift: 'an hour off, from or to a change of clocks',
  zoneShift: 'days begin and end by another clock',
  crossedQuote: 'bid above ask',
  receivedBefore: 'received before it happened',
  clockStep: 'a clock was set: the least delay steps',
  sequenceGap: 'the venue’s own numbering has a hole',
}

export function issueWords(code: IssueCode): string {
  return WORDS[code] ?? ''
}
