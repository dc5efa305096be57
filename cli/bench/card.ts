import { type Dawn, type DawnOptions, openDawn } from '../../node/dawn.ts'
import { cardContender } from '../../shared/bench/contenders.ts'
import { type Counts, counted } from '../../shared/bench/counts.ts'
import type { Subject } from '../../shared/bench/nets.ts'
import { type BenchRecord, recordOf, type StepCounts } from '../../shared/bench/record.ts'
import type { Contender } from '../../shared/bench/rounds.ts'
import { openStock, type Stock } from '../../shared/bench/stock.ts'
import type { Tf } from '../../shared/engine/tf.ts'
import type { GpuDevice } from '../../shared/kernels/webgpu/gpu.ts'
import { fail, ok, type Result, toIssue } from '../../shared/result.ts'
import { type Group, named } from './processor.ts'
import { pytorchContender } from './pytorch.ts'

/** Steps over which counts are taken. */
const STEPS = 40

/** tfjs without anything of ours, on its WebGPU backend over a device of Dawn's. */
const stockTf = async (device: GpuDevice): Promise<Tf> => {
  // tfjs asks whether it is in a browser with WebGPU before it takes a device.
  Object.assign(globalThis, { WorkerGlobalScope: Object })
  Object.defineProperty(globalThis, 'navigator', { value: { gpu: {}, userAgent: 'node' }, configurable: true, writable: true })
  const tf = await import('@tensorflow/tfjs')
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu')
  tf.enableProdMode()
  if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu')
  tf.registerBackend('webgpu', () => new WebGPUBackend(device as unknown as GPUDevice))
  await tf.setBackend('webgpu')
  await tf.ready()
  return tf
}

/** Processor time of this process that some work takes, ms. */
const cpuOf = async (work: () => Promise<void>): Promise<number> => {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

const perStep = async (name: string, counts: Counts, work: () => Promise<void>): Promise<StepCounts> => {
  Object.assign(counts, { dispatches: 0, submits: 0 })
  const ms = await cpuOf(work)
  return { name, dispatches: counts.dispatches / STEPS, submits: counts.submits / STEPS, cpuMs: ms / STEPS }
}

/** What a step of ours and of stock tfjs asks of the processor, on devices that compute nothing. */
export const countSteps = async (subject: Subject): Promise<Result<StepCounts[]>> => {
  const dawn = await openDawn({ kind: 'null' })
  if (!dawn.ok) return dawn
  const counts = counted(dawn.value.device)
  const tf = await stockTf(dawn.value.device)
  const stock = await openStock(tf, subject, 0)
  await stock.fit(STEPS)
  const theirs = await perStep(stock.name, counts, () => stock.fit(STEPS))
  await stock.close()
  await tf.setBackend('cpu')
  const own = await cardContender(subject, tf, dawn.value.device)
  if (!own.ok) return own
  const indices = new Int32Array(subject.batch).fill(1)
  const steps = async (): Promise<void> => {
    for (let i = 0; i < STEPS; i++) own.value.run.step(indices, 1e-3)
  }
  await steps()
  await own.value.run.read()
  const ours = await perStep('netloom', counts, steps)
  await own.value.close()
  return ok([ours, theirs])
}

const openPeer = async (open: () => Promise<Stock>): Promise<Result<Contender>> => {
  try {
    return ok(await open())
  } catch (error) {
    return fail('bench/stock', `stock tfjs could not train this network: ${toIssue(error).message.slice(0, 160)}`)
  }
}

/** Our contender and its peers on this card. */
const openCard = async (subject: Subject, seconds: number, { device, name }: Dawn): Promise<Result<Omit<Group, 'record'>>> => {
  const tf = await stockTf(device)
  const stock = await openPeer(() => openStock(tf, subject, seconds))
  const own = await cardContender(subject, tf, device)
  if (!own.ok) return own
  const torch = await pytorchContender(subject.net, seconds, 'cuda')
  const peers = [stock, torch].flatMap(peer => (peer.ok ? [peer.value] : []))
  const absent = [
    ...(stock.ok ? [] : [{ name: 'stock tfjs webgpu', why: stock.issues[0].message }]),
    ...(torch.ok ? [] : [{ name: 'pytorch', why: torch.issues[0].message }]),
  ]
  return ok({ own: { ...own.value, name: `netloom on ${name}` }, peers, absent })
}

const NO_RATE = 'The only WebGPU adapter here computes on the processor, which says nothing about a graphics card: no rate was measured.'
const idle: Contender = { name: 'netloom', round: async () => ({}), close: () => undefined }

/** The fast engine on the graphics card in Node, through Dawn, beside stock tfjs on WebGPU and PyTorch on CUDA; without a real card only counts. `dawn` is for tests. */
export const cardGroup = async (
  subject: Subject,
  seconds: number,
  dawn: DawnOptions & { readonly trust?: boolean } = {},
): Promise<Result<Group>> => {
  const counts = await countSteps(subject)
  if (!counts.ok) return counts
  const opened = await openDawn(dawn)
  const real = opened.ok && (!opened.value.software || dawn.trust === true)
  const card = real ? await openCard(subject, seconds, opened.value) : null
  if (card && !card.ok) return card
  const why = opened.ok ? NO_RATE : opened.issues[0].message
  const { own, peers, absent } = card?.value ?? { own: idle, peers: [], absent: [{ name: 'rates on a graphics card', why }] }
  const adapter = opened.ok ? `${opened.value.name}${opened.value.software ? ' (software)' : ''}` : 'no adapter'
  const place = { net: subject.net, where: 'node', backend: 'webgpu', adapter, batch: subject.batch, absent } as const
  const record = (mine: Parameters<Group['record']>[0], others: Parameters<Group['record']>[1]): BenchRecord => ({
    ...recordOf(place, card ? mine : [], named(peers, others)),
    counts: counts.value,
  })
  return ok({ own, peers, absent, record })
}
