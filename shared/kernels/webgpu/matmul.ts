import { type Extent, type Kernel, lengthOf, wgslOf } from './kernel.ts'

/**
 * One factor of a product. Where a value lies is worked out from its row (or column, for the right factor) once per thread, and from its place `k` along
 * the sum once per step; `load` then puts the two together. All three are bodies of WGSL functions of `i: u32`, or of `r: vec4i, c: vec4i`.
 */
export interface Factor {
  readonly row: string
  readonly sum: string
  /** Gives f32. */
  readonly load: string
  /** Neighbours in memory are neighbours along the sum, or along the rows: neighbouring threads then read these. */
  readonly along: 'sum' | 'row'
}

/** out[m, n] = Σ a[m, k] · b[n, k], with everything but the batch known beforehand. */
export interface Product {
  readonly name: string
  /** Size at the largest batch, as a function of the batch, and as WGSL. */
  readonly rows: Extent
  readonly columns: number
  readonly sum: Extent
  readonly a: Factor
  readonly b: Factor
  /** WGSL that stores `v` for row `m` and column `n` (u32). `part` numbers the pieces of the sum. */
  readonly store: string
  /** Pieces that the sum is cut into. */
  readonly parts?: number
}

/** Steps along the sum between two barriers. */
const DEPTH = 16
/** Workgroups that keep a graphics card busy; smaller products take smaller tiles. */
const BUSY = 192

interface Tile {
  readonly m: number
  readonly n: number
  /** Values per thread, in both directions. */
  readonly own: number
}

/** The largest tile that leaves enough workgroups and little waste; 16 kB of workgroup memory and 256 threads are never passed. */
export const tileFor = (rows: number, columns: number): Tile => {
  const n = columns > 32 && columns % 64 !== 0 && columns % 64 <= 32 ? 32 : columns > 32 ? 64 : columns > 16 ? 32 : 16
  const enough = (m: number, width: number) => Math.ceil(rows / m) * Math.ceil(columns / width) >= BUSY
  if (n === 64 && enough(64, 64)) return { m: 64, n: 64, own: 4 }
  if (n >= 32 && enough(64, 32)) return { m: 64, n: 32, own: 4 }
  if (n >= 32 && enough(32, 32)) return { m: 32, n: 32, own: 4 }
  if (n === 16 && enough(64, 16)) return { m: 64, n: 16, own: 4 }
  return { m: 16, n: 16, own: 2 }
}

/** Pieces that a long sum is cut into so that a product with few tiles still keeps the card busy. */
export const partsFor = (rows: number, columns: number, sum: number): number => {
  const { m, n } = tileFor(rows, columns)
  const tiles = Math.ceil(rows / m) * Math.ceil(columns / n)
  return Math.max(1, Math.min(128, Math.floor((2 * BUSY) / tiles), Math.floor(sum / (8 * DEPTH))))
}

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i)

/**
 * Brings tiles of one factor into workgroup memory, by registers: a thread fetches its values for the next steps along the sum while it computes with those
 * that are there, so that nobody waits for memory. Declarations before the loop, statements that fetch from step `k` on, and statements that hand over.
 */
const loader = (f: 'a' | 'b', { along }: Factor, size: number, threads: number, limit: string, base: string) => {
  const loads = range(Math.ceil((size * DEPTH) / threads))
  const flat = (q: number) => (q ? `(lane + ${q * threads}u)` : 'lane')
  const place = (q: number) => (along === 'row' ? `${flat(q)} % ${size}u` : `${flat(q)} / ${DEPTH}u`)
  const step = (q: number) => (along === 'row' ? `${flat(q)} / ${size}u` : `${flat(q)} % ${DEPTH}u`)
  const before = loads.map(
    q => `  let ${f}_at${q} = ${place(q)};
  let ${f}_k${q} = ${step(q)};
  let ${f}_in${q} = ${base} + ${f}_at${q} < ${limit};
  let ${f}_row${q} = ${f}_row(min(${base} + ${f}_at${q}, ${limit} - 1u));
  var ${f}_next${q} = 0.0;`,
  )
  const fetch = (k: string) =>
    loads.map(
      q => `    ${f}_next${q} = 0.0;
    if (${f}_in${q} && ${k} + ${f}_k${q} < end) { ${f}_next${q} = ${f}_load(${f}_row${q}, ${f}_sum(${k} + ${f}_k${q})); }`,
    )
  const hand = loads.map(q => `    tile_${f}[${f}_k${q} * ${size + 1}u + ${f}_at${q}] = ${f}_next${q};`)
  return { before: before.join('\n'), fetch: (k: string) => fetch(k).join('\n'), hand: hand.join('\n') }
}

const functions = (f: 'a' | 'b', { row, sum, load }: Factor): string => `fn ${f}_row(i: u32) -> vec4i { ${row} }
fn ${f}_sum(i: u32) -> vec4i { ${sum} }
fn ${f}_load(r: vec4i, c: vec4i) -> f32 { ${load} }`

