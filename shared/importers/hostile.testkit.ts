import { libraries } from '../../node/libraries.ts'
import { dense, inputLayer, plain, sequential } from './foreign.testkit.ts'

const writeH5 = async (fill: (file: InstanceType<Awaited<ReturnType<typeof libraries.h5wasm>>['File']>) => void) => {
  const { File, FS } = await libraries.h5wasm()
  const file = new File('/fixture.h5', 'w', { libver: ['earliest', 'v114'] })
  fill(file)
  file.flush()
  file.close()
  const bytes = new Uint8Array(FS?.readFile('/fixture.h5') ?? new Uint8Array())
  FS?.unlink('/fixture.h5')
  return bytes
}

/** A whole file of Keras 2: one dense layer with its weights. */
export const h5 = await writeH5(file => {
  file.create_attribute('model_config', JSON.stringify({ ...plain, keras_version: '2.1.6' }))
  const group = file.create_group('model_weights')
  group.create_attribute('layer_names', ['in', 'd'])
  const layer = group.create_group('d')
  layer.create_attribute('weight_names', ['d/kernel:0', 'd/bias:0'])
  const inner = layer.create_group('d')
  inner.create_dataset({ name: 'kernel:0', data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2] })
  inner.create_dataset({ name: 'bias:0', data: Float32Array.of(7, 8), shape: [2] })
})

/** One whose weights lie in another file of the machine. */
export const linked = await writeH5(file => {
  file.create_attribute('model_config', JSON.stringify(plain))
  file.create_external_link('/etc/passwd', '/', 'model_weights')
})

/** One that is small packed and 16 MiB unpacked: nothing but zeros. */
export const hollow = await writeH5(file => {
  file.create_attribute('model_config', JSON.stringify(sequential(inputLayer([null, 2048]), dense('d', { units: 2048 }))))
  const group = file.create_group('layers').create_group('dense').create_group('vars')
  group.create_dataset({
    name: '0',
    data: new Float32Array(2048 * 2048),
    shape: [2048, 2048],
    chunks: [2048, 2048],
    compression: 'gzip',
    compression_opts: 9,
  })
  group.create_dataset({ name: '1', data: new Float32Array(2048), shape: [2048] })
})
