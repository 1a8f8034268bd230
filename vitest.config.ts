import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  // Strategies import the package by name: under test that is the source, in one copy with the engine.
  resolve: {
    alias: [
      { find: /^gordon\/strategy$/, replacement: source('./lab/strategy/index.ts') },
      { find: /^gordon$/, replacement: source('./lab/index.ts') },
    ],
  },
  test: {
    server: { deps: { inline: [/\.cache\/modules/] } },
    include: ['lab/**/*.test.{ts,mjs}', 'live/**/*.test.ts', 'strategies/**/*.test.ts', 'data/**/*.test.ts'],
    exclude: [
      'node_modules/**',
      'dist/**',
      // They read a folder of real files that is no part of the project.
      ...(process.env.GORDON_ACCEPTANCE_DATA === undefined
        ? ['**/acceptance.test.ts', '**/*.acceptance.test.ts']
        : []),
    ],
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
})
