// Installs the packages when they are missing or differ from the lock file. Loads nothing but Node's own modules.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, utimesSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = join(dirname(fileURLToPath(import.meta.url)), '..')

const packagesOf = path => JSON.parse(readFileSync(path, 'utf8')).packages ?? {}

/** Whether what is installed in `root` is what its lock file asks for; packages of other systems may be missing. */
export const isInstalled = root => {
  const lock = join(root, 'package-lock.json')
  const record = join(root, 'node_modules/.package-lock.json')
  if (!existsSync(record)) return false
  if (statSync(record).mtimeMs >= statSync(lock).mtimeMs) return true
  const installed = packagesOf(record)
  const same = Object.entries(packagesOf(lock)).every(
    ([path, { version, optional }]) => path === '' || (installed[path] ? installed[path].version === version : optional),
  )
  // A lock file that is only younger, as after a checkout, need not be compared again.
  if (same) utimesSync(record, new Date(), new Date())
  return same
}

/** Makes sure that the packages are there; throws a sentence when they cannot be had. */
export const ensureInstalled = (root = here) => {
  const [major] = process.versions.node.split('.').map(Number)
  if (major < 20) throw new Error(`Netloom needs Node 20 or newer; this is ${process.versions.node}.`)
  if (isInstalled(root)) return
  console.error('Installing packages (once, a few minutes) …')
  const npm = process.env.npm_execpath
  const run = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, 'ci'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
    : spawnSync('npm', ['ci'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], shell: process.platform === 'win32' })
  if (run.status !== 0) throw new Error('The packages could not be installed: see above. Check the connection and run "npm ci".')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    ensureInstalled()
  } catch (error) {
    console.error(error.message)
    process.exitCode = 1
  }
}
