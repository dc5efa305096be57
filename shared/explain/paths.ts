import type { Contribution } from '../engine/protocol.ts'
import type { Resolved, ResolvedNode } from '../graph/resolved.ts'
import { type Backward, every, type Followed, type Values } from '../layers/backward.ts'
import { choose, type Pulled, pull, strongest } from './pull.ts'
import { slopeAt } from './slope.ts'

/** A network, one sample's way through it, and its weights. */
export interface PathModel {
  readonly resolved: Resolved
  /** Whole output of a layer for the sample; null where there is none. */
  values(node: string): Promise<Float32Array | null>
  /** The columns of a weight that belong to these output channels, `[…, columns.length]`. */
  weights(node: string, name: string, columns: readonly number[]): Promise<Float32Array | null>
}

/** What is explained; channel null takes the strongest channel, of a vector the largest unit. */
export interface PathTarget {
  readonly node: string
  readonly channel: number | null
  /** Most channels shown per layer. */
  readonly budget: number
  /** Contributions below this part of a layer's strongest are left out, 0–1; 0.04 unless told. */
  readonly faint?: number
}

const MOST_BUDGET = 24
/** Channels of an image and units of a vector that are followed back, though fewer are shown. */
const BEAM = { image: 12, vector: 64 } as const
/** Places of a channel that are followed back: the work per layer stays bounded, however large the image. */
const MOST_PLACES = 1024
const FAINT = 0.04

/** A channel on its way back to the input. */
interface Wanted {
  readonly gain: Float32Array
  shown: boolean
}
type Demand = Map<number, Wanted>

const depthOf = ({ output }: ResolvedNode): number => output?.at(-1) ?? 1

/** The largest unit of a vector, or the channel with the most activity. */
const pick = (values: Float32Array, channels: number): number => {
  const isVector = values.length === channels
  const sums = new Float64Array(channels)
  values.forEach((v, i) => {
    sums[i % channels] = (sums[i % channels] as number) + (isVector ? v : Math.abs(v))
  })
  return sums.reduce((best, v, i) => (v > (sums[best] as number) ? i : best), 0)
}

/** Where the walk begins: bright places of a map count as much as they are bright, a silent one counts everywhere. */
const beginning = (values: Float32Array, channels: number, channel: number): Float32Array => {
  const own = every(values, channels, channel).map(Math.abs)
  return own.length > 1 && own.some(v => v > 0) ? own : own.fill(1)
}

/** Silences all but the strongest places. */
const thinOut = (gain: Float32Array): void => {
  if (gain.length <= MOST_PLACES) return
  const least = gain.map(Math.abs).sort().at(-MOST_PLACES) ?? 0
  for (let i = 0; i < gain.length; i++) if (Math.abs(gain[i] as number) < least) gain[i] = 0
}

/** The channels worth following: those shown, and of the others the ones that matter most. */
const followedOf = (demand: Demand, values: Float32Array, channels: number): Followed[] => {
  const all = [...demand]
  const weight = all.map(([channel, { gain, shown }]) => {
    let sum = 0
    for (let i = 0; i < gain.length; i++) sum += (gain[i] as number) * (values[i * channels + channel] as number)
    return shown ? Number.MAX_VALUE : sum
  })
  const kept = strongest(weight, values.length === channels ? BEAM.vector : BEAM.image)
  return kept.flatMap((i, column) => {
    const [channel, wanted] = all[i] ?? []
    return channel === undefined || !wanted ? [] : [{ channel, column, gain: wanted.gain }]
  })
}

/** One walk from the target to the inputs. */
class Walk {
  readonly found: Contribution[] = []
  private readonly demands = new Map<string, Demand>()
  private readonly read = new Map<string, Promise<Float32Array | null>>()
  private readonly model: PathModel
  private readonly target: PathTarget
  private readonly budget: number

  constructor(model: PathModel, target: PathTarget) {
    this.model = model
    this.target = target
    this.budget = Math.max(1, Math.min(MOST_BUDGET, Math.trunc(target.budget) || 1))
  }

  async run(): Promise<void> {
    const start = this.model.resolved.nodes.get(this.target.node)
    const values = start && (await this.values(start.node.id))
    if (!start || !values) return
    const channels = depthOf(start)
    const channel = this.target.channel ?? pick(values, channels)
    if (!(channel >= 0 && channel < channels)) return
    this.demands.set(start.node.id, new Map([[channel, { gain: beginning(values, channels, channel), shown: true }]]))
    for (const id of [...this.model.resolved.order].reverse()) await this.step(id)
  }

