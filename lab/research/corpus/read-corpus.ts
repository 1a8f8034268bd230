/**
 * The corpus as tests take it: strategy files whose header comments say which market they are tried on and what
 * must be said of them. They are copied out of lab/ first, as a strategy may import nothing that lies inside.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TradingSettings } from '../../sim/index.ts'
import { type MarketName, corpusMarket } from './market.ts'

export interface CorpusEntry {
  readonly name: string
  readonly file: string
  /** First sentence of its header. */
  readonly about: string
  readonly leak: string | undefined
  /** A finding's code for cheats, a verdict for honest ones. */
  readonly expect: string
  /** The finding's code where typed arrays are not closed to strategies (sim/loading/seal.ts). */
  readonly unsealed: string | undefined
  readonly market: MarketName
  readonly settings: TradingSettings
}

export interface Corpus {
  readonly cheating: readonly CorpusEntry[]
  readonly honest: readonly CorpusEntry[]
  readonly remove: () => void
}

export function readCorpus(): Corpus {
  const folder = mkdtempSync(join(tmpdir(), 'gordon-corpus-'))
  cpSync(new URL('.', import.meta.url), folder, { recursive: true })
  return {
    cheating: entries(join(folder, 'cheating')),
    honest: entries(join(folder, 'honest')),
    remove: () => rmSync(folder, { recursive: true }),
  }
}

export { corpusMarket }

function entries(folder: string): CorpusEntry[] {
  return readdirSync(folder)
    .filter(name => name.endsWith('.ts'))
    .sort()
    .map(name => {
      const file = join(folder, name)
      const header = /^\/\*\*\n([\s\S]*?)\*\//.exec(readFileSync(file, 'utf8'))?.[1] ?? ''
      const text = header.replace(/^ \* ?/gm, '')
      const field = (key: string) => new RegExp(`^${key}: (.+)$`, 'm').exec(text)?.[1]
      const settings = (field('Settings') ?? '').split(' ').filter(Boolean)
      return {
        name: name.replace(/\.ts$/, ''),
        file,
        about: text.split('\n\n')[0].replace(/\s+/g, ' ').trim(),
        leak: field('Leak'),
        expect: field('Expect') ?? '',
        unsealed: field('Unsealed'),
        market: (field('Market') ?? 'one') as MarketName,
        settings: Object.fromEntries(settings.map(pair => pair.split('='))),
      }
    })
}
