// Finds or fetches a Chromium for the end-to-end tests: Playwright's own, an installed one, a download, or the system's package.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findBrowser } from './findBrowser.mjs'
import { root } from './freshness.mjs'

const DOWNLOAD_LIMIT = 5 * 60_000

const playwrightPath = async () => {
  const { chromium } = await import('@playwright/test')
  const path = chromium.executablePath()
  return path && existsSync(path) ? path : null
}

const download = async () => {
  console.error('Fetching Chromium for the tests …')
  const cli = join(root, 'node_modules/@playwright/test/cli.js')
  spawnSync(process.execPath, [cli, 'install', 'chromium'], { stdio: ['ignore', 'ignore', 'inherit'], timeout: DOWNLOAD_LIMIT })
  return playwrightPath()
}

const fromSystem = () => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return null
  console.error('Installing the chromium package …')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const run = args => spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0
  if (!run(['install', '-y', '--no-install-recommends', 'chromium'])) {
    run(['update'])
    run(['install', '-y', '--no-install-recommends', 'chromium'])
  }
  return findBrowser()
}

/** Path of a Chromium; an installed one comes before a download of 150 MB. Throws a sentence that says what to do when there is none. */
export const ensureBrowser = async () => {
  const path = (await playwrightPath()) ?? findBrowser() ?? (await download()) ?? fromSystem()
  if (path) return path
  throw new Error(
    'The end-to-end tests need a Chromium and none could be fetched. Install Chromium or Chrome, or set NETLOOM_BROWSER to its path.',
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  ensureBrowser().then(
    path => console.log(path),
    error => {
      console.error(error.message)
      process.exitCode = 1
    },
  )
