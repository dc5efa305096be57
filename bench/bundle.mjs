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
  const outfile = join(root, `dist/bench/${name}.mjs`)
  await build({
    ...{ absWorkingDir: root, entryPoints: [`bench/${name}.ts`], outfile, bundle: true },
    ...{ platform: 'node', target: 'node20', format: 'esm', packages: 'external', logLevel: 'error' },
  })
  return import(pathToFileURL(outfile).href)
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
