import { defineConfig } from 'vitest/config'

const always = ['**/node_modules/**', 'out/**', 'dist/**', 'e2e/**']

/** A deadline only has to end what hangs; a busy machine with two cores must not fail a test. */
const patience = { testTimeout: 20_000, hookTimeout: 30_000, expect: { poll: { timeout: 15_000 } } }

/** Two lanes: `unit` starts no processes of consequence and runs in parallel, `real` starts real engines, three files at a time. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{src-contract,src-main,src-preload,src-agent,src-cli,tools}/**/*.test.{ts,tsx}'],
          exclude: [...always, '**/*.real.test.ts'],
          environment: 'node',
          ...patience,
        },
      },
      {
        test: {
          name: 'unit-renderer',
          include: ['src-renderer/**/*.test.{ts,tsx}'],
          exclude: always,
          environment: 'jsdom',
          // One page for all files of a worker: making one takes longer than most files. Each test removes what it rendered.
          isolate: false,
          setupFiles: 'src-renderer/testing/setup.ts',
          ...patience,
        },
      },
      {
        test: {
          name: 'real',
          include: ['{src-main,src-agent,src-cli,tools}/**/*.real.test.ts'],
          exclude: always,
          environment: 'node',
          // They wait as much as they work: with two at a time a third of two processors stood idle, with three nothing does.
          maxWorkers: 3,
          // For what hangs: emulated machines have taken from 40 s to over a minute for the same test.
          testTimeout: 180_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 60_000 } },
        },
      },
    ],
  },
})
