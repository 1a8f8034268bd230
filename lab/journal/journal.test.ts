/**
 * The journal on a real disk. The chain is recomputed by Python 3's hashlib and json from the rule in chain.ts; cuts
 * are made at every byte of the last line.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import {
  type HeaderEvent,
  JOURNAL_FORMAT,
  type JournalEntry,
  type TimedEvent,
} from '../domain/ports/journal.ts'
import { python } from '../testing/python.ts'
import { JournalFile, type JournalHandle, JournalReader, verifyJournal } from './index.ts'

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gordon-journal-'))
  path = join(folder, 'session.jsonl')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const HEADER: HeaderEvent = {
  kind: 'header',
  format: JOURNAL_FORMAT,
  mode: 'paper',
  strategyFile: 'strategies/größe.ts',
  strategy: 'Größe',
  codeHash: 'abc',
  params: { fast: 10, ratio: 0.1, name: 'é\u2028"' },
  settings: { fees: '10bps', cash: 1e5 },
  instruments: [
    { venue: 'XNAS', symbol: 'AAPL', ticksPerUnit: 100, lotsPerUnit: 1, currency: 'USD', calendar: 'XNYS' },
  ],
  interval: '1d',
  adjustment: 'raw',
  barGrace: 2_000_000,
  feed: 'ws://127.0.0.1:1',
  made: { gordon: '0.1.0', node: '20', arch: 'x64' },
}

/** A header and `count` − 1 bars. */
function group(count: number, from = 0): TimedEvent[] {
  const random = new Random(count)
  return Array.from({ length: count }, (_, k) => {
    const at = from + k
    const close = 0.1 + random.integer(1, 100_000) / 100
    return {
      time: 1_000_000 + at,
      event:
        at === 0
          ? HEADER
          : {
              kind: 'bar' as const,
              instrument: 'XNAS:AAPL',
              feedSequence: at,
              eventTime: at * 60,
              open: close,
              high: close,
              low: close,
              close,
              volume: random.integer(0, 1e9),
            },
    }
  })
}

async function written(count: number): Promise<void> {
  const { journal } = await JournalFile.open(path, () => {})
  await journal.append(group(count))
  await journal.close()
}

async function entriesOf(file: string): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = []
  for await (const entry of new JournalReader(file)) entries.push(entry)
  return entries
}

describe('a journal', () => {
  it('gives back what was appended, in groups and over restarts', async () => {
    const all = group(20)
    const first = await JournalFile.open(path, () => {})
    expect(await first.journal.append(all.slice(0, 3))).toHaveLength(3)
    await first.journal.append(all.slice(3, 10))
    const { head } = first.journal
    await first.journal.close()
    const met: JournalEntry[] = []
    const second = await JournalFile.open(path, entry => met.push(entry))
    expect([met.length, second.journal.head, second.journal.time]).toEqual([10, head, 1_000_009])
    await second.journal.append(all.slice(10))
    await second.journal.close()
    const expected = all.map(({ time, event }, sequence) => ({ sequence, time, event }))
    expect(await entriesOf(path)).toEqual(expected)
    expect(await verifyJournal(path, head)).toMatchObject({ entries: 20, tornBytes: 0, headFound: true })
  })

  it("is chained as Python's hashlib chains it", async () => {
    await written(12)
    const heads = await python(
      `
import sys, json, hashlib
lines = json.load(sys.stdin).encode().split(b'\\n')[:-1]
before, heads = '0' * 64, []
for line in lines:
    value = json.loads(line)
    told = value.pop('hash')
    body = line.replace(('"hash":"%s",' % told).encode(), b'', 1)
    assert json.loads(body) == value
    before = hashlib.sha256(before.encode() + body).hexdigest()
    assert before == told
    heads.append(before)
print(json.dumps(heads))
`,
      readFileSync(path, 'utf8'),
    )
    const { head } = await verifyJournal(path)
    expect((heads as string[]).at(-1)).toBe(head)
  })

  it('of no bytes is a new one', async () => {
    writeFileSync(path, '')
    const { journal, cutBytes } = await JournalFile.open(path, () => {})
    expect([journal.entries, cutBytes]).toEqual([0, 0])
    await journal.close()
  })
})

