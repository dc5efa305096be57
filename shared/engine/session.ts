import type { PartName } from '../data/prepared.ts'
import { exporterOf } from '../exporters/registry.ts'
import type { ProjectFile, TrainingSetup } from '../graph/document.ts'
import { resolve } from '../graph/resolve.ts'
import { readFiles } from '../importers/read.ts'
import { type ParamSchema, parseParams } from '../layers/params.ts'
import { fail, ok, type Result } from '../result.ts'
import { type CommandQueue, commandQueue } from './commands.ts'
import { evaluate } from './evaluate.ts'
import { engineIssue } from './health.ts'
import { LookPace } from './lookPace.ts'
import { objectiveOf } from './objective.ts'
import { proofInputs, scorer } from './proof.ts'
import type { EngineCalls, EngineMessage, EngineRequest, ProbeInput, ProbeResult, TrainCommand, TrainEvent } from './protocol.ts'
import { type AssetReader, SessionData } from './sessionData.ts'
import { SessionModel } from './sessionModel.ts'
import { Telling } from './telling.ts'
import type { EngineTf } from './tf.ts'
import { train } from './trainer.ts'
import { transferables } from './transfer.ts'
import { getWeights, nodeOfWeight } from './weights.ts'

/** What a session needs of the worker or test that runs it. */
export interface SessionDeps {
  readonly engine: EngineTf
  readonly asset: AssetReader
  /** Sends a message out; the buffers named may be moved. */
  post(message: EngineMessage, transfer: ArrayBuffer[]): void
}

type Answer<K extends keyof EngineCalls> = Promise<Result<EngineCalls[K]['answer']>>
type Handlers = { readonly [K in keyof EngineCalls]: (args: EngineCalls[K]['args']) => Answer<K> }

interface Running {
  readonly commands: CommandQueue
  readonly over: Promise<void>
}

const busy = fail('engine/busy', 'A training is running: stop it first.')

/** The engine behind the window's calls: one backend, one data set, one model, at most one training. */
export class EngineSession {
  private readonly deps: SessionDeps
  private readonly data: SessionData
  private readonly model: SessionModel
  private running: Running | null = null
  private steps = 0
  private watched: { readonly input: ProbeInput; readonly every: number } | null = null
  /** How looks inside are paced while a training runs. */
  private pace = new LookPace()
  /** Whether losses have been told since the last step. */
  private told = false
  private queue: Promise<unknown> = Promise.resolve()

  constructor(deps: SessionDeps) {
    this.deps = deps
    this.data = new SessionData(deps.asset, (what, done) => deps.post({ kind: 'progress', what, done }, []))
    this.model = new SessionModel(deps.engine)
  }

  /** Answers one request; never throws. */
  async handle(request: EngineRequest): Promise<void> {
    const { id } = request
    const refuse = async (error: unknown): Promise<Result<never>> => ({
      ok: false,
      issues: [await engineIssue(error, 'engine/failed', this.deps.engine)],
    })
    const result = await this.answer(request).catch(refuse)
    if (result.ok) this.deps.post({ kind: 'answer', id, value: result.value }, transferables(result.value))
    else this.deps.post({ kind: 'refused', id, issue: result.issues[0] }, [])
  }

  private answer(request: EngineRequest): Promise<Result<unknown>> {
    const handler: unknown = Object.hasOwn(this.calls, request.call) ? this.calls[request.call] : undefined
    if (typeof handler !== 'function')
      return Promise.resolve(fail('engine/unknown-call', `The engine knows no call "${String(request.call).slice(0, 60)}".`))
    return (handler as (args: unknown) => Promise<Result<unknown>>)(request.args)
  }

  private readonly calls: Handlers = {
    backend: ({ prefer }) =>
      this.inTurn(async () => (this.running ? (this.model.report ? ok(this.model.report) : busy) : this.model.start(prefer))),
    loadData: ({ choice, shape, files }) => this.data.load(choice, shape, files),
    cancelData: async () => {
      this.data.cancel()
      return ok(null)
    },
    samples: async ({ part, start, count, changed }) => this.data.samples(part, start, count, changed),
    build: ({ project, weights }) =>
      this.inTurn(async () => {
        if (this.running) return busy
        const held = await this.model.ensure(project, weights)
        return held.ok ? ok({ parameters: held.value.model.countParams() }) : held
      }),
    train: ({ project, setup, run }) => this.inTurn(() => this.train(project, setup, run)),
    command: async command => this.command(command),
    watch: async ({ input, every }) => {
      this.watched = input ? { input, every: Math.max(0, every) } : null
      if (!input || !this.model.held || (input.kind === 'sample' && !this.data.prepared)) return ok(null)
      return this.probe(input)
    },
    probe: ({ input }) => this.probe(input),
    layer: async ({ input, node }) => {
      const found = this.data.probe(input)
      return found.ok ? this.pace.look(() => this.model.layer(found.value.values, node)) : found
    },
    paths: async ({ input, node, channel, budget }) => {
      const found = this.data.probe(input)
      return found.ok ? this.pace.look(() => this.model.paths(found.value.values, { node, channel, budget })) : found
    },
    evaluate: ({ part }) => this.inTurn(() => this.evaluate(part)),
    weights: () => this.inTurn(async () => ok(await this.model.weights())),
    export: args => this.inTurn(() => this.export(args)),
    import: args => this.import(args),
  }

