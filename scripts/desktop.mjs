// Finds or fetches the Electron binary. The electron package carries none: it fetches it at first use.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './freshness.mjs'

const PACKAGE = join(root, 'node_modules/electron')
const PROBE_LIMIT = 6_000
const FETCH_LIMIT = 10 * 60_000
const SOURCE = 'https://github.com/electron/electron/releases/'

/** Path of Electron's binary; null when it has not been fetched. */
export const electronPath = () => {
  const record = join(PACKAGE, 'path.txt')
  if (!existsSync(record)) return null
  const path = join(process.env.ELECTRON_OVERRIDE_DIST_PATH || join(PACKAGE, 'dist'), readFileSync(record, 'utf8'))
  return existsSync(path) ? path : null
}

/** A quick look whether the download can work at all, so that a machine without it is not kept waiting. */
const isReachable = async () => {
  const source = process.env.ELECTRON_MIRROR || process.env.npm_config_electron_mirror || SOURCE
  const answer = await fetch(source, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(PROBE_LIMIT) }).catch(() => null)
  return answer !== null && answer.status < 500
}

/** Electron's binary, fetched if need be: `{ path }`, or `{ reason }` in a few words. */
export const ensureElectron = async () => {
  const there = electronPath()
  if (there) return { path: there }
  if (!existsSync(PACKAGE)) return { reason: 'the electron package is not installed' }
  if (!(await isReachable())) return { reason: 'its program could not be fetched (no connection to the download server)' }
  console.error('Fetching the desktop shell (about 120 MB, once) …')
  const run = spawnSync(process.execPath, [join(PACKAGE, 'install.js')], { encoding: 'utf8', timeout: FETCH_LIMIT })
  const path = electronPath()
  const why = (run.stderr ?? '')
    .split('\n')
    .find(line => /error/i.test(line))
    ?.trim()
    .slice(0, 120)
  return path ? { path } : { reason: `its program could not be fetched (${why || 'the download broke off'})` }
}
