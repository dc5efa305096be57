// `npm run bench:frames [-- --rounds N] [--seconds S] [--pairs N]`: trains LeNet in the built window in Chromium, and tells how long the window's thread
// works per frame with film strips on, in processor time, and what part of the training rate the live probes cost; for the second, the machine should do
// nothing else.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { findBrowser } from '../scripts/findBrowser.mjs'
import { root } from '../scripts/freshness.mjs'
import { serve } from '../scripts/serve.mjs'
import { load, prepare, run } from './bundle.mjs'

/** Builds and serves the window and measures it; gives the figures that every release holds. */
export const measureFrames = async (args = []) => {
  const browser = findBrowser()
  if (!browser) throw new Error('The window is measured in a Chromium and none was found: set NETLOOM_BROWSER to its path.')
  if (
    !args.includes('--no-build') &&
    spawnSync('npm', ['run', '-s', 'build'], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' }).status !== 0
  )
    throw new Error('The window could not be built.')
  prepare()
  const { measureWindow } = await load('window')
  const { url, close } = await serve(0)
  try {
    return await measureWindow(browser, url, args)
  } finally {
    await close()
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) run(measureFrames)
