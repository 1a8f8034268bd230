import { expect, test } from 'vitest'
import { python } from './python.ts'

test('a script reads its input as JSON and answers in JSON, every digit kept', async () => {
  const answer = await python('import json, sys; print(json.dumps(json.load(sys.stdin)))', [
    0.1 + 0.2,
    'é',
    null,
  ])
  expect(answer).toEqual([0.1 + 0.2, 'é', null])
})

test('a script that fails says so with the last line of its traceback', async () => {
  await expect(python('raise ValueError("no such column")')).rejects.toMatchObject({
    code: 'PYTHON_FAILED',
    message: 'the Python script ended with 1: ValueError: no such column',
  })
})

test('a script that prints something else than JSON is named', async () => {
  await expect(python('print("nan")')).rejects.toMatchObject({
    code: 'PYTHON_FAILED',
    message: 'the Python script printed no JSON but `nan\n`',
  })
})

test('a missing environment names the command that makes it', async () => {
  await expect(python('', null, { interpreter: '/nowhere/python' })).rejects.toMatchObject({
    code: 'PYTHON_MISSING',
    message: 'no Python with the reference libraries at /nowhere/python: run `npm test` once, which makes it',
  })
})
