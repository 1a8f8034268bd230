/** Where things lie: the project's root and what setup keeps inside it. */
import { resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '../../..')

/** Absolute path of something in the project. */
export const place = (...parts) => resolve(ROOT, ...parts)

/** Executable of the project's own Python environment. */
export const venvBin = name =>
  process.platform === 'win32' ? place('.venv', 'Scripts', `${name}.exe`) : place('.venv', 'bin', name)
