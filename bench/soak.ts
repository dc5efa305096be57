// Trains every layer with every optimizer for 1,000 steps on every backend and counts what stays alive; `npm run soak -- [cpu] [wasm] [null] [webgpu] [tfjs] [plan]`.
// `webgpu` is the card, or the processor that imitates one, slowly; `null` is WebGPU on a device that takes every command and computes nothing, so that
// tensors and buffers can be counted for the whole matrix.
import { openDawn } from '../node/dawn.ts'
import { startEngine } from '../shared/engine/engine.testkit.ts'
import { counting, readingZeros, startGpu } from '../shared/engine/gpu.testkit.ts'
import { optimizers } from '../shared/engine/optimizers.ts'
import { type Alive, isNothing, Soak, type SoakCase, type SoakResult, soakCases } from '../shared/engine/soak.testkit.ts'
import type { OptimizerId } from '../shared/graph/document.ts'
import { unwrap } from '../shared/result.ts'

const BACKENDS = ['cpu', 'wasm', 'null', 'webgpu'] as const
const ENGINES = ['tfjs', 'plan'] as const
type Backend = (typeof BACKENDS)[number]

const steps = Number(process.env.NETLOOM_STEPS ?? 1000)
/** Which part of the networks, counted from 0, and of how many. */
const [part = 0, parts = 1] = (process.env.NETLOOM_PART ?? '0/1').split('/').map(Number)
const wanted = process.argv.slice(2)
/** Those of a list that were asked for; all where none was. */
const chosen = <T extends string>(list: readonly T[]): readonly T[] => {
  const some = list.filter(id => wanted.includes(id))
  return some.length ? some : list
}
const ids = Object.keys(optimizers) as OptimizerId[]

const open = async (backend: Backend): Promise<Soak> => {
  if (backend === 'cpu' || backend === 'wasm') return new Soak(await startEngine(backend))
  const kind = backend === 'null' ? 'null' : 'best'
  const { device, name } = unwrap(await openDawn({ kind, flags: ['enable-dawn-features=disable_workgroup_init'] }))
  console.log(`webgpu: ${name}`)
  if (kind === 'null') readingZeros(device)
  const held = counting(device)
  return new Soak(await startGpu(device, { computes: kind !== 'null' }), held)
}

/** All cases of each layer with one optimizer, the smallest with the others. */
const cases = (): SoakCase[] => ids.flatMap(id => soakCases(id, id === 'adam' ? 'all' : 'smallest')).filter((_, i) => i % parts === part)

interface Row {
  readonly given: SoakCase
  readonly result: SoakResult
}

const sum = (rows: readonly Row[], pick: (result: SoakResult) => number): number =>
  rows.reduce((total, { result }) => total + pick(result), 0)
const inWords = (alive: Alive): string =>
  Object.entries(alive)
    .filter(([, value]) => value !== 0)
    .map(([name, value]) => `${name} ${value > 0 ? '+' : ''}${value}`)
    .join(', ')

const mebibytes = (): string => {
  global.gc?.()
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage()
  return [heapUsed, arrayBuffers, rss].map(bytes => (bytes / 2 ** 20).toFixed(0)).join(' / ')
}

const leaky = ({ result }: Row): boolean => !isNothing(result.grown) || !isNothing(result.left)

const lineOf = (row: Row): string => {
  const { given, result } = row
  const leaks = leaky(row) ? `: grew ${inWords(result.grown)}; left ${inWords(result.left)}` : ''
  return `${given.title} with ${given.project.training.optimizer}, ${result.seconds.toFixed(1)} s${leaks}`
}

const tell = (backend: Backend, engine: string, rows: readonly Row[], before: string): void => {
  const layers = new Set(rows.map(({ given }) => given.title.split(' ')[0])).size
  const leaks = rows.filter(leaky)
  console.log(
    `| ${backend} | ${engine} | ${layers} | ${rows.length} | ${sum(rows, r => r.steps).toLocaleString('en')} | ${leaks.length} | ${Math.max(...rows.map(({ result }) => result.pooled))} | ${sum(rows, r => r.seconds).toFixed(0)} s | ${before} → ${mebibytes()} |`,
  )
  for (const row of leaks) console.log(`  ${lineOf(row)}`)
}

const main = async (): Promise<void> => {
  console.log(
    '| backend | engine | layers | networks | steps | networks that leak | most buffers that the pool of tfjs gained in the second half | time | JavaScript heap / array buffers / process, MiB |',
  )
  console.log('|---|---|---|---|---|---|---|---|---|')
  for (const backend of chosen(BACKENDS)) {
    const soak = await open(backend)
    for (const engine of backend === 'cpu' ? (['tfjs'] as const) : chosen(ENGINES)) {
      const rows: Row[] = []
      let before = ''
      for (const given of cases()) {
        if (engine === 'plan' && !soak.hasPlan(given)) continue
        const result = await soak.run(given, steps, engine === 'plan' ? 'auto' : 'tfjs')
        rows.push({ given, result })
        if (rows.length === 10) before = mebibytes()
        if (process.env.NETLOOM_VERBOSE) console.log(`  ${lineOf({ given, result })}`)
      }
      tell(backend, engine, rows, before)
      if (rows.some(leaky)) process.exitCode = 1
    }
  }
}

await main()
process.exit()
