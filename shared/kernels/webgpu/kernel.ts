/** The text of one dispatch, free of the buffers that it works on: plans and tfjs bring those, under the names that the text uses. */
export interface Kernel {
  /** What it does, for labels and error messages. */
  readonly name: string
  /** Declarations and functions beside the buffers. */
  readonly head?: string
  /** Statements of the kernel; `group` numbers the workgroups, `lane` the threads of one, `now.batch` is the number of samples. */
  readonly body: string
  readonly threads: number
  /** Workgroups for a batch of this many samples. */
  groups(batch: number): number
}

/** Workgroups per row of the dispatch: more than a dimension can hold are spread over two. */
export const GROUP_ROW = 32_768
/** Threads of kernels that go value by value. */
export const THREADS = 256

/** A buffer as a kernel sees it: `array<f32>` under this name. Written ones are also read. */
export interface Access {
  readonly name: string
  readonly written?: boolean
}

/** Floats of the uniform block `now`: batch, clock, slot of the score, and nine numbers of the optimizer. */
export const CONTROL_FLOATS = 64
/** First of the optimizer's numbers in that block. */
export const HYPER_AT = 4

/** The whole shader of a kernel on these buffers, which are bound in this order behind the block `now`. */
export const shaderOf = (
  { head = '', body, threads }: Pick<Kernel, 'head' | 'body' | 'threads'>,
  buffers: readonly Access[],
): string => `struct Now { batch: u32, clock: u32, slot: u32, unused: u32, hyper: array<vec4f, 3> }
@group(0) @binding(0) var<uniform> now: Now;
${buffers
  .map(({ name, written }, i) => `@group(0) @binding(${i + 1}) var<storage, ${written ? 'read_write' : 'read'}> ${name}: array<f32>;`)
  .join('\n')}
${head}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = workgroup.y * ${GROUP_ROW}u + workgroup.x;
${body}
}
`

/** Workgroups as a two-dimensional dispatch. */
export const dispatchOf = (groups: number): readonly [number, number] => [Math.min(groups, GROUP_ROW), Math.ceil(groups / GROUP_ROW)]

/** A float as WGSL writes it. */
export const float = (value: number): string => {
  const text = String(Math.fround(value))
  return `${/[.e]/.test(text) ? text : `${text}.0`}f`
}

/** A length that may depend on the batch: `perSample` values of each sample, or fixed. */
export type Extent = { readonly perSample: number } | { readonly fixed: number }

/** An extent at a batch of this many samples. */
export const lengthOf = (extent: Extent, batch: number): number => ('fixed' in extent ? extent.fixed : extent.perSample * batch)
/** An extent as a WGSL expression. */
export const wgslOf = (extent: Extent): string => ('fixed' in extent ? `${extent.fixed}u` : `(now.batch * ${extent.perSample}u)`)

/** A kernel that gives each of so many values a thread; `body` works on value `i`. */
export const eachValue = (name: string, count: Extent, body: string, head = ''): Kernel => ({
  name,
  head,
  body: `  let i = group * ${THREADS}u + lane;
  if (i < ${wgslOf(count)}) {
${body}
  }`,
  threads: THREADS,
  groups: batch => Math.ceil(lengthOf(count, batch) / THREADS),
})
