/** A piece of a buffer; places are counted in floats. */
export interface Range {
  /** Number of the buffer in the plan's memory. */
  readonly buffer: number
  /** A multiple of 64. */
  readonly at: number
  readonly floats: number
}

/** A range under the name that a kernel knows it by, as `array<f32>`. Written ones are also read. */
export interface Binding {
  readonly name: string
  readonly range: Range
  readonly written?: boolean
}

/** One dispatch: a kernel with the ranges it works on. */
export interface Job {
  /** What it does, for labels and error messages. */
  readonly name: string
  readonly bindings: readonly Binding[]
  /** Declarations and functions beside the bindings. */
  readonly head?: string
  /** Statements of the kernel; `group` numbers the workgroups, `lane` the threads of one. */
  readonly body: string
  readonly threads: number
  /** Workgroups for a batch of this many samples. */
  groups(batch: number): number
}

/** Workgroups per row of the dispatch: more than a dimension can hold are spread over two. */
export const GROUP_ROW = 32_768
/** Threads of kernels that go value by value. */
export const THREADS = 256

/** Floats of the uniform block `now`: batch, clock, slot of the score, and nine numbers of the optimizer. */
export const CONTROL_FLOATS = 64

/** The whole shader of a job. */
export const shaderOf = ({
  bindings,
  head = '',
  body,
  threads,
}: Job): string => `struct Now { batch: u32, clock: u32, slot: u32, unused: u32, hyper: array<vec4f, 3> }
@group(0) @binding(0) var<uniform> now: Now;
${bindings
  .map(({ name, written }, i) => `@group(0) @binding(${i + 1}) var<storage, ${written ? 'read_write' : 'read'}> ${name}: array<f32>;`)
  .join('\n')}
${head}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = workgroup.y * ${GROUP_ROW}u + workgroup.x;
${body}
}
`

/** A float as WGSL writes it. */
export const float = (value: number): string => {
  const text = String(Math.fround(value))
  return `${/[.e]/.test(text) ? text : `${text}.0`}f`
}

/** A job that gives each of `perSample` values per sample a thread; `body` works on value `i`. */
export const each = (name: string, perSample: number, bindings: readonly Binding[], body: string, head = ''): Job => ({
  name,
  bindings,
  head,
  body: `  let i = group * ${THREADS}u + lane;
  if (i < now.batch * ${perSample}u) {
${body}
  }`,
  threads: THREADS,
  groups: batch => Math.ceil((batch * perSample) / THREADS),
})

/** The same for a number of values that does not depend on the batch. */
export const eachOf = (name: string, count: number, bindings: readonly Binding[], body: string, head = ''): Job => ({
  ...each(name, count, bindings, body, head),
  body: `  let i = group * ${THREADS}u + lane;
  if (i < ${count}u) {
${body}
  }`,
  groups: () => Math.ceil(count / THREADS),
})
