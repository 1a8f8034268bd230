/**
 * README.md, done word for word: every command block runs and every TypeScript block compiles or runs, in a folder
 * that looks like the project and is thrown away.
 */
import { spawn, spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { place } from './place.mjs'

const readme = readFileSync(place('README.md'), 'utf8')
const blocks = language =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(match => match[1])
const commands = blocks('sh').flatMap(block => block.trim().split('\n'))

/** Done by whoever runs this, or by the tests of their own. */
const ELSEWHERE = ['npm start', 'npm test', 'npm run notebook']
/** Goes on until it is stopped. */
const SERVER = /feed-server/

mkdirSync(place('.cache'), { recursive: true })
const folder = mkdtempSync(place('.cache/readme-'))
let server

beforeAll(async () => {
  for (const name of ['dist', 'lab', 'node_modules', 'package.json'])
    symlinkSync(place(name), join(folder, name))
  mkdirSync(join(folder, 'data'))
  for (const name of ['sample', 'aapl-actions.csv'])
    symlinkSync(place('data', name), join(folder, 'data', name))
  mkdirSync(join(folder, 'strategies'))
  for (const name of readdirSync(place('strategies')))
    symlinkSync(place('strategies', name), join(folder, 'strategies', name))
  writeFileSync(
    join(folder, 'strategies/trend.ts'),
    blocks('ts').find(block => block.includes('class Trend')),
  )
  shell('node dist/app/live/gordon.js ingest data/sample')
  const line = commands.find(command => SERVER.test(command))
  server = spawn('bash', ['-c', `exec ${line}`], { cwd: place() })
  await new Promise((ready, fail) => {
    server.stdout.once('data', ready)
    server.once('exit', code => fail(new Error(`the feed ended with ${code}`)))
  })
})

afterAll(() => {
  server?.kill()
  rmSync(folder, { recursive: true, force: true })
})

function shell(command) {
  return spawnSync('bash', ['-c', command], { cwd: folder, encoding: 'utf8' })
}

it('names the three commands', () => {
  for (const command of ELSEWHERE) expect(commands).toContain(command)
})

it.each(commands.filter(command => !ELSEWHERE.includes(command) && !SERVER.test(command)))('%s', command => {
  const { status, stdout, stderr } = shell(command)
  expect({ command, status, stderr: status === 0 ? '' : stderr }).toEqual({ command, status: 0, stderr: '' })
  expect(stdout.trim()).not.toBe('')
})

it('what it says of notebooks runs, from the notebooks folder', () => {
  const cell = blocks('ts').find(block => block.includes('openStore'))
  mkdirSync(join(folder, 'notebooks'))
  const script = cell
    .replace("from 'gordon'", `from '${place('dist/app/lab/index.js')}'`)
    .replace(/\nrun\n$/, '\nconsole.log(run.trades.numRows > 0, run.result.strategy)\n')
  writeFileSync(join(folder, 'notebooks/cell.mjs'), script)
  const { stdout, stderr } = spawnSync(process.execPath, ['cell.mjs'], {
    cwd: join(folder, 'notebooks'),
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  expect(stdout).toBe('true SmaCross\n')
})

it('links and pictures lead somewhere', () => {
  const named = [
    ...readme.matchAll(/\]\((?!https?:)([^)]+)\)|`((?:lab|data|notebooks|strategies)\/[^`*]*)`/g),
  ].map(match => match[1] ?? match[2])
  const made = ['strategies/trend.ts']
  for (const path of named.filter(path => !made.includes(path)))
    expect(shell(`test -e ${place(path)}`).status, path).toBe(0)
})