describe('a torn last line', () => {
  it('is cut off wherever the crash struck, and only it', async () => {
    await written(5)
    const whole = readFileSync(path)
    const start = whole.subarray(0, -1).lastIndexOf(10) + 1
    for (let end = start; end < whole.length; end++) {
      writeFileSync(path, whole.subarray(0, end))
      expect(await verifyJournal(path)).toMatchObject({ entries: 4, tornBytes: end - start })
      const { journal, cutBytes } = await JournalFile.open(path, () => {})
      expect([journal.entries, cutBytes]).toEqual([4, end - start])
      await journal.append(group(1, 4))
      await journal.close()
      expect(readFileSync(path).subarray(0, start)).toEqual(whole.subarray(0, start))
      expect(await verifyJournal(path)).toMatchObject({ entries: 5, tornBytes: 0 })
    }
  })

  it('in the header leaves a new journal', async () => {
    await written(1)
    truncateSync(path, 40)
    const { journal, cutBytes } = await JournalFile.open(path, () => {})
    expect([journal.entries, cutBytes]).toEqual([0, 40])
    await journal.close()
  })
})

describe('tampering is named by its line', () => {
  const broken = async (change: (lines: string[]) => void) => {
    await written(8)
    const lines = readFileSync(path, 'utf8').split('\n')
    change(lines)
    writeFileSync(path, lines.join('\n'))
    const { broken: words } = await verifyJournal(path)
    await expect(JournalFile.open(path, () => {})).rejects.toThrow(words)
    return words ?? ''
  }

  it('when a number is changed', async () => {
    const words = await broken(lines => {
      lines[3] = lines[3].replace('"eventTime":180', '"eventTime":181')
    })
    expect(words).toBe(
      `Line 4 of journal ${path} does not follow from the line before: it was changed, or lines were removed, inserted or swapped before it; restore the file from a copy, or start another journal.`,
    )
  })

  it('when any single byte is changed', async () => {
    await written(6)
    const whole = readFileSync(path)
    const random = new Random(11)
    for (let k = 0; k < 200; k++) {
      const at = random.integer(0, whole.length - 1)
      const bytes = Buffer.from(whole)
      bytes[at] ^= 1 << random.integer(0, 8)
      writeFileSync(path, bytes)
      const line = whole.subarray(0, at).toString('latin1').split('\n').length
      const check = await verifyJournal(path)
      // A changed last line feed tears the last line.
      if (at === whole.length - 1) expect(check.tornBytes).toBeGreaterThan(0)
      else expect(check.broken).toMatch(new RegExp(`^Line ${line} of`))
    }
  })

  it('when a line is removed, doubled or swapped', async () => {
    expect(await broken(lines => lines.splice(4, 1))).toMatch(/^Line 5 /)
    rmSync(path)
    expect(await broken(lines => lines.splice(4, 0, lines[3]))).toMatch(/^Line 5 /)
    rmSync(path)
    expect(await broken(lines => lines.splice(4, 2, lines[5], lines[4]))).toMatch(/^Line 5 /)
  })

  it('when the header is gone or there are blank lines', async () => {
    expect(await broken(lines => lines.splice(0, 1))).toMatch(/^Line 1 /)
    rmSync(path)
    expect(await broken(lines => lines.splice(2, 0, ''))).toMatch(/^Line 3 .* is not a journal line/)
  })

  it('is met by a head that was kept, where whole lines were cut off the end', async () => {
    await written(8)
    const { head } = await verifyJournal(path)
    const lines = readFileSync(path, 'utf8').split('\n')
    writeFileSync(path, lines.slice(0, 6).join('\n') + '\n')
    expect(await verifyJournal(path, head)).toMatchObject({ entries: 6, headFound: false })
  })
})

