import type * as tfjs from '@tensorflow/tfjs'
import type { PreparedData } from '../data/prepared.ts'
import { accepts, type Watcher, watch } from '../explain/activations.ts'
import { type PathTarget, pathsTo } from '../explain/paths.ts'
import { statsOf } from '../explain/stats.ts'
import type { BackendId, LossId, ProjectFile } from '../graph/document.ts'
import { resolve } from '../graph/resolve.ts'
import type { Resolved } from '../graph/resolved.ts'
import { dims, sizeOf } from '../layers/shape.ts'
import { fail, type Issue, ok, type Result, unwrap } from '../result.ts'
import { startBackend } from './backends.ts'
import { buildModel } from './build.ts'
import { candidatesOf, chooseBackend, trialData, trialRate } from './choose.ts'
import type { BackendReport, EngineCalls, NamedWeight, ProbeResult } from './protocol.ts'
import type { EngineTf } from './tf.ts'
import { freshen, getWeights, readColumns, setWeights } from './weights.ts'

/** Everything of a project that its model depends on. */
const keyOf = ({ graph, training }: ProjectFile): string =>
  JSON.stringify([
    graph.nodes.map(n => [n.id, n.type, n.params, n.bypassed, n.frozen]),
    graph.wires.map(w => [w.from, w.to]),
    training.seed,
  ])

/** What decides how fast a project trains on one machine: the layers and the batch. */
const paceKeyOf = ({ graph, training }: ProjectFile): string =>
  JSON.stringify([
    graph.nodes.map(n => [n.id, n.type, n.params, n.bypassed, n.frozen]),
    graph.wires.map(w => [w.from, w.to]),
    [training.batchSize, training.optimizer, training.loss],
  ])

const unresolved = (errors: readonly Issue[]): Result<never> => {
  const [first, ...more] = errors
  const rest =
    more.length > 0
      ? ` And ${more.length} more: ${more
          .slice(0, 3)
          .map(i => i.message)
          .join(' ')}`
      : ''
  return fail('train/unresolved', `The network still has problems: ${first?.message ?? 'it cannot be built.'}${rest}`, {
    ...(first?.node ? { node: first.node } : {}),
  })
}

const noLayer = (node: string): Result<never> => fail('probe/no-layer', `The built network has no layer "${node}".`, { node })

interface Held {
  readonly key: string
  readonly model: tfjs.LayersModel
  readonly resolved: Resolved
  readonly watcher: Watcher
  readonly loss: LossId
}

interface Trial {
  readonly project: ProjectFile
  readonly data: PreparedData
  readonly resolved: Resolved
  readonly kept: readonly NamedWeight[] | null
  readonly report: BackendReport
}

/** The backend and the model that the engine holds; weights outlive edits and changes of backend where they fit. */
export class SessionModel {
  held: Held | null = null
  report: BackendReport | null = null
  /** True once the weights are worth keeping: trained, or loaded from a file. */
  learned = false
  private preferred: BackendId | 'auto' | null = null
  private readonly engine: EngineTf

  constructor(engine: EngineTf) {
    this.engine = engine
  }

  /** Starts the wanted backend unless it runs; a model held by another one is set aside and put back by the next `ensure`. */
  async start(prefer: BackendId | 'auto'): Promise<Result<BackendReport>> {
    if (this.report && (this.preferred === prefer || this.report.backend === prefer)) return ok(this.report)
    await this.putAside()
    const report = await startBackend(this.engine, prefer)
    if (!report.ok) return report
    this.preferred = prefer
    this.report = report.value
    return report
  }

  /** What was learned, while no model is held. */
  private setAside: readonly NamedWeight[] | null = null
  /** What trials have found, so that a network is tried once. */
  private readonly choices = new Map<string, BackendReport>()
  /** The trials under way; whoever looks at the model waits for it. */
  private choosing: Promise<unknown> | null = null
  /** Backends to be tried; for tests. */
  candidates: readonly BackendId[] | null = null

  /** As `ensure`, for a training: where the choice is free and two backends could be the faster, both train the network for a moment first, on copies. */
  async ensureFastest(project: ProjectFile, data: PreparedData): Promise<Result<Held>> {
    if (project.training.backend !== 'auto') return this.ensure(project, null)
    const work = this.settle(project, data).then(() => this.ensure(project, null))
    this.choosing = work.catch(() => undefined)
    return work.finally(() => {
      this.choosing = null
    })
  }

  /** Starts the backend on which this network trains fastest. */
  private async settle(project: ProjectFile, data: PreparedData): Promise<void> {
    const candidates = this.candidates ?? candidatesOf(await this.engine.adapter().catch(() => null))
    const resolved = resolve(project)
    if (candidates.length < 2 || !resolved.buildable) return
    const key = paceKeyOf(project)
    const known = this.choices.get(key)
    if (known && known.backend === this.report?.backend) {
      this.report = known
      this.preferred = 'auto'
      return
    }
    const kept = await this.putAside()
    const trial = (report: BackendReport) => this.trial({ project, data, resolved, kept, report })
    const chosen = known ? await startBackend(this.engine, known.backend) : await chooseBackend(this.engine, candidates, trial)
    if (!chosen.ok) return
    this.report = known?.backend === chosen.value.backend ? known : chosen.value
    this.preferred = 'auto'
    this.choices.set(key, this.report)
  }