/** A tiled matrix product; both factors pass through workgroup memory, each thread keeps `own` × `own` results in registers. */
export const product = ({ name, rows, columns, sum, a, b, store, parts = 1 }: Product, batch: number): Kernel => {
  const { m, n, own } = tileFor(lengthOf(rows, batch), columns)
  const [down, across] = [m / own, n / own]
  const threads = down * across
  const tiles = Math.ceil(columns / n)
  const own2 = range(own).flatMap(r => range(own).map(c => ({ r, c })))
  const left = loader('a', a, m, threads, 'rows', 'm0')
  const right = loader('b', b, n, threads, `${columns}u`, 'n0')
  const head = `var<workgroup> tile_a: array<f32, ${DEPTH * (m + 1)}>;
var<workgroup> tile_b: array<f32, ${DEPTH * (n + 1)}>;
${functions('a', a)}
${functions('b', b)}
fn keep(m: u32, n: u32, part: u32, total: f32) { var v = total; ${store} }`
  const body = `  let rows = ${wgslOf(rows)};
  let whole = ${wgslOf(sum)};
  let high = (rows + ${m - 1}u) / ${m}u;
  let part = group / (high * ${tiles}u);
  if (part >= ${parts}u) { return; }
  let m0 = (group / ${tiles}u) % high * ${m}u;
  let n0 = group % ${tiles}u * ${n}u;
  let length = (whole + ${parts * DEPTH - 1}u) / ${parts * DEPTH}u * ${DEPTH}u;
  let end = min(whole, (part + 1u) * length);
  let down = lane / ${across}u;
  let across = lane % ${across}u;
${left.before}
${right.before}
${own2.map(({ r, c }) => `  var s${r}${c} = 0.0;`).join('\n')}
  let first = part * length;
${left.fetch('first')}
${right.fetch('first')}
  for (var k = first; k < end; k += ${DEPTH}u) {
${left.hand}
${right.hand}
    workgroupBarrier();
    let next = k + ${DEPTH}u;
${left.fetch('next')}
${right.fetch('next')}
    for (var d = 0u; d < ${DEPTH}u; d++) {
${range(own)
  .map(r => `      let a${r} = tile_a[d * ${m + 1}u + down + ${r * down}u];`)
  .join('\n')}
${range(own)
  .map(c => `      let b${c} = tile_b[d * ${n + 1}u + across + ${c * across}u];`)
  .join('\n')}
${own2.map(({ r, c }) => `      s${r}${c} = fma(a${r}, b${c}, s${r}${c});`).join('\n')}
    }
    workgroupBarrier();
  }
${own2
  .map(
    ({ r, c }) =>
      `  if (m0 + down + ${r * down}u < rows && n0 + across + ${c * across}u < ${columns}u) { keep(m0 + down + ${r * down}u, n0 + across + ${c * across}u, part, s${r}${c}); }`,
  )
  .join('\n')}`
  const groups = (samples: number) => Math.ceil(lengthOf(rows, samples) / m) * tiles * parts
  return { name, head, body, threads, groups }
}

/** Factor that is a row-major matrix `name`, `width` values per row, with the sum along its rows. */
export const matrixRows = (name: string, width: number): Factor => ({
  row: `return vec4i(i32(i) * ${width}, 0, 0, 0);`,
  sum: 'return vec4i(i32(i), 0, 0, 0);',
  load: `return ${name}[r.x + c.x];`,
  along: 'sum',
})
/** The same with the sum down its columns. */
export const matrixColumns = (name: string, width: number): Factor => ({
  row: 'return vec4i(i32(i), 0, 0, 0);',
  sum: `return vec4i(i32(i) * ${width}, 0, 0, 0);`,
  load: `return ${name}[r.x + c.x];`,
  along: 'row',
})

/** A factor that has one more row, of ones: the product then holds the sums of the other factor below. */
export const withOnes = (factor: Factor, rows: number): Factor => ({
  row: `if (i == ${rows}u) { return vec4i(0, 0, 0, -1); } ${factor.row}`,
  sum: factor.sum,
  load: `if (r.w < 0) { return 1.0; } ${factor.load}`,
  along: factor.along,
})

/** Lanes that share the work on one value of a sum over pieces. */
const LANES = 4
const VALUES = 64

/** Adds up `parts` pieces of `size` values each, from `pieces` to `result`. */
export const addParts = (name: string, size: number, parts: number): Kernel => ({
  name,
  head: `var<workgroup> sums: array<f32, ${LANES * VALUES}>;`,
  body: `  let i = group * ${VALUES}u + lane % ${VALUES}u;
  var sum = 0.0;
  if (i < ${size}u) { for (var p = lane / ${VALUES}u; p < ${parts}u; p += ${LANES}u) { sum += pieces[p * ${size}u + i]; } }
  sums[lane] = sum;
  workgroupBarrier();
  if (lane < ${VALUES}u && i < ${size}u) { result[i] = ${range(LANES)
    .map(k => `sums[lane + ${k * VALUES}u]`)
    .join(' + ')}; }`,
  threads: LANES * VALUES,
  groups: () => Math.ceil(size / VALUES),
})

/** Gradient of a kernel `[sum][columns]`, with that of a bias below where there is one: x and dy are multiplied over all rows of the batch. */
export interface KernelGradient {
  /** Rows of dy per sample. */
  readonly perSample: number
  readonly sum: number
  readonly columns: number
  /** x turned, and dy. */
  readonly turned: Factor
  readonly arriving: Factor
  readonly bias: boolean
}

/** How many pieces of how many values that gradient is made of. */
export const kernelGradientParts = ({ perSample, sum, columns, bias }: Omit<KernelGradient, 'turned' | 'arriving'>, batch: number) => {
  const rows = bias ? sum + 1 : sum
  return { size: rows * columns, parts: partsFor(rows, columns, perSample * batch) }
}

/** That gradient, its pieces side by side in `result`; more than one are left for `addParts`. */
export const kernelGradient = (name: string, wanted: KernelGradient, batch: number): Kernel => {
  const { perSample, sum, columns, turned, arriving, bias } = wanted
  const { size, parts } = kernelGradientParts(wanted, batch)
  const a = bias ? withOnes(turned, sum) : turned
  const store = `result[part * ${size}u + m * ${columns}u + n] = v;`
  return product({ name, rows: { fixed: size / columns }, columns, sum: { perSample }, a, b: arriving, store, parts }, batch)
}
