import { vi } from 'vitest'
import { openDawn } from '../../../../node/dawn.ts'
import type { GpuDevice } from '../../../kernels/webgpu/gpu.ts'
import { unwrap } from '../../../result.ts'
import type { PlanSetup } from '../wasm/layout.ts'
import { type Case, openOracle } from '../wasm/oracle.testkit.ts'
import { GpuPlanRun } from './run.ts'

// Without zeros in workgroup memory, which no kernel may count on, the software driver compiles much faster.
const dawn = await openDawn({ kind: 'software', flags: ['enable-dawn-features=disable_workgroup_init'] })

// It shares the processor with everything else that runs.
vi.setConfig({ testTimeout: 180_000 })

/** Why these tests cannot run here; null when they can. They need the npm package `webgpu` and Chromium's software driver. */
export const missing: string | null = dawn.ok ? null : dawn.issues[0].message
if (missing) console.warn(`Skipped: ${missing}`)

/** Errors that the device reported and nobody caught; a test with one fails. */
export const errors: string[] = []
if (dawn.ok) dawn.value.device.addEventListener('uncapturederror', ({ error }) => errors.push(error.message))

/** The device of this file's tests. */
export const card = (): GpuDevice => unwrap(dawn).device

/** Opens the same network as a tfjs model and as a plan on the graphics card, with the same random weights. */
export const openBoth = async (given: Case, setup: Partial<PlanSetup> = {}) => {
  const oracle = await openOracle(given, setup)
  const gpu = unwrap(await GpuPlanRun.open(oracle.plan, oracle.setup, oracle.data.train, card(), { poison: true }))
  gpu.setWeights(oracle.start)
  return {
    ...oracle,
    gpu,
    close() {
      oracle.close()
      gpu.dispose()
    },
  }
}
