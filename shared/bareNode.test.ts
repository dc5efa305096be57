import { readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createContext, Script } from 'node:vm'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

const here = dirname(fileURLToPath(import.meta.url))
const modules = readdirSync(here, { recursive: true, encoding: 'utf8' })
  .filter(path => path.endsWith('.ts') && !/\.(test|testkit|d)\.ts$/.test(path))
  .sort()

/** Everything in `shared` as one script that leaves its modules in `netloom`. */
const bundle = async () => {
  const entry = [
    ...modules.map((path, i) => `import * as m${i} from './${path}'`),
    "import lenet from '../templates/lenet.json'",
    `globalThis.netloom = { lenet, ${modules.map((path, i) => `'${path}': m${i}`).join(', ')} }`,
  ].join('\n')
  return build({
    stdin: { contents: entry, resolveDir: here, loader: 'ts' },
    bundle: true,
    write: false,
    metafile: true,
    format: 'iife',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2023',
    logLevel: 'silent',
  })
}

/** What a window, a worker and Node all have; see platform.d.ts. */
const surroundings = () => ({
  performance,
  console: { warn: () => {} },
  setTimeout,
  clearTimeout,
  structuredClone,
  TextEncoder,
  TextDecoder,
  AbortController,
  crypto,
})

/** Libraries that `shared` may carry with it. */
const ALLOWED = ['zod', 'fflate']

test('shared runs without DOM, Node or tfjs: it loads bare and resolves LeNet', async () => {
  const { outputFiles, metafile } = await bundle()
  const inputs = Object.keys(metafile.inputs).map(path => relative('', path))
  const packages = inputs.flatMap(path => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [])
  expect([...new Set(packages)].filter(name => !ALLOWED.includes(name))).toEqual([])
  expect(inputs.some(path => path.endsWith(join('graph', 'resolve.ts')))).toBe(true)

  const context = createContext(surroundings(), { codeGeneration: { strings: false, wasm: false } })
  new Script(outputFiles[0]?.text ?? '').runInContext(context)
  const answer = new Script(`
    const { parseProject } = netloom['graph/parse.ts']
    const { resolve } = netloom['graph/resolve.ts']
    const parsed = parseProject(JSON.stringify(netloom.lenet.project))
    JSON.stringify([typeof document, typeof process, typeof require, resolve(parsed.value).totals.parameters])
  `).runInContext(context)
  expect(JSON.parse(answer)).toEqual(['undefined', 'undefined', 'undefined', 233_196])
})
