import { spawnSync } from 'node:child_process'
import { Table, vectorFromArray } from 'apache-arrow'
import { afterEach, describe, expect, it } from 'vitest'
import { toBundle } from './bundle.ts'
import { chart } from './chart.ts'
import { display, liveOutput } from './display.ts'
import { columnTable, recordTable, withDataFrame } from './frame-table.ts'
import { interruptible } from './interruptible.ts'
import type { DisplayMessage } from './kernel.ts'
import { progress } from './progress.ts'
import { JUPYTER, table } from './table.ts'

const KERNEL = Symbol.for('gordon.kernel')
const world = globalThis as { [KERNEL]?: unknown }
afterEach(() => {
  delete world[KERNEL]
})

/** A kernel that keeps what it is given. */
function kernel() {
  const shown: { message: DisplayMessage; update: boolean | undefined }[] = []
  const listeners = new Set<() => void>()
  world[KERNEL] = {
    writer: () => (message: DisplayMessage, update?: boolean) => shown.push({ message, update }),
    onInterrupt(listener: () => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  return { shown, listeners }
}

const plain = (value: unknown) => toBundle(value)?.['text/plain']

describe('a table', () => {
  it('puts numbers right, words left, and leaves gaps empty', () => {
    expect(plain([{ a: 1, word: 'x' }, { a: 22.123456789 }])).toBe('      a  word\n      1  x\n22.1235')
  })

  it('escapes what is not its own', () => {
    expect(toBundle([{ '<a>': '"&' }])?.['text/html']).toContain(
      '&lt;a&gt;</th></tr></thead><tbody><tr><td style="text-align:left;white-space:nowrap">&quot;&amp;',
    )
  })

  it('shows the ends of a long table and counts its rows', () => {
    const rows = Array.from({ length: 51 }, (_, n) => ({ n }))
    expect(plain(table(rows, { rows: 3 }))).toBe(' n\n 0\n 1\n …\n50\n51 rows')
    expect(String(plain(rows)).split('\n')).toHaveLength(1 + 10 + 1 + 5 + 1)
    expect(plain(rows.slice(0, 15))).not.toContain('rows')
  })

  it('writes lists as words', () => expect(plain([{ names: ['a', 'b'] }])).toBe('names\na, b'))

  it('shows an Arrow table, its times as dates', () => {
    const shown = columnTable({
      time: Float64Array.of(0, 951_944_400_000_000),
      close: Float64Array.of(1.5, 2),
    })
    // 951944400 s is 2000-03-01 21:00 UTC (date -u -d @951944400).
    expect(plain(shown)).toBe(
      'time                 close\n1970-01-01             1.5\n2000-03-01 21:00:00      2',
    )
    expect(plain(new Table({ x: vectorFromArray([1]) }))).toBe('x\n1')
  })

  it('is nobody else: other values are left to the text that they have', () => {
    for (const value of [undefined, null, 1, 'x', [], [1, 2], {}, [new Date(0)], new Map()])
      expect(toBundle(value)).toBeUndefined()
  })
})

describe('a chart', () => {
  const bundle = chart([{ type: 'scatter', name: 'close', y: Float64Array.of(1, Number.NaN) }], {
    title: '</script>',
  })[JUPYTER]()

  it('is a figure that JupyterLab draws, typed arrays as lists and NaN as gaps', () => {
    expect(bundle['application/vnd.plotly.v1+json']).toMatchObject({
      data: [{ name: 'close', y: [1, null] }],
    })
  })

  it('draws itself where plotly.js is on the page, and cannot end its own script', () => {
    expect(String(bundle['text/html']).match(/<\/script>/g)).toHaveLength(1)
    expect(bundle['text/plain']).toBe('[chart: close]')
  })
})

describe('records as an Arrow table', () => {
  const records = [
    { id: 1, when: 1_288_386_000_123_456, word: 'a', late: undefined as number | undefined },
    { id: 2, when: undefined, word: 'b', late: 5 },
  ]
  const made = recordTable(records, { id: 'number', when: 'time', word: 'text', late: 'time' })

  it('keeps microseconds, and gaps as nulls', () => {
    expect(made.getChild('when')?.data[0].values[0]).toBe(1_288_386_000_123_456n)
    expect(made.getChild('when')?.get(1)).toBeNull()
    expect(made.getChild('late')?.toJSON()).toEqual([null, 0.005])
    expect(made.getChild('word')?.toJSON()).toEqual(['a', 'b'])
  })

  it('has its columns without rows, too', () => {
    const empty = recordTable([] as typeof records, { id: 'number', when: 'time', word: 'text' })
    expect([empty.numRows, ...empty.schema.fields.map(field => field.name)]).toEqual([
      0,
      'id',
      'when',
      'word',
    ])
  })

  it('becomes a DataFrame of danfo, with Dates', () => {
    const frame = made.toDataFrame()
    expect(frame.shape).toEqual([2, 4])
    expect((frame.at(0, 'when') as unknown as Date).toISOString()).toBe('2010-10-29T21:00:00.123Z')
    expect(frame.column('id').sum()).toBe(3)
    expect(plain(frame)).toContain('word')
  })

  it('carries on from a query', () => {
    expect(withDataFrame(new Table({ x: vectorFromArray([1, 2]) })).toDataFrame().shape).toEqual([2, 1])
  })
})

it('a DataFrame where danfo is not installed is refused in one sentence', () => {
  const code = `
    import Module from 'node:module'
    const resolve = Module._resolveFilename
    Module._resolveFilename = (name, ...rest) => { if (name === 'danfojs-node') throw new Error('absent'); return resolve(name, ...rest) }
    const { columnTable } = await import('./dist/lab/cli/notebook/frame-table.js')
    try { columnTable({ x: Float64Array.of(1) }).toDataFrame() } catch (error) { console.log(error.code, error.message) }`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' })
  expect(stdout).toBe(
    'DANFO_MISSING toDataFrame needs the package danfojs-node, which is not installed: run `npm run notebook` or `npm ci` once.\n',
  )
})

describe('in a kernel', () => {
  it('a value is written to the running cell in every form that it has', () => {
    const { shown } = kernel()
    display(table([{ a: 1 }]))
    expect(Object.keys(shown[0].message.data)).toEqual(['text/html', 'text/plain'])
  })

  it('a live output is made once and then overwritten', () => {
    const { shown } = kernel()
    const put = liveOutput()
    for (const text of ['1', '2', '3']) put({ 'text/plain': text })
    expect(shown.map(one => one.update)).toEqual([false, true, true])
    expect(new Set(shown.map(one => one.message.transient.display_id)).size).toBe(1)
  })

  it('progress is drawn at most ten times a second, and has a last word', () => {
    const { shown } = kernel()
    const bar = progress(1000, 'bars')
    for (let done = 1; done <= 1000; done++) bar.at(done)
    bar.done()
    expect(shown.length).toBeLessThan(5)
    expect(String(shown.at(-1)?.message.data['text/plain'])).toMatch(/^bars done in \d+\.\d s$/)
  })

  it('an interrupt aborts work that listens, and nobody listens afterwards', async () => {
    const { listeners } = kernel()
    const work = interruptible(
      signal => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    )
    for (const listener of listeners) listener()
    await expect(work).rejects.toMatchObject({ code: 'INTERRUPTED', message: 'Interrupted.' })
    expect(listeners.size).toBe(0)
  })
})
