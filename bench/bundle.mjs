// Bundles the TypeScript of the bench for Node, packages left outside, and loads it.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from '../scripts/freshness.mjs'

/** Writes the lists and the kernels that everything is made of. */
export const prepare = () => {
  for (const script of ['genRegistry', 'buildKernels']) execFileSync(process.execPath, [join(root, `scripts/${script}.mjs`)])
}

/** Bundles `bench/<name>.ts` into dist/bench and imports it. */
export const load = async name => {
  const { build } = await import('esbuild')
  await build({
    ...{ absWorkingDir: root, entryPoints: { [name]: `bench/${name}.ts`, stock: 'cli/bench/stockThread.ts' } },
    ...{ outdir: 'dist/bench', outExtension: { '.js': '.mjs' }, bundle: true },
    ...{ platform: 'node', target: 'node20', format: 'esm', packages: 'external', logLevel: 'error' },
  })
  return import(pathToFileURL(join(root, `dist/bench/${name}.mjs`)).href)
}

/** Runs a script's work and ends the process with what became of it, whatever still runs in it. */
export const run = work =>
  work(process.argv.slice(2)).then(
    () => process.exit(0),
    error => {
      console.error(error.message)
      process.exit(1)
    },
  )
