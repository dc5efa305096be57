import { BENCH_NETS, type BenchNet, NET_NAMES } from '../../shared/bench/nets.ts'
import type { BenchRecord } from '../../shared/bench/record.ts'
import { recordText } from '../../shared/bench/table.ts'
import { ok, type Result } from '../../shared/result.ts'
import { defineCommand, JSON_OPTION } from '../command.ts'
import type { Io } from '../io.ts'
import { loadProject } from '../load.ts'

interface Wish {
  readonly net: BenchNet
  readonly backend: 'wasm' | 'webgpu'
  readonly rounds: number
  readonly seconds: number
}

const measure = async ({ net, backend, rounds, seconds }: Wish, io: Io): Promise<Result<BenchRecord>> => {
  const { subjectOf } = await import('../../shared/bench/nets.ts')
  const { measureGroups, processorGroup } = await import('../bench/processor.ts')
  const loaded = await loadProject(BENCH_NETS[net].template)
  if (!loaded.ok) return loaded
  const subject = subjectOf(net, loaded.value.project)
  if (!subject.ok) return subject
  const { cardGroup } = await import('../bench/card.ts')
  const group = await (backend === 'webgpu' ? cardGroup(subject.value, seconds) : processorGroup(subject.value, seconds, io))
  if (!group.ok) return group
  const pace = {
    ...{ rounds, seconds, stopped: () => io.signal.aborted },
    progress: (round: number) => io.progress.show(round / rounds, `${net}: round ${round + 1} of ${rounds}`),
  }
  const [record] = await measureGroups([group.value], pace).finally(() => io.progress.clear())
  return ok(record as BenchRecord)
}

/** Measures how fast networks train, side by side with others. */
export const bench = defineCommand({
  name: 'bench',
  order: 9,
  summary: 'Measure how fast a network trains here, side by side with tfjs and, where it is installed, PyTorch.',
  argument: { name: 'lenet|mlp|vgg-small|all', help: 'The network; "all" for each in turn.' },
  options: {
    backend: {
      kind: 'choice',
      values: ['wasm', 'webgpu'],
      help: 'The processor (without it), or the graphics card through WebGPU in Node; its peers are then stock tfjs on WebGPU and PyTorch on CUDA.',
    },
    rounds: { kind: 'int', min: 1, max: 1000, help: 'Rounds in which everything is measured once; medians count. Without it 5.' },
    seconds: { kind: 'float', min: 0.01, max: 100, help: 'Seconds per measurement. Without it 1.' },
    ...JSON_OPTION,
  },
  run: async ({ backend = 'wasm', rounds = 5, seconds = 1, json }, argument, io) => {
    const chosen = NET_NAMES.filter(net => argument === 'all' || argument === net)
    if (chosen.length === 0) {
      io.note(`There is no network "${argument}" to measure: choose ${NET_NAMES.join(', ')} or all.`)
      return ok(1)
    }
    for (const net of chosen) {
      const found = await measure({ net, backend: backend as Wish['backend'], rounds, seconds }, io)
      if (!found.ok) return found
      if (json) io.json(found.value)
      else io.say(recordText(found.value))
    }
    return ok(0)
  },
})
