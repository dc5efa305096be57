// `npm start`: installs what is missing, builds what is stale, opens the desktop app, else the browser edition, else says where it is served.
// Options: --browser (browser edition even where the desktop is there), --no-open (serve only), --port N; a project file may follow.
// Only Node's own modules are loaded before the packages are there.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureInstalled } from './ensureInstalled.mjs'
import { findBrowser } from './findBrowser.mjs'
import { root, youngest } from './freshness.mjs'

const WINDOW_SOURCES = [
  'renderer',
  'shared',
  'player',
  'templates',
  'assets',
  'scripts',
  'vite.config.ts',
  'package.json',
  'package-lock.json',
]

/** A browser that fails within this time could not open a window, ms. */
const QUICK = 5_000

const run = (command, args) =>
  new Promise((done, failed) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
    child.once('error', failed)
    child.once('exit', code => (code === 0 ? done() : failed(new Error(`${args[0]} ended with ${code}.`))))
  })

/** Builds the window and the Node side where a source is younger than what was built. */
const build = async () => {
  await run(process.execPath, [join(root, 'scripts/genRegistry.mjs')])
  await run(process.execPath, [join(root, 'scripts/build.mjs'), 'electron'])
  await run(process.execPath, [join(root, 'scripts/buildPlayer.mjs')])
  const sources = Math.max(...WINDOW_SOURCES.map(name => youngest(join(root, name))))
  if (youngest(join(root, 'dist/renderer/index.html')) > sources) return
  console.error('Building the window …')
  await run(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'])
}

const hasDisplay = () => process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
const rootFlags = () => (process.getuid?.() === 0 ? ['--no-sandbox'] : [])

/** Ends `child` with us, and us with `child`. */
const untilExit = child =>
  new Promise(done => {
    const end = () => child.kill()
    process.once('SIGINT', end)
    process.once('SIGTERM', end)
    child.once('error', () => done(1))
    child.once('exit', code => done(code ?? 0))
  })

/** Opens the desktop app and waits for its end; false, with the reason told, when there is none. */
const openDesktop = async files => {
  if (!hasDisplay()) {
    console.log('The desktop app is not available: this session has no display. Serving the browser edition.')
    return false
  }
  const { ensureElectron } = await import('./desktop.mjs')
  const { path, reason } = await ensureElectron()
  if (!path) {
    console.log(`The desktop app is not available: ${reason}. Opening the browser edition.`)
    return false
  }
  process.exitCode = await untilExit(spawn(path, [...rootFlags(), root, ...files], { stdio: 'inherit' }))
  return true
}

/** The arguments of a browser that shows one address as an application window. */
export const appArguments = (url, profile) => [
  `--app=${url}`,
  `--user-data-dir=${profile}`,
  '--enable-unsafe-webgpu',
  '--no-first-run',
  '--no-default-browser-check',
  ...rootFlags(),
]

const openBrowser = async (port, open) => {
  const { serve } = await import('./serve.mjs')
  const { url, close, own, profile } = await serve(port)
  const browser = open && hasDisplay() ? findBrowser() : null
  if (browser) {
    console.log(`Netloom is open in a window of its own, served at ${url}`)
    const opened = Date.now()
    const code = await untilExit(spawn(browser, appArguments(url, profile), { stdio: 'ignore' }))
    if (code === 0 || Date.now() - opened > QUICK) return close()
    console.log('The browser ended at once, so no window is open.')
  }
  console.log(`Open Netloom in Chromium, Chrome or Edge: ${url}${own ? ' (Ctrl+C ends it)' : ''}`)
  if (!own) return
  await new Promise(done => {
    process.once('SIGINT', done)
    process.once('SIGTERM', done)
  })
  await close()
}

const main = async args => {
  ensureInstalled()
  const { portOf } = await import('./serve.mjs')
  const port = portOf(args)
  await build()
  const files = args.filter((arg, i) => !arg.startsWith('-') && args[i - 1] !== '--port')
  const desktop = !args.includes('--browser') && !args.includes('--no-open') && port === undefined
  if (desktop && (await openDesktop(files))) return
  await openBrowser(port, !args.includes('--no-open'))
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  main(process.argv.slice(2)).then(
    () => process.exit(),
    error => {
      console.error(error.message)
      process.exit(1)
    },
  )
