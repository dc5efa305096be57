import { type ArgsOf, KERNEL_IDS, KERNELS, type KernelId } from './ops.ts'

/** One job: a kernel, how many units of work it has, how many a thread takes at a time, and its arguments. */
export interface Job {
  readonly kernel: KernelId
  readonly units: number
  readonly grain: number
  readonly args: Readonly<Record<string, number>>
}

/** Makes a job with its arguments checked by name. */
export const job = <K extends KernelId>(kernel: K, units: number, grain: number, args: ArgsOf<K>): Job => ({
  kernel,
  units,
  grain: Math.max(1, grain),
  args,
})

/** Bytes of a job in memory, as in `kernels/asm/schedule.ts`. */
export const JOB_BYTES = 128
const HEADER = 4

/** Writes jobs one after another at a byte address; jobs without work are left out. Returns how many were written. */
export const writeProgram = (buffer: SharedArrayBuffer, address: number, jobs: readonly Job[]): number => {
  const ints = new Int32Array(buffer)
  const floats = new Float32Array(buffer)
  const busy = jobs.filter(({ units }) => units > 0)
  busy.forEach(({ kernel, units, grain, args }, index) => {
    const at = (address + index * JOB_BYTES) / 4
    ints.set([KERNEL_IDS.indexOf(kernel), units, grain, 0], at)
    Object.entries(KERNELS[kernel].args).forEach(([name, kind], i) => {
      const value = args[name] ?? Number.NaN
      const place = at + HEADER + i
      if (kind === 'f') floats[place] = value
      else if (Number.isInteger(value)) ints[place] = value
      else throw new Error(`The job ${kernel} has no whole number for ${name}: ${value}.`)
    })
  })
  return busy.length
}
