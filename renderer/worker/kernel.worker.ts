import type { WorkerOrder } from '../../shared/kernels/wasm/host.ts'
import { serveKernels } from '../../shared/kernels/wasm/serve.ts'

/** A thread of the fast engine; it never comes back, so it takes one order only. */
globalThis.onmessage = ({ data }: MessageEvent<WorkerOrder>) => serveKernels(data)
