/**
 * Where a writer works before anything of it is seen: a folder of its own in the store's `incoming/` (of a store in a
 * bucket: of its copies on this machine). Its name says whose it is, so that what a killed process left is known for
 * that and taken away by whoever begins next. It stays until the writer has published: while it is there, files that
 * came since it began belong to somebody, though no snapshot names them yet.
 */
import { readFileSync, readlinkSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { textDigest } from '../core/digest.ts'
import { DAY, type Micros } from '../core/time.ts'
import { inParallel } from './durable.ts'

/** Without a change for so long, a writer of another machine is taken for dead. */
const SILENCE: Micros = DAY
const BEGUN = 'begun'

/** @param store folder of this machine */
export async function openIncoming(store: string, work: 'ingest' | 'adopt' | 'compact'): Promise<string> {
  const incoming = join(store, 'incoming')
  await mkdir(incoming, { recursive: true })
  const folder = await mkdtemp(join(incoming, `${work}-${machine()}-${process.pid}-`))
  // Its time stays, that of the folder does not.
  await writeFile(join(folder, BEGUN), '')
  const begun = await touchedOf(join(folder, BEGUN))
  await sweepIncoming(store, { old: ({ touched }) => begun !== undefined && touched + SILENCE <= begun })
  return folder
}

export interface Swept {
  /** Taken away, or to be taken away. */
  readonly files: number
  readonly bytes: number
  /** When the oldest writer that may be alive began. */
  readonly oldest: Micros
}

/**
 * Takes away what dead writers left.
 * @param terms.old when what is nobody's by its name was left for long enough
 */
export async function sweepIncoming(
  store: string,
  terms: {
    readonly old: (entry: { readonly touched: Micros }) => boolean
    readonly dryRun?: boolean
  },
): Promise<Swept> {
  const incoming = join(store, 'incoming')
  let [files, bytes, oldest] = [0, 0, Number.POSITIVE_INFINITY]
  const folders = (await readdir(incoming, { withFileTypes: true }).catch(() => [])).filter(one =>
    one.isDirectory(),
  )
  await inParallel(folders, async ({ name }) => {
    const folder = join(incoming, name)
    const inside = await readdir(folder, { recursive: true }).catch(() => [])
    const entries = await inParallel(['', ...inside], async one => {
      const found = await stat(join(folder, one)).catch(() => undefined)
      return {
        bytes: found?.isFile() === true ? found.size : 0,
        isFile: found?.isFile() === true && one !== BEGUN,
        touched: found === undefined ? 0 : Math.max(found.mtimeMs, found.ctimeMs) * 1000,
      }
    })
    const state = stateOf(name)
    if (state === 'dead' || (state === 'unknown' && entries.every(terms.old))) {
      if (terms.dryRun !== true) await rm(folder, { recursive: true, force: true })
      files += entries.filter(({ isFile }) => isFile).length
      bytes += entries.reduce((sum, entry) => sum + entry.bytes, 0)
      return
    }
    const begun = (await touchedOf(join(folder, BEGUN))) ?? entries[0].touched
    oldest = Math.min(oldest, begun)
  })
  return { files, bytes, oldest }
}

/** `ingest-<machine>-<pid>-<chance>` of a process of this machine that runs, or does not; unknown of all others. */
function stateOf(name: string): 'alive' | 'dead' | 'unknown' {
  const [, where, pid] = /^[a-z]+-([0-9a-f]{12})-(\d+)-/.exec(name) ?? []
  if (where !== machine()) return 'unknown'
  try {
    process.kill(Number(pid), 0)
    return 'alive'
  } catch (cause) {
    // Of somebody else, and so alive.
    return (cause as NodeJS.ErrnoException).code === 'EPERM' ? 'alive' : 'dead'
  }
}

let here: string | undefined

/** Equal for processes that see each other's numbers: of one start of a system, and in it of one container. */
function machine(): string {
  if (here === undefined) {
    const boot = unless(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'))
    const numbers = unless(() => readlinkSync('/proc/self/ns/pid'))
    here = textDigest([hostname(), boot, numbers].join('\n')).slice(0, 12)
  }
  return here
}

/** Systems other than Linux have neither. */
function unless(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}

async function touchedOf(path: string): Promise<Micros | undefined> {
  const found = await stat(path).catch(() => undefined)
  return found === undefined ? undefined : Math.max(found.mtimeMs, found.ctimeMs) * 1000
}
