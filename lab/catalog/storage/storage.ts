/**
 * Where a store's bytes lie: in a folder, or in a bucket of an S3-compatible server. Two kinds of things are kept:
 * small texts (header, snapshots, manifests), and data files that never change and bear the start of their SHA-256 in
 * their names. Whatever is written is whole or absent, and of several writers of one new name exactly one wins: all
 * else in the catalog follows from these two.
 */
import { GordonError } from '../../core/errors.ts'
import type { Micros } from '../../core/time.ts'
import { folderStorage } from './folder-storage.ts'

/** A data file as a manifest names it. */
export interface StoredFile {
  /** Relative to the store, with `/`. */
  readonly path: string
  readonly sha256: string
  readonly bytes: number
}

/** A file as it lies in a store, whoever put it there. */
export interface StoredEntry {
  /** Relative to the store, with `/`. */
  readonly path: string
  readonly bytes: number
  /** The later of the times of its bytes and of its name, µs UTC by the clock of where the store lies. */
  readonly touched: Micros
  /** Another one where another file came into its place. */
  readonly mark: string
}

/** Files that lie on this machine until they are let go. */
export interface BroughtFiles {
  /** In the order in which they were asked for. */
  readonly paths: readonly string[]
  /** They may go from a local cache again. */
  release(): void
}

export interface Storage {
  /** As a person says it: `data/store`, `s3://bucket/prefix`. */
  readonly name: string
  /** Folder of this machine for caches and unfinished files; where the store is a folder, the store itself. */
  readonly folder: string
  /** True where data files have to be brought before they can be read. */
  readonly remote: boolean

  /** Names directly below a folder of the store, in any order; none where it does not exist. */
  names(folder: string): Promise<readonly string[]>
  /** A text, or undefined where there is none. @param sha256 of a text that never changes: a local copy may serve */
  read(path: string, sha256?: string): Promise<string | undefined>
  /** Puts a text in the place of what was there. */
  write(path: string, text: string): Promise<void>
  /** Puts a text where none of that name is, or says that somebody was first. */
  writeNew(path: string, text: string): Promise<'published' | 'taken'>
  remove(path: string): Promise<void>

  /** Before the first write: makes sure that a store can be written here at all. */
  ready(): Promise<void>
  /** Moves a file of this machine into the store; durable under its name after `settle`. */
  take(staged: string, file: StoredFile): Promise<void>
  settle(): Promise<void>
  /** @throws GordonError STORE_DAMAGED where a file is missing, CHECKSUM_MISMATCH where it has other bytes */
  bring(files: readonly StoredFile[]): Promise<BroughtFiles>
  /** What the store itself, and no copy, has under a name; reads every byte unless the size is wrong. */
  inspect(file: StoredFile): Promise<{ readonly bytes: number; readonly sha256?: string } | undefined>

  /** Every file below a folder of the store, and below `''` those beside its folders. */
  entries(folder: string): Promise<readonly StoredEntry[]>
  /** Takes a file away, unless another one came into its place since it was seen; false where it is gone, or another. */
  discard(entry: StoredEntry): Promise<boolean>
}

/** A folder by its path, or any storage. */
export type StorePlace = string | Storage

/** @throws GordonError STORE_NOT_CONNECTED for the bare name of a bucket */
export function storageOf(place: StorePlace): Storage {
  if (typeof place !== 'string') return place
  if (!/^s3:/i.test(place)) return folderStorage(place)
  throw new GordonError(
    'STORE_NOT_CONNECTED',
    `${place} is in a bucket and needs credentials: hand over what s3Storage makes of them instead of its name`,
  )
}