  /** Trains a copy of the model on a part of the data, on the backend that runs, and gives samples per second. */
  private async trial({ project, data, resolved, kept, report }: Trial): Promise<number> {
    const { tf } = this.engine
    const model = unwrap(buildModel(resolved, tf, project.training.seed))
    try {
      if (kept) setWeights(tf, model, kept)
      const { training: setup } = project
      return await trialRate(this.engine, { model, data: trialData(data, setup.batchSize), setup, backend: report, resolved })
    } finally {
      model.dispose()
    }
  }

  /** Builds the project's model unless it stands. `weights`: null keeps what was learned where it fits, a list replaces everything. */
  async ensure(project: ProjectFile, weights: readonly NamedWeight[] | null): Promise<Result<Held>> {
    const started = await this.start(project.training.backend)
    if (!started.ok) return started
    const key = keyOf(project)
    if (this.held?.key === key && weights === null) {
      this.held = { ...this.held, loss: project.training.loss }
      return ok(this.held)
    }
    const resolved = resolve(project)
    if (!resolved.buildable) return unresolved(resolved.issues.filter(i => i.severity === 'error'))
    const kept = weights ?? (await this.worth())
    const model = buildModel(resolved, this.engine.tf, project.training.seed)
    if (!model.ok) return model
    this.drop()
    this.setAside = null
    this.learned = kept !== null && setWeights(this.engine.tf, model.value, kept) > 0
    const watcher = watch(this.engine.tf, model.value)
    this.held = { key, model: model.value, resolved, watcher, loss: project.training.loss }
    return ok(this.held)
  }

  /** What every layer makes of some values. */
  async probe(values: Float32Array, label: number | null, step: number): Promise<Result<ProbeResult>> {
    const fits = await this.fitting(values)
    if (!fits.ok) return fits
    const { layers, output } = await fits.value.watcher.all(values)
    const inputShape = layers.find(layer => sizeOf(layer.shape) === values.length)?.shape ?? [values.length]
    return ok({ step, input: values.slice(), inputShape, label, layers, output })
  }

  /** Every channel of one layer, and its weights with their statistics. */
  async layer(values: Float32Array, node: string): Promise<Result<EngineCalls['layer']['answer']>> {
    const fits = await this.fitting(values)
    if (!fits.ok) return fits
    const activation = await fits.value.watcher.one(values, node)
    if (!activation) return noLayer(node)
    const weights = await getWeights(fits.value.model, node)
    return ok({ activation, weights: weights.map(w => ({ ...w, stats: statsOf(w.values, w.shape.at(-1) ?? 1) })) })
  }

  /** The contributions that lead to one channel for some values. */
  async paths(values: Float32Array, target: PathTarget): Promise<Result<EngineCalls['paths']['answer']>> {
    const fits = await this.fitting(values)
    if (!fits.ok) return fits
    const { model, resolved, watcher } = fits.value
    if (!model.layers.some(layer => layer.name === target.node)) return noLayer(target.node)
    const sight = watcher.open(values)
    try {
      const weights = (node: string, name: string, columns: readonly number[]) =>
        readColumns(this.engine.tf, model, `${node}/${name}`, columns)
      return ok({ paths: await pathsTo({ resolved, values: sight.values, weights }, target) })
    } finally {
      sight.close()
    }
  }

  /** Copies of all weights as they are now: of the model, or of the one that was put aside. */
  async weights(): Promise<readonly NamedWeight[]> {
    return this.held ? getWeights(this.held.model) : (this.setAside ?? []).map(w => ({ ...w, values: w.values.slice() }))
  }

  /** What was learned; null where that is nothing. */
  private async worth(): Promise<readonly NamedWeight[] | null> {
    return !this.held ? this.setAside : this.learned ? getWeights(this.held.model) : null
  }

  /** Lets the model go, but not what it has learned. */
  private async putAside(): Promise<readonly NamedWeight[] | null> {
    const kept = await this.worth()
    this.drop()
    this.setAside = kept
    return kept
  }

  drop(): void {
    this.held?.model.dispose()
    this.held = null
  }

  /** The model with its newest weights, if it takes these values. */
  private async fitting(values: Float32Array): Promise<Result<Held>> {
    await this.choosing
    if (this.held) await freshen(this.held.model)
    const { held } = this
    if (!held) return fail('engine/no-model', 'There is no model yet: the network has not been built.')
    if (accepts(held.model, values)) return ok(held)
    const wanted = dims(held.model.inputs[0]?.shape.slice(1).map(d => d ?? 1) ?? [])
    return fail('probe/wrong-size', `The network takes ${wanted}, but ${values.length} values arrive.`, {
      expected: wanted,
      received: String(values.length),
    })
  }
}
