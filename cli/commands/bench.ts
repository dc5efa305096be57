import { ok, type Result } from '../../shared/result.ts'
import { type BENCH_NETS, type BenchNet, bestOf, type Contender } from '../bench.ts'
import { defineCommand, JSON_OPTION } from '../command.ts'
import type { Io } from '../io.ts'

const NETS = ['lenet', 'mlp', 'vgg-small'] as const satisfies readonly (keyof typeof BENCH_NETS)[]

const measure = async (net: BenchNet, rounds: number, seconds: number, io: Io): Promise<Result<object>> => {
  const { openSubject, planContender, tfjsContender, pytorchContender } = await import('../bench.ts')
  const subject = await openSubject(net)
  if (!subject.ok) return subject
  const own = await planContender(subject.value, io)
  if (!own.ok) return own
  const tfjs = await tfjsContender(subject.value, io)
  if (!tfjs.ok) return tfjs
  const torch = await pytorchContender(net, seconds)
  const contenders: readonly Contender[] = [own.value, tfjs.value, ...(torch ? [torch] : [])]
  const results = contenders.map((): Record<string, number>[] => [])
  try {
    for (let round = 0; round < rounds && !io.signal.aborted; round++) {
      io.progress.show(round / rounds, `${net}: round ${round + 1} of ${rounds}`)
      for (const [i, contender] of contenders.entries()) results[i]?.push({ ...(await contender.round(seconds)) })
    }
  } finally {
    io.progress.clear()
    for (const contender of contenders) contender.close()
  }
  const [best, ...others] = results.map(bestOf)
  const imagesPerSecond = best?.rate ?? Number.NaN
  const peers = others.map((other, i) => ({
    ...{
      name: contenders[i + 1]?.name,
      configuration: other.configuration,
      imagesPerSecond: other.rate,
      ratio: imagesPerSecond / other.rate,
    },
  }))
  const threads = Number.parseInt(best?.configuration ?? '1', 10)
  return ok({ net, backend: 'wasm', threads, configuration: best?.configuration, imagesPerSecond, rounds, peers })
}

const table = (found: object): string => {
  const { net, configuration, imagesPerSecond, peers } = found as {
    readonly net: string
    readonly configuration: string
    readonly imagesPerSecond: number
    readonly peers: readonly { name: string; configuration: string; imagesPerSecond: number; ratio: number }[]
  }
  const rows = peers.map(
    peer => `  ${peer.ratio.toFixed(2).padStart(6)} × ${peer.name} (${peer.configuration}): ${peer.imagesPerSecond.toFixed(0)} images/s`,
  )
  return [`${net}: ${imagesPerSecond.toFixed(0)} images/s (${configuration})`, ...rows].join('\n')
}

/** Measures how fast networks train, side by side with others. */
export const bench = defineCommand({
  name: 'bench',
  order: 9,
  summary: 'Measure how fast a network trains here, side by side with tfjs and, where it is installed, PyTorch.',
  argument: { name: 'lenet|mlp|vgg-small|all', help: 'The network; "all" for each in turn.' },
  options: {
    rounds: { kind: 'int', min: 1, max: 1000, help: 'Rounds in which everything is measured once; medians count. Without it 5.' },
    seconds: { kind: 'float', min: 0.01, max: 100, help: 'Seconds per measurement. Without it 1.' },
    ...JSON_OPTION,
  },
  run: async ({ rounds = 5, seconds = 1, json }, argument, io) => {
    const chosen = NETS.filter(net => argument === 'all' || argument === net)
    if (chosen.length === 0) {
      io.note(`There is no network "${argument}" to measure: choose ${NETS.join(', ')} or all.`)
      return ok(1)
    }
    for (const net of chosen) {
      const found = await measure(net, rounds, seconds, io)
      if (!found.ok) return found
      if (json) io.json(found.value)
      else io.say(table(found.value))
    }
    return ok(0)
  },
})
