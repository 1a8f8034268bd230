/**
 * A store as any DuckDB sees it, whatever program has one inside (its own shell, Python, R, DBeaver): each dataset a
 * view over its Parquet files, under the name that `store.sql` knows. The views stand for one snapshot, whose files
 * never change; they hold no rows, so nothing is copied, and nobody is locked out. `gordon data retain` may take the
 * files of an old snapshot away: views of it then name what is missing.
 */
import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { createInstance, sqlName, sqlText } from '../catalog/duckdb.ts'
import { openStore, type Store } from '../catalog/index.ts'
import { partsOf } from '../catalog/manifest.ts'
import { rowsSql } from '../catalog/store.ts'
import { GordonError } from '../core/errors.ts'
import { DEFAULT_STORE } from './choose-bars.ts'
import type { DataCommandOptions } from './data.ts'
import { storePlace } from './store-place.ts'

/** `gordon data attach`: the statements on stdout, or a database in the file that `out` names. */
export async function dataAttach({
  store: name = DEFAULT_STORE,
  snapshot,
  json,
  out,
}: DataCommandOptions & { readonly out?: string }): Promise<string> {
  const store = await openStore(await storePlace(name), { snapshot })
  const views = (await store.datasets()).map(one => one.view)
  const file = out === undefined ? undefined : await attachFile(store, out)
  if (json) return JSON.stringify({ snapshot: store.snapshot, views, file, sql: await attachSql(store) })
  if (file === undefined) return (await attachSql(store)).trimEnd()
  return `${file} has ${views.join(', ')} of ${store.snapshot}: ATTACH ${sqlText(file)} AS market (READ_ONLY);`
}

/** Statements for a DuckDB of your own: `duckdb -init views.sql`. @throws GordonError ATTACH_REMOTE */
export async function attachSql(store: Store): Promise<string> {
  const statements = (await viewsOf(store)).map(
    ({ view, rows }) => `CREATE OR REPLACE VIEW ${sqlName(view)} AS ${rows};`,
  )
  return `${[`-- ${store.name}, ${store.snapshot}`, ...statements].join('\n')}\n`
}

/**
 * A DuckDB database of these views and nothing else: `ATTACH 'market.duckdb' AS market (READ_ONLY)`.
 * @param path its file; one that is there is replaced whole, where it is a database of views
 * @returns the absolute path
 * @throws GordonError ATTACH_REMOTE, NOT_VIEWS for a file that holds anything else
 */
export async function attachFile(store: Store, path: string): Promise<string> {
  const views = await viewsOf(store)
  const target = resolve(path)
  const temporary = `${target}.${process.pid}`
  await mkdir(dirname(target), { recursive: true })
  const instance = await createInstance()
  try {
    const connection = await instance.connect()
    if (existsSync(target)) await requireViews(target, text => connection.runAndReadAll(text))
    await connection.run(`ATTACH ${sqlText(temporary)} AS made`)
    for (const { view, rows } of views) await connection.run(`CREATE VIEW made.${sqlName(view)} AS ${rows}`)
    await connection.run('DETACH made')
    connection.closeSync()
    await rename(temporary, target)
  } finally {
    instance.closeSync()
    await rm(temporary, { force: true })
    await rm(`${temporary}.wal`, { force: true })
  }
  return target
}

/** Nobody's tables are written over. */
async function requireViews(
  path: string,
  ask: (text: string) => Promise<{ getRowObjects(): Record<string, unknown>[] }>,
): Promise<void> {
  const refuse = (why: string, cause?: unknown) =>
    new GordonError('NOT_VIEWS', `${path} ${why}, and would be lost: give another name`, { cause })
  try {
    await ask(`ATTACH ${sqlText(path)} AS old (READ_ONLY)`)
  } catch (cause) {
    throw refuse('is there and is no database that can be opened', cause)
  }
  const tables = await ask("SELECT table_name FROM duckdb_tables() WHERE database_name = 'old'")
  const names = tables.getRowObjects().map(row => String(row.table_name))
  if (names.length > 0) throw refuse(`holds tables of its own (${names.slice(0, 3).join(', ')})`)
  await ask('DETACH old')
}

async function viewsOf(store: Store): Promise<{ readonly view: string; readonly rows: string }[]> {
  if (store.storage.remote)
    throw new GordonError(
      'ATTACH_REMOTE',
      `${store.name} is no folder of this machine, and views need files that stay: ask it with store.sql or gordon data sql`,
    )
  const views: { view: string; rows: string }[] = []
  for (const { id, view } of await store.datasets()) {
    const files = partsOf(await store.show(id)).flatMap(part => part.files)
    const paths = files.map(({ path }) => resolve(store.folder, path))
    views.push({ view, rows: rowsSql(files, paths) })
  }
  return views
}
