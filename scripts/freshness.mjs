// Tells whether a bundle is older than the sources it is made of. Loads nothing heavy: it runs at every start of the CLI.
import { readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Root of the repository. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** What can be bundled: the file that tells its age, and the places it is made of. */
export const TARGETS = {
  cli: { stamp: 'dist/cli/netloom.mjs', sources: ['shared', 'kernels', 'player', 'node', 'cli', 'templates', 'scripts', 'package.json'] },
  electron: { stamp: 'dist/electron/main.cjs', sources: ['shared', 'node', 'electron', 'templates', 'scripts', 'package.json'] },
}

/** Time of the youngest file or folder below a place, ms since 1970; folders count, so that a deletion is noticed. Tests do not go into a bundle. */
export const youngest = (path, counts = () => true) => {
  if (!counts(path)) return 0
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat) return 0
  if (!stat.isDirectory()) return stat.mtimeMs
  let time = stat.mtimeMs
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (/\.test\.tsx?$/.test(entry.name)) continue
    time = Math.max(time, youngest(join(path, entry.name), counts))
  }
  return time
}

/** True when the bundle is missing or a source is younger. */
export const isStale = target => {
  const { stamp, sources } = TARGETS[target]
  const built = statSync(join(root, stamp), { throwIfNoEntry: false })
  return !built || sources.some(source => youngest(join(root, source)) > built.mtimeMs)
}
