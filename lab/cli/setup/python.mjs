/**
 * The project's own Python environment, .venv: JupyterLab for notebooks, reference libraries for tests.
 * Nothing that ships calls Python. Each requirements file is installed once per content.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { must, quiet, SetupError } from './command.mjs'
import { place, venvBin } from './place.mjs'

const AT_LEAST = [3, 11]
const HOW =
  'install Python 3.11 or newer with its venv module ' +
  '(Debian and Ubuntu: `apt-get install python3 python3-venv`; macOS: `brew install python`; Windows: python.org), then run this again.'

/**
 * A Python on PATH that is new enough and can make environments.
 * @throws SetupError with one sentence that says what to install
 */
export function findPython(names = process.platform === 'win32' ? ['python', 'py'] : ['python3', 'python']) {
  const probe = 'import sys, venv, ensurepip; print(sys.version_info[0], sys.version_info[1])'
  let found = 'no Python was found'
  for (const name of names) {
    const { code, text } = quiet(name, ['-c', probe])
    const version = /^(\d+) (\d+)\s*$/.exec(text)
    if (code === 0 && version !== null) {
      const [major, minor] = version.slice(1).map(Number)
      if (major > AT_LEAST[0] || (major === AT_LEAST[0] && minor >= AT_LEAST[1])) return name
      found = `${name} is ${major}.${minor}`
    } else if (/ensurepip|venv/.test(text)) found = `${name} has no venv module`
  }
  throw new SetupError(`The notebooks and the tests need Python, and ${found}: ${HOW}`)
}

/** Stops early, before long installs, where .venv can be neither used nor made. */
export function checkPython() {
  if (!existsSync(venvBin('python'))) findPython()
}

/** Installs the pins of these files (paths from the root) into .venv, where they are not yet. */
export function installPython(files) {
  if (!existsSync(venvBin('python'))) {
    console.error('Making .venv …')
    must(`Python could not make .venv: ${HOW}`, findPython(), ['-m', 'venv', '--clear', place('.venv')])
  }
  for (const file of files.filter(file => stampOf(file) !== readStamp(file))) {
    console.error(`Installing ${file} into .venv …`)
    // A file whose first line says `no-deps` names packages of which only the files are used.
    const alone = readFileSync(place(file), 'utf8').startsWith('# no-deps') ? ['--no-deps'] : []
    must(
      `pip could not install ${file} (its words are above): check the network and the disk, then run this again.`,
      venvBin('python'),
      ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...alone, '-r', place(file)],
    )
    writeFileSync(stampFile(file), stampOf(file))
  }
}

const stampFile = file => place('.venv', `.gordon-${file.replaceAll('/', '-')}`)
const stampOf = file =>
  createHash('sha256')
    .update(readFileSync(place(file)))
    .digest('hex')
const readStamp = file => (existsSync(stampFile(file)) ? readFileSync(stampFile(file), 'utf8') : undefined)