  /** Work that changes or needs the model as a whole goes one after another. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.queue.then(work)
    this.queue = turn.catch(() => undefined)
    return turn
  }

  private async probe(input: ProbeInput): Promise<Result<ProbeResult>> {
    const found = this.data.probe(input)
    return found.ok ? this.pace.look(() => this.model.probe(found.value.values, found.value.label, this.steps)) : found
  }

  private async train(project: ProjectFile, setup: TrainingSetup, run: number): Promise<Result<null>> {
    if (this.running?.commands.stopping()) await this.running.over
    if (this.running) return busy
    const data = this.data.prepared
    if (!data) return fail('data/not-loaded', 'There is no data to train on: choose some in the Data panel.')
    const held = await this.model.ensureFastest({ ...project, training: setup }, data)
    if (!held.ok) return held
    const fits = objectiveOf(this.deps.engine.tf, held.value.model, setup.loss, data)
    if (!fits.ok) return fits
    const { report } = this.model
    if (!report) return fail('engine/no-backend', 'No backend is running.')
    const commands = commandQueue()
    this.model.learned = true
    this.steps = 0
    this.pace = new LookPace()
    this.told = false
    const telling = new Telling(run, (message, transfer) => this.deps.post(message, transfer))
    const over = this.follow(
      telling,
      train(
        { model: held.value.model, data, setup, backend: report, augment: project.data.augment, resolved: resolve(project) },
        {
          ...{ engine: this.deps.engine, commands },
          between: async step => this.live(run, step),
          keep: (epoch, weights) => telling.keep(epoch, weights),
        },
      ),
    )
    this.running = { commands, over }
    return ok(null)
  }

  /** Forwards the events of a training; its end is told when the model is whole again, so that whoever hears of it may use it. */
  private async follow(telling: Telling, events: ReturnType<typeof train>): Promise<void> {
    let end: TrainEvent | null = null
    try {
      // The answer to `train` goes out before the first event.
      await this.deps.engine.breathe()
      for await (const event of events) {
        if (event.type === 'stopped' || event.type === 'done' || event.type === 'failed') end = event
        else telling.tell(event)
        if (event.type === 'batch') this.told = true
      }
    } catch (error) {
      end ??= { type: 'failed', step: this.steps, issue: await engineIssue(error, 'train/failed', this.deps.engine) }
    }
    this.running = null
    if (end) telling.tell(end)
  }

  /**
   * Looks at the watched input if it is time; the next step does not wait for it. Only where losses have just been told, so that the window draws both at
   * once.
   */
  private live(run: number, step: number): void {
    this.steps = step
    this.pace.stepped()
    const { told } = this
    this.told = false
    if (!this.watched || !told || !this.pace.due(this.watched.every)) return
    void this.probe(this.watched.input)
      .then(probe => {
        if (probe.ok) this.deps.post({ kind: 'probe', run, probe: probe.value }, transferables(probe.value))
      })
      .catch(() => undefined)
  }

  private command(command: TrainCommand): Result<null> {
    if (!this.running) return command.type === 'stop' ? ok(null) : fail('train/not-running', 'No training is running.')
    if (command.type === 'learningRate' && !(Number.isFinite(command.value) && command.value > 0))
      return fail('train/learning-rate', `The learning rate must be a number above 0, but is ${command.value}.`)
    this.running.commands.push(command)
    return ok(null)
  }

  private async evaluate(part: PartName): Answer<'evaluate'> {
    const data = this.data.prepared
    const { held } = this.model
    if (!data) return fail('data/not-loaded', 'There is no data to evaluate on: choose some in the Data panel.')
    if (!held) return fail('engine/no-model', 'There is no model yet: build or train the network first.')
    const { engine } = this.deps
    const objective = objectiveOf(engine.tf, held.model, held.loss, data)
    if (!objective.ok) return objective
    const pace = { breathe: () => engine.breathe() }
    const found = await evaluate({ tf: engine.tf, objective: objective.value, part: data[part], shape: data.shape, pace })
    return found ? ok(found) : fail('data/empty-part', `The ${part} part of the data is empty: give it a share in the Data panel.`)
  }

  private import({ files, open }: EngineCalls['import']['args']): Answer<'import'> {
    const { tf, libraries, breathe } = this.deps.engine
    const pause = (): Promise<void> => {
      this.deps.post({ kind: 'heartbeat' }, [])
      return breathe()
    }
    return readFiles({ files, open: open && { project: open, resolved: resolve(open) }, tf, libraries, pause })
  }

  private async export({ format, project, history, set }: EngineCalls['export']['args']): Answer<'export'> {
    const def = exporterOf(format)
    if (!def) return fail('export/unknown-format', `This version cannot export to "${format.slice(0, 60)}".`)
    const { values, issues } = parseParams(def.params as ParamSchema, set)
    const [wrong, ...others] = issues
    if (wrong) return { ok: false, issues: [wrong, ...others] }
    const { tf, libraries } = this.deps.engine
    const resolved = resolve(project)
    const drawn = { project, resolved, history, libraries }
    if (!def.needsWeights) return def.run(drawn, values)
    if (this.running) return busy
    const held = await this.model.ensure(project, null)
    if (!held.ok) return held
    const place = new Map(resolved.order.map((id, i) => [id, i]))
    const rank = (name: string) => place.get(nodeOfWeight(name)) ?? 0
    const weights = (await getWeights(held.value.model)).sort((a, b) => rank(a.name) - rank(b.name))
    const { model } = held.value
    const data = this.data.prepared
    const probes = proofInputs(this.deps.engine, model, data)
    const score = scorer(this.deps.engine, model, project.training.loss, data)
    try {
      return await def.run({ ...drawn, weights, tf, data, model, probes, score }, values)
    } finally {
      tf.dispose(probes)
    }
  }
}
