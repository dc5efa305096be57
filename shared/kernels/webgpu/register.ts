import type * as tfjs from '@tensorflow/tfjs'
import type { Tf } from '../../engine/tf.ts'
import { type GpuBackend, gpuBackend, suits } from './backend.ts'
import { depthwiseFilterGradient, depthwiseInputGradient } from './depthwise.ts'
import { filterGradient, type GpuKernel, inputGradient, maxPoolGradient } from './gradients.ts'
import { meanOfRows, sumOfRows } from './reductions.ts'

const KERNELS: Readonly<Record<string, GpuKernel>> = {
  Conv2DBackpropFilter: filterGradient,
  Conv2DBackpropInput: inputGradient,
  DepthwiseConv2dNativeBackpropFilter: depthwiseFilterGradient,
  DepthwiseConv2dNativeBackpropInput: depthwiseInputGradient,
  MaxPoolGrad: maxPoolGradient,
  Sum: sumOfRows,
  Mean: meanOfRows,
}

const done = new WeakSet<object>()

/**
 * Replaces the kernels of tfjs's WebGPU backend that training needs and that it has in a naive form only. A case that ours do not take, such as channels
 * first, goes to tfjs's own. Does nothing the second time, or on a device too small for them; the backend must be active.
 */
export const registerGpuKernels = (tf: Tf): void => {
  if (done.has(tf) || !gpuBackend(tf)) return
  done.add(tf)
  for (const [kernelName, kernel] of Object.entries(KERNELS)) {
    const stock = tf.getKernel(kernelName, 'webgpu') as tfjs.KernelConfig | undefined
    if (!stock) continue
    tf.unregisterKernel(kernelName, 'webgpu')
    tf.registerKernel({
      ...stock,
      kernelFunc: args => {
        const backend = args.backend as GpuBackend
        const inputs = args.inputs as Record<string, tfjs.TensorInfo | undefined>
        return (suits(backend.device) && kernel({ tf, backend, inputs, attrs: { ...args.attrs } })) || stock.kernelFunc(args)
      },
    })
  }
}