  private async step(id: string): Promise<void> {
    const demand = this.demands.get(id)
    const node = this.model.resolved.nodes.get(id)
    const backward = node?.def?.backward
    if (!demand || !node || !backward) return
    const output = await this.valuesOf(id, node.output)
    const inputs = await Promise.all(node.sources.map((source, i) => this.valuesOf(source, node.inputs[i] ?? null)))
    if (!output || !inputs.every(input => input !== null)) return
    const followed = followedOf(demand, output.values, depthOf(node))
    // The target itself is explained before its activation: a silent or saturated one has reasons too.
    if (id !== this.target.node) this.gate(node, followed, output)
    for (const { gain } of followed) thinOut(gain)
    const weights = await this.weightsOf(id, backward, followed)
    const gains = inputs.map(input => new Float32Array(input.values.length))
    const pulled = pull(backward, { inputs, output, params: node.params, weights, columns: followed.length }, followed, gains)
    this.keep(node, inputs, gains, pulled, demand)
  }

  private gate({ params }: ResolvedNode, followed: readonly Followed[], { values, shape }: Values): void {
    const channels = shape.at(-1) ?? 1
    if (params.activation === undefined || params.activation === 'linear') return
    for (const { gain, channel } of followed)
      for (let i = 0; i < gain.length; i++)
        gain[i] = (gain[i] as number) * slopeAt(params.activation, values[i * channels + channel] as number)
  }

  /** Writes down what is shown, and hands on what is to be followed further. */
  private keep(
    { node, sources }: ResolvedNode,
    inputs: readonly Values[],
    gains: readonly Float32Array[],
    pulled: readonly Pulled[],
    demand: Demand,
  ): void {
    const sizes = inputs.map(({ shape }) => shape.at(-1) ?? 1)
    const { links, total } = choose(
      pulled.filter(p => demand.get(p.followed.channel)?.shown),
      sizes,
      this.budget,
      this.target.faint ?? FAINT,
    )
    for (const { source, from, to, value } of links)
      this.found.push({ from: { node: sources[source] ?? '', channel: from }, to: { node: node.id, channel: to }, share: value / total })
    sources.forEach((source, s) => {
      const channels = sizes[s] ?? 1
      const sums = new Float64Array(channels)
      for (const { given } of pulled) for (let c = 0; c < channels; c++) sums[c] = (sums[c] as number) + (given[s]?.[c] ?? 0)
      const shown = new Set(links.filter(l => l.source === s).map(l => l.from))
      const isVector = inputs[s]?.values.length === channels
      for (const c of new Set([...shown, ...strongest(sums, isVector ? BEAM.vector : BEAM.image)]))
        this.want(source, c, every(gains[s] ?? new Float32Array(), channels, c), shown.has(c))
    })
  }

  private want(node: string, channel: number, gain: Float32Array, shown: boolean): void {
    const demand = this.demands.get(node) ?? new Map<number, Wanted>()
    this.demands.set(node, demand)
    const known = demand.get(channel)
    if (!known) demand.set(channel, { gain, shown })
    else {
      for (let i = 0; i < gain.length; i++) known.gain[i] = (known.gain[i] as number) + (gain[i] as number)
      known.shown ||= shown
    }
  }

  private async weightsOf(id: string, { reads }: Backward, followed: readonly Followed[]): Promise<Map<string, Float32Array>> {
    const columns = followed.map(f => f.channel)
    const all = await Promise.all(reads.map(async name => [name, await this.model.weights(id, name, columns)] as const))
    return new Map(all.flatMap(([name, values]) => (values ? [[name, values] as const] : [])))
  }

  private async valuesOf(id: string, shape: Values['shape'] | null): Promise<Values | null> {
    const values = await this.values(id)
    return values && shape ? { shape, values } : null
  }

  private values(id: string): Promise<Float32Array | null> {
    const known = this.read.get(id) ?? this.model.values(id)
    this.read.set(id, known)
    return known
  }
}

/**
 * The strongest contributions on all ways from the inputs to one channel: value × gradient, layer by layer, where the gradient runs through the
 * followed channels only. For the layer of the target this is weight × input value. Empty where nothing contributes or the layer is not known.
 */
export const pathsTo = async (model: PathModel, target: PathTarget): Promise<Contribution[]> => {
  const walk = new Walk(model, target)
  await walk.run()
  return walk.found
}
