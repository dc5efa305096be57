import type * as tfjs from '@tensorflow/tfjs'
import type { BackendProgram, GpuBackend } from './backend.ts'
import { dispatchOf, GROUP_ROW, type Kernel } from './kernel.ts'
import { addParts } from './matmul.ts'

/** A kernel that tfjs can run, made once for each set of numbers that its text depends on. */
export interface Recipe {
  readonly key: string
  readonly code: string
  readonly kernel: Kernel
}

const GROUP = `workgroupId.y * ${GROUP_ROW}u + workgroupId.x`

/**
 * The kernel as tfjs's `main`. tfjs hands on the number of the workgroup in a private variable, which shaders may not take for the same in all threads,
 * as a barrier in a loop wants it; passed through workgroup memory it is.
 */
const codeOf = ({ head = '', body }: Kernel): string => {
  const together = body.includes('workgroupBarrier')
  return `struct Now { batch: u32 }
${together ? 'var<workgroup> group_number: u32;' : ''}
${head}
fn main() {
  let now = Now(uniforms.batch);
  let lane = localIndex;
  ${together ? `if (lane == 0u) { group_number = ${GROUP}; }` : ''}
  let group = ${together ? 'workgroupUniformLoad(&group_number)' : GROUP};
${body}
}
`
}

const recipes = new Map<string, Recipe>()

/** The recipe of this name and numbers. `make` may use nothing else, because the key by which tfjs keeps the shader is made of these. */
export const recipeOf = <Numbers extends object>(name: string, numbers: Numbers, make: (numbers: Numbers) => Kernel): Recipe => {
  const key = `netloom ${name} ${JSON.stringify(numbers)}`
  const found = recipes.get(key)
  if (found) return found
  const kernel = make(numbers)
  const recipe = { key, code: codeOf(kernel), kernel }
  recipes.set(key, recipe)
  return recipe
}

/** Runs a kernel on these inputs, by the names that its text has for them; its `result` is a new float32 tensor. */
export const run = (
  backend: GpuBackend,
  { key, code, kernel }: Recipe,
  inputs: Readonly<Record<string, tfjs.TensorInfo>>,
  shape: readonly number[],
  batch: number,
): tfjs.TensorInfo => {
  const [x, y] = dispatchOf(kernel.groups(batch))
  const program: BackendProgram = {
    variableNames: Object.keys(inputs),
    outputShape: [...shape],
    // With something in y, tfjs leaves the numbering of threads to the kernel.
    dispatchLayout: { x: [], y: [0] },
    dispatch: [x, y, 1],
    workgroupSize: [kernel.threads, 1, 1],
    uniforms: 'batch : u32, ',
    shaderKey: key,
    getUserCode: () => code,
  }
  return backend.runWebGPUProgram(program, Object.values(inputs), 'float32', [{ type: 'uint32', data: [batch] }])
}

/** Runs a kernel whose sums are cut into `parts` pieces of `size` values, and adds those up where there are several. */
export const runInParts = (
  backend: GpuBackend,
  recipe: Recipe,
  numbers: { readonly size: number; readonly parts: number },
  inputs: Readonly<Record<string, tfjs.TensorInfo>>,
  shape: readonly number[],
  batch: number,
): tfjs.TensorInfo => {
  const { size, parts } = numbers
  if (parts === 1) return run(backend, recipe, inputs, shape, batch)
  const pieces = run(backend, recipe, inputs, [parts, size], batch)
  const sum = recipeOf('sum of parts', { size, parts }, given => addParts('sum of parts', given.size, given.parts))
  const result = run(backend, sum, { pieces }, shape, 1)
  backend.disposeData(pieces.dataId)
  return result
}
