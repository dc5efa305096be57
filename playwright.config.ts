import { createHash } from 'node:crypto'
import { defineConfig } from '@playwright/test'

/** Chromium found or installed by scripts/ensureBrowser.mjs; unset, Playwright's own is taken. */
const executablePath = process.env.NETLOOM_CHROMIUM
/** Port of the served window, its own for every folder, so that two clones can be tested side by side. */
const ownPort =
  20_000 +
  (createHash('sha1')
    .update(import.meta.dirname)
    .digest()
    .readUInt16BE(0) %
    10_000)
const port = Number(process.env.NETLOOM_PORT ?? ownPort)
const root = process.getuid?.() === 0

const args = [
  ...(root ? ['--no-sandbox'] : []),
  '--enable-unsafe-webgpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  timeout: 180_000,
  expect: { timeout: 20_000 },
  workers: 1,
  retries: process.env.CI ? 1 : 0,
  reporter: [['list']],
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    launchOptions: { args, ...(executablePath ? { executablePath } : {}) },
  },
  webServer: { command: `node scripts/serve.mjs --port ${port}`, port, reuseExistingServer: !process.env.CI },
  projects: [
    { name: 'browser', testIgnore: /electron.*\.spec\.ts/ },
    { name: 'electron', testMatch: /\.spec\.ts/ },
  ],
})