describe('a second writer', () => {
  it('in the same process is refused', async () => {
    const { journal } = await JournalFile.open(path, () => {})
    await expect(JournalFile.open(path, () => {})).rejects.toMatchObject({ code: 'JOURNAL_IN_USE' })
    await journal.close()
    const again = await JournalFile.open(path, () => {})
    await again.journal.close()
    expect(readdirSync(folder)).toEqual(['session.jsonl'])
  })

  it('is refused while the other process lives, and let in when it was killed', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log(1)'])
    await once(child.stdout, 'data')
    const birth = readFileSync(`/proc/${child.pid}/stat`, 'latin1').split(') ')[1].split(' ')[19]
    const lock = `${path}.lock-${hostname().replaceAll('-', '_')}-${child.pid}-${birth}`
    writeFileSync(lock, '')
    await expect(JournalFile.open(path, () => {})).rejects.toThrow(
      `Journal ${path} is being written by process ${child.pid};`,
    )
    child.kill('SIGKILL')
    await once(child, 'exit')
    const { journal } = await JournalFile.open(path, () => {})
    expect(existsSync(lock)).toBe(false)
    await journal.close()
  })

  it('is let in when the other process is dead and nobody has buried it', async () => {
    // The shell's child ends; what the shell becomes never waits for it.
    const child = spawn('bash', ['-c', 'sleep 0.1 & cat /proc/$!/stat; exec sleep 60'])
    const [stat] = await once(child.stdout, 'data')
    const pid = Number(String(stat).split(' ')[0])
    const birth = String(stat).split(') ')[1].split(' ')[19]
    writeFileSync(`${path}.lock-${hostname().replaceAll('-', '_')}-${pid}-${birth}`, '')
    while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1')))
      await new Promise(done => setTimeout(done, 20))
    const { journal } = await JournalFile.open(path, () => {})
    await journal.close()
    child.kill('SIGKILL')
  })

  it('is let in when the pid was given to another process since', async () => {
    writeFileSync(`${path}.lock-${hostname().replaceAll('-', '_')}-${process.ppid}-1`, '')
    const { journal } = await JournalFile.open(path, () => {})
    await journal.close()
  })

  it('on another host cannot be asked, and stays', async () => {
    writeFileSync(`${path}.lock-elsewhere-1-1`, '')
    await expect(JournalFile.open(path, () => {})).rejects.toMatchObject({ code: 'JOURNAL_IN_USE' })
  })
})

describe('a disk that fails', () => {
  /** Fails at the n-th write or sync, from 1. */
  function failing(what: 'appendFile' | 'datasync', at: number): JournalHandle {
    let calls = 0
    const act = async (name: string) => {
      if (name === what && ++calls === at) throw new Error('ENOSPC: no space left on device, write')
    }
    return { appendFile: () => act('appendFile'), datasync: () => act('datasync'), close: async () => {} }
  }

  it.each(['appendFile', 'datasync'] as const)(
    'in %s refuses that group and everything after it',
    async what => {
      writeFileSync(path, '')
      const { journal } = await JournalFile.open(
        path,
        () => {},
        async () => failing(what, 2),
      )
      await journal.append(group(2))
      const { head, entries } = journal
      await expect(journal.append(group(1, 2))).rejects.toThrow(
        `Journal ${path} could not be written (ENOSPC: no space left on device, write); nothing after its last synced entry was acted on.`,
      )
      await expect(journal.append(group(1, 3))).rejects.toMatchObject({ code: 'JOURNAL_WRITE_FAILED' })
      expect([journal.head, journal.entries]).toEqual([head, entries])
      await journal.close()
    },
  )

  it('or a folder that cannot be written is told', async () => {
    writeFileSync(join(folder, 'file'), '')
    await expect(JournalFile.open(join(folder, 'file', 'x.jsonl'), () => {})).rejects.toMatchObject({
      code: 'JOURNAL_NOT_WRITABLE',
    })
  })
})
