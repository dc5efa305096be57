// `npm test`: installs what is missing, then types, lint, unit and end-to-end; stops at the first that fails.
// Runs with nothing but Node, so it imports only builtins and what lies beside it.
import { spawnSync } from 'node:child_process'
import { ensureBrowser } from './ensureBrowser.mjs'
import { ensureInstalled } from './ensureInstalled.mjs'

const run = (title, command, args, env = {}) => {
  console.log(`\n== ${title}`)
  const started = Date.now()
  const { status } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } })
  if (status !== 0) {
    console.error(`\n${title} failed.`)
    process.exit(status ?? 1)
  }
  console.log(`${title}: ${((Date.now() - started) / 1000).toFixed(0)} s`)
}

const only = process.argv[2]
const step = (name, action) => {
  if (!only || only === name) action()
}

ensureInstalled()
step('types', () => run('Types', 'npm', ['run', '-s', 'types']))
step('lint', () => run('Lint', 'npm', ['run', '-s', 'lint']))
if (!only || only === 'unit' || only === 'e2e') {
  // Chromium comes first: it brings the driver with which the unit tests of WebGPU compute. They skip those without one.
  const browser = await ensureBrowser().then(
    path => ({ path }),
    error => ({ error }),
  )
  const env = browser.path ? { NETLOOM_CHROMIUM: browser.path } : {}
  step('unit', () => run('Unit tests', 'npm', ['run', '-s', 'unit'], env))
  step('e2e', () => {
    if (browser.error) throw browser.error
    run('Build', 'npm', ['run', '-s', 'build'])
    run('End-to-end tests', 'npx', ['playwright', 'test', ...process.argv.slice(3)], env)
  })
}
