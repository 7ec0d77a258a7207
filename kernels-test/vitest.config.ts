import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['src/**/*.test.ts', 'kernels-test/**/*.test.ts'],
    // Each worker opens a GPU of its own, and software drivers use every core by themselves.
    maxWorkers: 2,
    setupFiles: ['kernels-test/setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
})
