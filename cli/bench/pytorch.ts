import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { BenchNet } from '../../shared/bench/nets.ts'
import type { Contender, Rates } from '../../shared/bench/rounds.ts'
import { fail, ok, type Result } from '../../shared/result.ts'

const PYTHONS = process.env.NETLOOM_PYTHON ? [process.env.NETLOOM_PYTHON] : ['python3', '/usr/bin/python3']

/** `bench/peer.py`, from the sources as from a bundle two folders below the root. */
const script = (): string => fileURLToPath(new URL('../../bench/peer.py', import.meta.url))

interface Python {
  readonly child: ChildProcessWithoutNullStreams
  readonly version: string
  round(): Promise<Rates>
}

type Device = 'processor' | 'cuda'

const startPython = async (python: string, net: BenchNet, seconds: number, device: Device): Promise<Python | null> => {
  const child = spawn(python, [script(), net, String(seconds), device])
  const gone = new Promise<null>(resolve => {
    child.on('error', () => resolve(null))
    child.on('exit', () => resolve(null))
  })
  // Writing to a process that has ended is told by `gone`.
  child.stdin.on('error', () => undefined)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<unknown> => {
    const line = await Promise.race([lines.next(), gone])
    return line && !line.done ? JSON.parse(line.value) : null
  }
  const first = (await next()) as { version: string } | null
  if (!first) return null
  const round = async (): Promise<Rates> => {
    child.stdin.write('go\n')
    return ((await next()) ?? {}) as Rates
  }
  return { child, version: first.version, round }
}

/** PyTorch where Python has it: on 1 and 2 threads and in every layout, or on a CUDA card (float32, without TF32). */
export const pytorchContender = async (net: BenchNet, seconds: number, device: Device = 'processor'): Promise<Result<Contender>> => {
  for (const python of PYTHONS) {
    const started = await startPython(python, net, seconds, device)
    if (!started) continue
    return ok({
      name: `pytorch ${started.version}${device === 'cuda' ? ' CUDA' : ''}`,
      round: () => started.round(),
      close: () => void started.child.kill(),
    })
  }
  const what = device === 'cuda' ? 'PyTorch with a CUDA card' : 'PyTorch'
  return fail('bench/no-pytorch', `${what} was not found: no ${PYTHONS.join(' or ')} here can import it.`)
}
