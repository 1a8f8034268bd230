import { expect, test } from 'vitest'
import { sealColumns } from './seal.ts'

test('methods that are handed columns cannot be replaced', () => {
  sealColumns()
  sealColumns()
  const shared = Object.getPrototypeOf(Float64Array.prototype)
  for (const name of ['slice', 'subarray', 'set', 'map', 'length', Symbol.iterator]) {
    expect(() => {
      shared[name] = () => 0
    }).toThrow(TypeError)
    expect(() => Object.defineProperty(Float64Array.prototype, name, { value: 0 })).toThrow(TypeError)
    expect(() => Object.defineProperty(shared, name, { value: 0 })).toThrow(TypeError)
  }
  expect(() => {
    shared.stolen = 1
  }).toThrow(TypeError)
  expect([...Float64Array.of(1, 2).subarray(1)]).toEqual([2])
})

test('no other class is made of a part of a column', () => {
  sealColumns()
  class Taker extends Float64Array {}
  for (const of of [Float64Array, Object.getPrototypeOf(Float64Array)])
    expect(() => Object.defineProperty(of, Symbol.species, { get: () => Taker })).toThrow(TypeError)
  expect(() => {
    ;(globalThis as { Float64Array: unknown }).Float64Array = Taker
  }).toThrow(TypeError)
  expect(Float64Array.of(1, 2).subarray(1)).not.toBeInstanceOf(Taker)
})

test('libraries that are loaded later may still give arrays of their own a toString', () => {
  sealColumns()
  const wide = Object.create(Int32Array.prototype)
  Object.assign(wide, { toString: () => '1', constructor: Array })
  expect(String(wide)).toBe('1')
})
