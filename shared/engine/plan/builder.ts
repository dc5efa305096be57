import { type NodeOf, type Plan, type PlanNode, weightName } from './plan.ts'

/** What an executor calls the parts that its plans are made of. */
export interface Parts {
  /** What is run. */
  job: unknown
  /** Where values lie. */
  place: unknown
  /** Where values lie that gate a gradient, or that there are none. */
  gate: unknown
  /** A tensor with all its samples. */
  tensor: { readonly size: number }
  /** A weight. */
  slot: { readonly name: string }
}

/** Where an input gradient goes; where values of `gate`, if there is one, are not above 0 it is 0. */
export interface Target<P extends Parts> {
  readonly to: P['place']
  readonly gate: P['gate']
}

/** Turns the nodes of a plan into jobs and keeps account of the gradients; each executor adds where things lie, each operation's file its own jobs. */
export abstract class PlanBuilder<P extends Parts> {
  readonly plan: Plan
  /** Samples at a time, at most. */
  readonly batch: number
  readonly jobs: { readonly train: P['job'][]; readonly infer: P['job'][]; readonly back: P['job'][] } = { train: [], infer: [], back: [] }
  abstract readonly slots: readonly P['slot'][]
  protected abstract readonly tensors: readonly P['tensor'][]
  /** Where each tensor's gradient, or parts that add up to it, lies. */
  protected readonly gradients: readonly P['place'][][]
  private readonly uses: readonly number[]
  private readonly learns: readonly boolean[]

  constructor(plan: Plan, batch: number) {
    this.plan = plan
    this.batch = batch
    const { nodes } = plan
    this.uses = nodes.map((_, i) => nodes.reduce((count, node) => count + node.inputs.filter(input => input === i).length, 0))
    const learns: boolean[] = []
    for (const node of nodes)
      learns.push((!node.frozen && node.weights.some(w => w.trainable)) || node.inputs.some(input => learns[input] === true))
    this.learns = learns
    this.gradients = nodes.map(() => [])
  }

  /** Forward job of training, of inference, or of both; and a job of the backward pass, in the order in which it runs. */
  forward(job: P['job']): void {
    this.jobs.train.push(job)
    this.jobs.infer.push(job)
  }
  train(job: P['job']): void {
    this.jobs.train.push(job)
  }
  infer(job: P['job']): void {
    this.jobs.infer.push(job)
  }
  backward(job: P['job']): void {
    this.jobs.back.push(job)
  }

  input(node: PlanNode, k = 0): P['tensor'] {
    return this.tensor(node.inputs[k] ?? -1)
  }
  output(node: PlanNode): P['tensor'] {
    return this.tensor(this.plan.nodes.indexOf(node))
  }
  tensor(i: number): P['tensor'] {
    const found = this.tensors[i]
    if (!found) throw new Error(`The plan has no tensor ${i}.`)
    return found
  }

  weight(node: PlanNode, name: string): P['slot'] | undefined {
    const outside = weightName(node, name)
    return this.slots.find(slot => slot.name === outside)
  }

  /** Where the gradient of input k goes; null when nothing before it learns. */
  inputGradient(node: PlanNode, k = 0): Target<P> | null {
    const i = node.inputs[k] ?? -1
    if (!this.learns[i]) return null
    const to = this.gradientRoom(this.tensor(i).size)
    this.keep(i, to)
    return { to, gate: this.gateOf(i, this.gatedByUser(i)) }
  }

  /** Says that the gradient of input k is what already lies at this place. */
  passGradient(node: PlanNode, k: number, place: P['place']): void {
    const i = node.inputs[k] ?? -1
    if (!this.learns[i]) return
    const target = this.gatedByUser(i) ? this.inputGradient(node, k) : null
    if (target) this.addGradients(i, [place], target)
    else this.keep(i, place)
  }

  /** The loss's gradient at tensor i; sums what its users left where there are several. Null when nothing up to it learns. */
  outputGradient(i: number): P['place'] | null {
    const parts = [...(this.gradients[i] ?? [])]
    const [first] = parts
    if (!this.learns[i] || first === undefined) return null
    if (parts.length === 1) return first
    const to = this.gradientRoom(this.tensor(i).size)
    this.keep(i, to)
    this.addGradients(i, parts, { to, gate: this.gateOf(i, this.plan.nodes[i]?.relu === true) })
    return to
  }

  /** Names where the loss writes its gradient at tensor i. */
  seedGradient(i: number): P['place'] {
    const place = this.gradientRoom(this.tensor(i).size)
    this.keep(i, place)
    return place
  }

  /** Says that all backward jobs of tensor i are there: the room of its gradient may serve others. */
  release(_i: number): void {}

  /** Room for the gradient of a tensor with `size` values per sample. */
  protected abstract gradientRoom(size: number): P['place']
  /** The values of tensor i as a gate, or none. */
  protected abstract gateOf(i: number, gated: boolean): P['gate']
  /** Adds backward jobs that sum gradients of tensor i. */
  protected abstract addGradients(i: number, parts: readonly P['place'][], target: Target<P>): void

  protected keep(i: number, place: P['place']): void {
    this.gradients[i]?.push(place)
  }

  /** Whether the ReLU of tensor i is undone where its gradient is made: it has one user, whose gradient needs no adding up. */
  private gatedByUser(i: number): boolean {
    return this.uses[i] === 1 && this.plan.nodes[i]?.relu === true
  }
}

/**
 * Adds the forward jobs of one operation and returns what adds its backward jobs, given where the gradient at its output lies.
 * Backward parts are called last node first.
 */
export type LowerWith<B extends PlanBuilder<Parts>, O extends PlanNode['op']['op']> = (
  b: B,
  node: NodeOf<O>,
) => (dy: ReturnType<B['seedGradient']>) => void

/** One way to add jobs for each operation that computes something. */
export type Lowers<B extends PlanBuilder<Parts>> = {
  readonly [O in Exclude<PlanNode['op']['op'], 'input' | 'reshape'>]: LowerWith<B, O>
}

/** Adds all forward jobs; `backward` then adds those of the gradients, once the loss has named where its gradient lies. */
export const lowerNodes = <B extends PlanBuilder<Parts>>(b: B, lowers: Lowers<B>): { backward(): void } => {
  const backs = b.plan.nodes.map(node => {
    const { op } = node.op
    if (op === 'input' || op === 'reshape') return () => undefined
    return (lowers[op] as LowerWith<B, typeof op>)(b, node as never)
  })
  return {
    backward() {
      for (let i = backs.length - 1; i >= 0; i--) {
        const dy = b.outputGradient(i) as ReturnType<B['seedGradient']> | null
        if (dy !== null) backs[i]?.(dy)
        b.release(i)
      }
    },
  }
}
