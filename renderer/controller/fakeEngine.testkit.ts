import type { DataSummary, EngineCalls, EngineMessage, ProbeResult, TrainEvent } from '../../shared/engine/protocol.ts'
import { issue, ok, type Result } from '../../shared/result.ts'
import type { EngineLink } from './engine.ts'

/** Data that fits LeNet. */
export const digitsSummary: DataSummary = {
  source: 'digits28',
  shape: [28, 28, 1],
  kind: 'image',
  classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  features: [],
  counts: { train: 100, validation: 10, test: 20 },
  balance: Array.from({ length: 10 }, () => 10),
  scaling: { mean: [0], deviation: [255], scale: 255 },
  hash: 'ab',
}

const seen = (label: number): ProbeResult => ({
  step: 0,
  input: new Float32Array(784),
  inputShape: [28, 28, 1],
  label,
  layers: [],
  output: new Float32Array(10),
})

type Answers = {
  [K in keyof EngineCalls]?: (args: EngineCalls[K]['args']) => Result<EngineCalls[K]['answer']> | Promise<Result<EngineCalls[K]['answer']>>
}

/** An engine that remembers what it was asked and answers at once; single answers can be replaced. */
export const fakeEngine = () => {
  const asked: { readonly name: keyof EngineCalls; readonly args: unknown }[] = []
  const listeners = new Set<(message: EngineMessage) => void>()
  const answers: Answers = {}
  const usual: Required<Pick<Answers, 'backend' | 'loadData' | 'build' | 'watch' | 'weights' | 'evaluate'>> = {
    backend: () => ok({ backend: 'cpu', adapter: '', threads: 1, reason: 'Only this.', fellBack: false }),
    loadData: ({ choice }) => ok({ ...digitsSummary, source: choice.source }),
    build: () => ok({ parameters: 1 }),
    watch: ({ input }) => ok(input ? seen(3) : null),
    weights: () => ok([{ name: 'conv_1/bias', shape: [1], values: Float32Array.of(7) }]),
    evaluate: () => ok({ loss: 0.1, accuracy: 0.9, count: 20, confusion: [], metrics: {} }),
  }
  const call: EngineLink['call'] = async (name, args) => {
    asked.push({ name, args })
    const answer = answers[name] ?? (usual as Answers)[name]
    return answer ? answer(args) : ok(null as never)
  }
  const tell = (message: EngineMessage): void => {
    for (const listener of [...listeners]) listener(message)
  }
  return {
    link: {
      call,
      subscribe: (listener: (message: EngineMessage) => void) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    } satisfies EngineLink,
    asked,
    answers,
    tell,
    /** Arguments of every call of this name, oldest first. */
    argsOf: <K extends keyof EngineCalls>(name: K) => asked.filter(a => a.name === name).map(a => a.args as EngineCalls[K]['args']),
    train: (run: number, event: TrainEvent) => tell({ kind: 'train', run, events: [event] }),
  }
}

/** A refusal with this sentence. */
export const refused = (message: string): Result<never> => ({ ok: false, issues: [issue('test/refused', message)] })
