// `npm run bench [-- lenet mlp vgg-small] [--rounds N] [--seconds S] [--limit S] [--no-browser] [--no-card] [--no-frames]`: how fast networks train
// here, beside stock tfjs in the same browser, PyTorch, and on the graphics card; what the window costs while it trains. One table, and JSON in out/.
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensureInstalled } from '../scripts/ensureInstalled.mjs'
import { findBrowser } from '../scripts/findBrowser.mjs'
import { root } from '../scripts/freshness.mjs'

const OUT = join(root, 'dist/bench/main.mjs')

/** Bundles the TypeScript of the bench; packages stay outside. */
export const bundle = async (entry, outfile) => {
  const { build } = await import('esbuild')
  mkdirSync(join(root, 'dist/bench'), { recursive: true })
  await build({
    ...{ absWorkingDir: root, entryPoints: [entry], outfile, bundle: true, splitting: false },
    ...{ platform: 'node', target: 'node20', format: 'esm', packages: 'external', logLevel: 'error' },
  })
  return import(pathToFileURL(outfile).href)
}

const run = async args => {
  ensureInstalled()
  for (const script of ['genRegistry', 'buildKernels']) execFileSync(process.execPath, [join(root, `scripts/${script}.mjs`)])
  const { main } = await bundle('bench/main.ts', OUT)
  const { measureFrames } = await import('./frames.mjs')
  await main(args, findBrowser(), measureFrames)
}

run(process.argv.slice(2)).then(
  () => process.exit(0),
  error => {
    console.error(error.message)
    process.exit(1)
  },
)
