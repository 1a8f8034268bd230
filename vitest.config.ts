import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['lab/**/*.test.ts', 'live/**/*.test.ts', 'strategies/**/*.test.ts', 'data/**/*.test.ts'],
    exclude: ['node_modules/**', 'dist/**'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
})
