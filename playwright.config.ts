import { defineConfig } from '@playwright/test'

/** End to end: the real Electron, a real agent, real sandboxes. One at a time, because the machine is part of the test. */
export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'e2e/output/artifacts',
  workers: 1,
  fullyParallel: false,
  forbidOnly: Boolean(process.env['CI']),
  retries: 0,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['json', { outputFile: process.env['JOEY_E2E_REPORT'] ?? 'e2e/output/report.json' }]],
})
