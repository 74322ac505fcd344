import { join } from 'node:path'
import { configDefaults, defineConfig } from 'vitest/config'

/**
 * The thread of each server that a test starts is made of sources, which Node then need not compile
 * again: 0.5 s of processor time instead of 1.0.
 */
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/twofold')

/**
 * A worker loads each module once for all its files. What modules keep (digests of known words, names
 * of countries) is the same for everybody, as long as tests hash with a real SHA-256.
 */
const ISOLATE = false

/**
 * unit: beside the source and tidy; integration: real servers and files, and what stands beside the
 * source but takes many seconds (x.long.test.ts); browser: Chromium; php: the WordPress plugin and the
 * snippets for servers, which need PHP, Python, Ruby and a JDK (`npm run test:php`).
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{src,conformance,examples}/**/*.test.ts', 'test/tidy/**/*.test.ts'],
          exclude: [...configDefaults.exclude, '**/*.long.test.ts'],
          environment: 'node',
          isolate: ISOLATE,
          // A busy machine of two cores: what hangs is found all the same.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: [
            'test/{http,crash,sim,cli,docs}/**/*.test.ts',
            '{src,examples}/**/*.long.test.ts',
          ],
          environment: 'node',
          isolate: ISOLATE,
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'php',
          include: ['test/php/**/*.test.ts'],
          environment: 'node',
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          environment: 'node',
          isolate: ISOLATE,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
