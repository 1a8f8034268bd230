import { describe, expect, it } from 'vitest'
import { WorkingOrder } from '../../domain/working-order.ts'
import { exactQueue, gaveUp, parseQueue } from './queue.ts'

describe('a queue written as text', () => {
  const terms = (text: string) => parseQueue(text).terms
  it('is risk-averse, or probabilistic with its shape and exponent', () => {
    expect(terms('risk-averse')).toBe('riskAverse')
    expect(terms('probabilistic:power:3')).toEqual({ probabilistic: ['power', 3] })
    expect(terms('power2:1.5')).toEqual({ probabilistic: ['power2', 1.5] })
    expect(terms('log')).toEqual({ probabilistic: ['log', 1] })
    expect(terms('probabilistic:log2')).toEqual({ probabilistic: ['log2', 1] })
  })
  it('is refused in one sentence where it is neither', () => {
    for (const text of ['', 'fifo', 'power:0', 'power:x', 'log:2', 'power:1:2', 'probabilistic'])
      expect(() => parseQueue(text)).toThrow(/^Queue ".*" is not understood: write risk-averse, .*\.$/)
  })
})

describe('an exact queue', () => {
  const queue = exactQueue()
  const joined = (ahead: number, arrival: number) => {
    const order = new WorkingOrder()
    queue.join(order, ahead)
    order.queueArrival = arrival
    return order
  }
  it('takes what traded ahead off once, though trade and book both tell it', () => {
    const order = joined(10, 5)
    queue.trade(order, 4)
    gaveUp(order, 1, 4)
    expect(order.queueAhead).toBe(6)
    gaveUp(order, 2, 1)
    expect(order.queueAhead).toBe(5)
  })
  it('knows two trades before the book has told of the first', () => {
    const order = joined(5, 5)
    queue.trade(order, 3)
    queue.trade(order, 3)
    expect(queue.filled(order, 1)).toBe(1)
  })
  it('is not moved by who stands behind', () => {
    const order = joined(5, 5)
    gaveUp(order, 6, 9)
    expect(order.queueAhead).toBe(5)
  })
})
