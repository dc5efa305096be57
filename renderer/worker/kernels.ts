import type { KernelHost } from '../../shared/kernels/wasm/host.ts'
import { unwrap } from '../../shared/result.ts'
import type { assetReader } from './assets.ts'
import workerUrl from './kernel.worker.ts?worker&url'
import { workerStarter } from './ownWorker.ts'

const start = workerStarter(workerUrl)

/** Kernels in a browser's worker: threads where memory can be shared (cross-origin isolation), one core left to the window where there are more than two. */
export const kernelHost = (asset: ReturnType<typeof assetReader>): KernelHost => ({
  asset: async path => unwrap(await asset(path)),
  threads: Math.max(navigator.hardwareConcurrency - 1, Math.min(2, navigator.hardwareConcurrency)),
  spawn: globalThis.crossOriginIsolated
    ? order => {
        const worker = start()
        worker.postMessage(order)
        return worker
      }
    : null,
})
