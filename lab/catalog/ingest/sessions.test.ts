/** Closes of sessions in New York in July and November 2012: 16:00, 13:00 on the day after Thanksgiving. */
import { expect, test } from 'vitest'
import { withSessions } from './sessions.ts'

const at = (text: string): number => Date.parse(text) * 1000
const bars = (...times: string[]) => {
  const eventTime = Float64Array.from(times, at)
  const one = eventTime.map(() => 1)
  const rows = { length: times.length, eventTime, receiveTime: eventTime }
  return { ...rows, open: one, high: one, low: one, close: one, volume: one }
}

test('a bar has the close of the session in which it ends; outside the hours that of the next', () => {
  const given = bars(
    '2012-07-09T13:31:00Z',
    '2012-07-09T20:00:00Z',
    '2012-07-09T20:01:00Z',
    '2012-11-23T15:00:00Z',
  )
  expect([...withSessions(given, 'XNYS').sessionClose!]).toEqual(
    ['2012-07-09T20:00:00Z', '2012-07-09T20:00:00Z', '2012-07-10T20:00:00Z', '2012-11-23T18:00:00Z'].map(at),
  )
})

test('where each day is a session, or the source said it, nothing is added', () => {
  const given = bars('2012-07-09T13:31:00Z')
  expect(withSessions(given, '24/7')).toBe(given)
  const told = { ...given, sessionClose: Float64Array.of(5) }
  expect(withSessions(told, 'XNYS')).toBe(told)
})
