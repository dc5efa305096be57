// Bundles what runs in Node: the command line tool and the desktop app's main process and preload script.
// `node scripts/build.mjs [cli] [electron] [--force]`; without a name both. What is up to date is left alone.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as esbuild from 'esbuild'
import { isStale, root, TARGETS } from './freshness.mjs'

const COMMON = { absWorkingDir: root, bundle: true, platform: 'node', target: 'node20', write: false, sourcemap: false, logLevel: 'silent' }

/** Bundles of each target; an entry that does not exist yet is left out. */
const BUNDLES = {
  // tfjs stays outside and in chunks of its own, so that commands which need no model start at once.
  cli: [
    {
      entryPoints: { netloom: 'cli/netloom.ts', stock: 'cli/bench/stockThread.ts' },
      outdir: 'dist/cli',
      outExtension: { '.js': '.mjs' },
      format: 'esm',
      splitting: true,
      external: ['@tensorflow/*', 'h5wasm', 'h5wasm/*', 'onnxruntime-web', '@resvg/*', 'webgpu'],
    },
  ],
  electron: [
    {
      entryPoints: { main: 'electron/main.ts' },
      outdir: 'dist/electron',
      outExtension: { '.js': '.cjs' },
      format: 'cjs',
      external: ['electron'],
      define: { 'import.meta.url': 'importMetaUrl' },
      banner: { js: `const importMetaUrl = require('node:url').pathToFileURL(__filename).href;` },
    },
    {
      entryPoints: { preload: 'electron/preload.ts' },
      outdir: 'dist/electron',
      outExtension: { '.js': '.cjs' },
      format: 'cjs',
      external: ['electron'],
    },
  ],
}

const HOUR = 3_600_000

/** Puts finished files in place one by one, each whole, the one that tells the age last; chunks of a run that still goes on stay for an hour. */
const install = (files, stamp, time) => {
  const folder = join(root, dirname(stamp))
  mkdirSync(folder, { recursive: true })
  const ordered = [...files].sort((a, b) => Number(basename(a.path) === basename(stamp)) - Number(basename(b.path) === basename(stamp)))
  for (const file of ordered) {
    const part = `${file.path}.${process.pid}.tmp`
    writeFileSync(part, file.contents)
    utimesSync(part, time, time)
    renameSync(part, file.path)
  }
  const fresh = new Set(files.map(file => basename(file.path)))
  for (const name of readdirSync(folder)) {
    const stat = fresh.has(name) ? undefined : statSync(join(folder, name), { throwIfNoEntry: false })
    if (stat && Date.now() - stat.mtimeMs > HOUR) rmSync(join(folder, name), { force: true, recursive: true })
  }
}

/** Builds one target and says in how many ms; false when none of its sources exist. */
export const build = async target => {
  for (const script of ['genRegistry', 'buildKernels', 'buildPlayer'])
    execFileSync(process.execPath, [join(root, `scripts/${script}.mjs`)], { stdio: ['ignore', 'ignore', 'inherit'] })
  const started = new Date()
  const bundles = BUNDLES[target].filter(({ entryPoints }) => Object.values(entryPoints).every(path => existsSync(join(root, path))))
  if (bundles.length === 0) return false
  const results = await Promise.all(bundles.map(bundle => esbuild.build({ ...COMMON, ...bundle })))
  install(
    results.flatMap(result => result.outputFiles),
    TARGETS[target].stamp,
    started,
  )
  return true
}

/** Builds a target when it is missing or older than its sources. */
export const ensure = async target => {
  if (isStale(target)) await build(target)
}

const main = async args => {
  const force = args.includes('--force')
  const named = args.filter(arg => arg in TARGETS)
  for (const target of named.length ? named : Object.keys(TARGETS)) {
    if (!force && !isStale(target)) continue
    const started = performance.now()
    const done = await build(target)
    console.error(done ? `Built ${target} in ${Math.round(performance.now() - started)} ms.` : `Nothing to build for ${target} yet.`)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  main(process.argv.slice(2)).catch(error => {
    console.error(error.message)
    process.exitCode = 1
  })
