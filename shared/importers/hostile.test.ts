import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ExportedFile } from '../engine/protocol.ts'
import {
  at,
  bin,
  dense,
  functional,
  inputLayer,
  type Json,
  json,
  manifest,
  plain,
  sequential,
  text,
  tfjs,
  WEIGHTS,
  zip,
} from './foreign.testkit.ts'
import { h5, hollow, linked } from './hostile.testkit.ts'
import { jsonFile, read, textFile } from './importers.testkit.ts'

const keras3 = (config: unknown, weights: Uint8Array = h5): Record<string, Uint8Array> => ({
  'metadata.json': text({ keras_version: '3.15.1' }),
  'config.json': text(config),
  'model.weights.h5': weights,
})

const flipped = (bytes: Uint8Array, at: number): Uint8Array<ArrayBuffer> => {
  const copy = new Uint8Array(bytes)
  copy[at] = (copy[at] ?? 0) ^ 0x40
  return copy
}

const pickle = (bytes: readonly number[], path: string): ExportedFile[] => [{ path, bytes: Uint8Array.from(bytes) }]
const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
const shared = at(dense('d'), 'in')

/** Every case: what is given, and the code or part of the sentence that must come back. Files that open say `opens`, with the codes of their notes. */
const CASES: readonly (readonly [string, () => ExportedFile[], string])[] = [
  ['no file', () => [], 'import/no-file'],
  ['an empty file', () => [textFile('a.json', '')], 'import/empty'],
  ['one byte', () => [textFile('a.h5', 'x')], 'import/unknown-format'],
  ['a picture', () => pickle([0x89, 0x50, 0x4e, 0x47, 1, 2], 'a.h5'), 'it is a picture'],
  ['a pickle', () => pickle([0x80, 0x02, 0x7d], 'a.pt'), 'Python pickle'],
  ['a PyTorch zip', () => zip({ 'archive/data.pkl': text('x'), 'archive/version': text('3') }, 'a.pt'), 'PyTorch'],
  ['a gzip file', () => pickle([0x1f, 0x8b, 8, 0], 'a.h5'), 'gzip'],
  ['a web page', () => [textFile('model.json', '<!doctype html><p>404')], 'web page'],
  ['a pointer of Git LFS', () => [textFile('a.h5', 'version https://git-lfs.github.com/spec/v1\noid')], 'Git LFS'],
  ['UTF-16', () => pickle([0xff, 0xfe, 0x7b, 0], 'a.json'), 'UTF-16'],
  ['bytes that are no UTF-8', () => [{ path: 'model.json', bytes: Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d) }, bin()], 'import/not-text'],
  ['JSON cut short', () => [textFile('model.json', JSON.stringify({ modelTopology: plain }).slice(0, -9)), bin()], 'import/not-json'],
  ['JSON of something else', () => [jsonFile('a.json', { hello: 1 })], 'import/unknown-format'],
  ['a list', () => [textFile('a.json', '[]')], 'import/unknown-format'],
  ['JSON 100,000 levels deep', () => [textFile('model.json', `{"modelTopology":${deep(100_000)}}`)], 'import/refused-json'],
  ['a config 70 levels deep', () => json(sequential(inputLayer(), dense('d', { x: JSON.parse(deep(70)) as Json }))), 'import/refused-json'],
  [
    '__proto__ as a key',
    () => [textFile('net.json', `{"class_name":"Sequential","config":[{"class_name":"Dense","config":{"__proto__":{"polluted":1}}}]}`)],
    'import/refused-json',
  ],
  [
    '__proto__ in a .keras file',
    () =>
      zip({
        ...keras3({}),
        'config.json': text(
          '{"class_name":"Sequential","config":{"layers":[{"class_name":"Dense","config":{"__proto__":{"polluted":1}}}]}}',
        ),
      }),
    '__proto__',
  ],
  [
    'constructor as a key',
    () => zip({ ...keras3({}), 'config.json': text('{"class_name":"Sequential","config":{"constructor":{"prototype":{}}}}') }),
    'constructor',
  ],
  ['__proto__ as a layer name', () => json(sequential(inputLayer(), dense('__proto__'))), 'opens import/no-weights'],
  [
    'toString as a class name',
    () => json(sequential(inputLayer(), { class_name: 'toString', config: {} })),
    'opens import/placeholder import/no-weights',
  ],
  [
    'constructor as a class name',
    () => json(sequential(inputLayer(), { class_name: 'constructor', config: {} })),
    'opens import/placeholder import/no-weights',
  ],
  [
    'a class called like a type of ours',
    () => json(sequential(inputLayer(), { class_name: 'dense', config: { units: 'x' } })),
    'opens import/placeholder import/no-weights',
  ],
  ['no layers', () => tfjs(sequential()), 'import/bad-topology'],
  ['layers that are no list', () => tfjs({ class_name: 'Sequential', config: { layers: 'x' } }), 'import/bad-topology'],
  ['a layer that is null', () => tfjs(sequential(null)), 'import/bad-topology'],
  ['a layer without a class', () => tfjs(sequential(inputLayer(), { config: {} })), 'import/bad-topology'],
  ['no topology', () => tfjs(undefined), 'import/bad-topology'],
  ['a model of another class', () => tfjs({ class_name: 'MyModel', config: {} }), 'import/not-a-network'],
  [
    'a GraphModel',
    () => [jsonFile('model.json', { format: 'graph-model', modelTopology: { node: [] }, weightsManifest: [] }), bin()],
    'import/graph-model',
  ],
  ['a loop of two layers', () => tfjs(functional([inputLayer(), at(dense('d'), 'e'), at(dense('e'), 'd')])), 'import/cycle'],
  ['a layer that feeds itself', () => tfjs(functional([inputLayer(), at(dense('d'), 'd')])), 'import/cycle'],
  ['a source that is not there', () => tfjs(functional([inputLayer(), at(dense('d'), 'ghost')])), 'import/dangling'],
  ['an output that is not there', () => tfjs(functional([inputLayer(), at(dense('d'), 'in')], 'ghost')), 'import/dangling'],
  ['two layers of one name', () => tfjs(functional([inputLayer(), at(dense('d'), 'in'), at(dense('d'), 'in')])), 'import/duplicate-layer'],
  [
    'a network inside the network',
    () => tfjs(functional([inputLayer(), at({ class_name: 'Functional', config: { name: 'inner', layers: [] } }, 'in')], 'inner')),
    'import/nested-model',
  ],
  [
    'a layer used twice',
    () => tfjs(functional([inputLayer(), { ...shared, inbound_nodes: [[['in', 0, 0, {}]], [['d', 0, 0, {}]]] }])),
    'import/shared-layer',
  ],
  [
    'the second use of a layer',
    () => tfjs(functional([inputLayer(), { ...shared, inbound_nodes: [[['in', 1, 0, {}]]] }])),
    'import/shared-layer',
  ],
  [
    'one output taken twice',
    () => tfjs(functional([inputLayer(), at({ class_name: 'Add', config: { name: 'd' } }, 'in', 'in')])),
    'import/same-source-twice',
  ],
  ['inbound nodes that are no list', () => tfjs(functional([inputLayer(), { ...shared, inbound_nodes: 'in' }])), 'import/bad-topology'],
  [
    'a Lambda with a program',
    () =>
      json(sequential(inputLayer(), { class_name: 'Lambda', config: { name: 'evil', function: ['4wEAAAA=', null, null], module: 'os' } })),
    'opens import/placeholder import/no-weights',
  ],
  [
    'a class of the author',
    () =>
      json({
        ...sequential(inputLayer(), {
          class_name: 'Dense',
          module: 'os',
          registered_name: 'Custom>Dense',
          config: { name: 'd', units: 1 },
        }),
        module: 'keras',
      }),
    'opens import/placeholder import/no-weights',
  ],
  [
    'a layer not known here',
    () => json(sequential(inputLayer([null, 4, 3]), { class_name: 'MultiHeadAttention', config: { name: 'm', heads: 2 } })),
    'opens import/placeholder import/no-weights',
  ],
  [
    'groups in a convolution',
    () =>
      json(
        sequential(inputLayer([null, 8, 8, 4]), {
          class_name: 'Conv2D',
          config: { name: 'c', filters: 4, kernel_size: [3, 3], groups: 2 },
        }),
      ),
    'opens import/placeholder import/no-weights',
  ],
  [
    'channels first',
    () =>
      json(
        sequential(inputLayer([null, 8, 8, 4]), {
          class_name: 'Conv2D',
          config: { name: 'c', filters: 4, kernel_size: 3, data_format: 'channels_first' },
        }),
      ),
    'opens import/placeholder import/no-weights',
  ],
  [
    'a GRU that resets after',
    () => json(sequential(inputLayer([null, 8, 4]), { class_name: 'GRU', config: { name: 'g', units: 2, reset_after: true } })),
    'opens import/placeholder import/no-weights',
  ],
  [
    'a norm along another axis',
    () => json(sequential(inputLayer([null, 8, 8, 4]), { class_name: 'BatchNormalization', config: { name: 'b', axis: [1] } })),
    'opens import/placeholder import/no-weights',
  ],
  [
    'an unknown activation',
    () => json(sequential(inputLayer(), dense('d', { activation: 'my_function' }))),
    'opens import/placeholder import/no-weights',
  ],
  [
    'an activation that is a number',
    () => json(sequential(inputLayer(), dense('d', { activation: 7 }))),
    'opens import/placeholder import/no-weights',
  ],
  ['1e9 units', () => tfjs(sequential(inputLayer(), dense('d', { units: 1e9 }))), 'import/out-of-bounds'],
  ['0 units', () => tfjs(sequential(inputLayer(), dense('d', { units: 0 }))), 'import/out-of-bounds'],
  ['−1 units', () => tfjs(sequential(inputLayer(), dense('d', { units: -1 }))), 'import/out-of-bounds'],
  ['1.5 units', () => tfjs(sequential(inputLayer(), dense('d', { units: 1.5 }))), 'import/out-of-bounds'],
  [
    '1e400 units',
    () => [textFile('model.json', JSON.stringify({ modelTopology: plain, weightsManifest: [] }).replace('"units":2', '"units":1e400'))],
    'import/out-of-bounds',
  ],
  ['units in words', () => json(sequential(inputLayer(), dense('d', { units: 'abc' }))), 'opens import/placeholder import/no-weights'],
  ['no units', () => tfjs(sequential(inputLayer(), { class_name: 'Dense', config: { name: 'd' } })), 'import/missing-setting'],
  ['an input of 1e12 values', () => tfjs(sequential(inputLayer([null, 1e12]), dense('d'))), 'import/out-of-bounds'],
  ['an input of 0', () => tfjs(sequential(inputLayer([null, 0]), dense('d'))), 'import/out-of-bounds'],
  ['an input without shape', () => tfjs(sequential(dense('d'))), 'import/no-input-shape'],
  ['an input open at its end', () => tfjs(sequential(inputLayer([null, 8, null]), dense('d'))), 'import/open-input'],
  [
    'an input with open sides',
    () => json(sequential(inputLayer([null, null, null, 3]), dense('d'))),
    'opens import/open-input import/no-weights',
  ],
  [
    'more parameters than fit',
    () => tfjs(sequential(inputLayer([null, 60000]), dense('d', { units: 60000 }))),
    'import/too-many-parameters',
  ],
  ['names as HTML', () => json(sequential(inputLayer(), dense('<img src=x onerror=alert(1)>'))), 'opens import/no-weights'],
  ['weights in ..', () => manifest(['../../etc/passwd']), 'import/weights-path'],
  ['weights at a root', () => manifest(['/etc/passwd']), 'import/weights-path'],
  ['weights at an address', () => manifest(['https://example.org/w.bin']), 'import/weights-path'],
  ['weights on another machine', () => manifest(['\\\\server\\share\\w.bin']), 'import/weights-path'],
  ['weights on a drive', () => manifest(['C:w.bin']), 'import/weights-path'],
  ['a shard that is missing', () => manifest(['w.bin', 'w2.bin']), 'import/file-missing'],
  ['paths that are numbers', () => manifest([1]), 'import/bad-manifest'],
  ['a list of weights that is text', () => manifest(['w.bin'], 'x'), 'import/bad-manifest'],
  ['weights too short', () => manifest(['w.bin'], WEIGHTS, bin(31)), 'import/weights-length'],
  ['weights too long', () => manifest(['w.bin'], WEIGHTS, bin(36)), 'import/weights-length'],
  ['weights of text', () => manifest(['w.bin'], [{ ...WEIGHTS[0], dtype: 'string' }]), 'import/weights-type'],
  ['weights of complex numbers', () => manifest(['w.bin'], [{ ...WEIGHTS[0], dtype: 'complex64' }]), 'import/weights-type'],
  ['a weight with a broken shape', () => manifest(['w.bin'], [{ ...WEIGHTS[0], shape: [3, -2] }]), 'import/bad-manifest'],
  ['a weight of 1e308 values', () => manifest(['w.bin'], [{ ...WEIGHTS[0], shape: [1e15, 1e15] }]), 'import/weights-length'],
  ['quantisation without scale', () => manifest(['w.bin'], [{ ...WEIGHTS[0], quantization: { dtype: 'uint8' } }]), 'import/bad-manifest'],
  ['weights of another shape', () => manifest(['w.bin'], [{ ...WEIGHTS[0], shape: [2, 3] }, WEIGHTS[1]]), 'import/weights-shape'],
  [
    'weights of another layer',
    () =>
      manifest(
        ['w.bin'],
        WEIGHTS.map(w => ({ ...w, name: w.name.replace('d/', 'x/') })),
      ),
    'import/weights-count',
  ],
  [
    'weights that are not numbers',
    () => manifest(['w.bin'], WEIGHTS, { path: 'w.bin', bytes: new Uint8Array(32).fill(0xff) }),
    'opens import/not-finite',
  ],
  ['a .keras file without config', () => zip({ 'metadata.json': text('{}'), 'model.weights.h5': h5 }), 'import/part-missing'],
  ['a .keras file without weights', () => zip({ 'metadata.json': text('{}'), 'config.json': text(plain) }), 'import/part-missing'],
  ['a .keras file whose weights are no HDF5', () => zip(keras3(plain, text('hello'))), 'import/damaged-h5'],
  ['a .keras file with weights of another network', () => zip(keras3(plain)), 'import/weights-count'],
  ['a zip cut short', () => zip(keras3(plain)).map(f => ({ ...f, bytes: f.bytes.slice(0, -30) })), 'zip/damaged'],
  ['a zip with a flipped bit in its config', () => zip(keras3(plain)).map(f => ({ ...f, bytes: flipped(f.bytes, 150) })), 'zip/damaged'],
  [
    'a zip that grows a thousandfold',
    () => zip({ 'metadata.json': text('{}'), 'config.json': new Uint8Array(12 * 2 ** 20) }, 'm.keras', 9),
    'zip/bomb',
  ],
  ['a zip that leads out of its folder', () => zip({ 'model.json': text('{}'), '../../evil.json': text('{}') }, 'm.zip'), 'zip/name'],
  ['a zip with an absolute name', () => zip({ 'model.json': text('{}'), '/etc/x': text('{}') }, 'm.zip'), 'zip/name'],
  [
    'a zip with 3000 entries',
    () => zip({ 'model.json': text('{}'), ...Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`f${i}`, text('')])) }, 'm.zip'),
    'zip/too-many',
  ],
  ['HDF5 of 8 bytes', () => [{ path: 'a.h5', bytes: h5.slice(0, 8) }], 'import/damaged-h5'],
  ['HDF5 cut in half', () => [{ path: 'a.h5', bytes: h5.slice(0, h5.length / 2) }], 'import/damaged-h5'],
  ['HDF5 cut by one byte', () => [{ path: 'a.h5', bytes: h5.slice(0, -1) }], 'import/damaged-h5'],
  ['HDF5 that points elsewhere', () => [{ path: 'a.h5', bytes: linked }], 'import/h5-link'],
  ['HDF5 that grows a thousandfold', () => [{ path: 'a.h5', bytes: hollow }], 'import/h5-bomb'],
  [
    'two HDF5 files',
    () => [
      { path: 'a.h5', bytes: h5 },
      { path: 'b.h5', bytes: h5 },
    ],
    'import/too-many-files',
  ],
  ['1001 files', () => Array.from({ length: 1001 }, (_, i) => bin(1, `f${i}`)), 'import/too-many-files'],
]

beforeEach(() => expect(({} as Json).polluted).toBeUndefined())
afterEach(() => {
  expect(({} as Json).polluted).toBeUndefined()
  expect(Object.keys(Object.prototype)).toEqual([])
})

describe('files that are broken, strange or meant to harm', () => {
  it.each(CASES)('%s', async (_, files, wanted) => {
    const began = performance.now()
    const answer = await read(files())
    expect(performance.now() - began).toBeLessThan(5000)
    if (wanted.startsWith('opens')) {
      expect(answer.ok ? ['opens', ...answer.value.notes.map(n => n.code)].join(' ') : answer.issues).toBe(wanted)
      return
    }
    if (answer.ok) throw new Error(`It opened: ${answer.value.notes.map(n => n.message).join(' ')}`)
    const [{ code, message }] = answer.issues
    expect(`${code} ${message}`).toContain(wanted)
    expect(message).toMatch(/^[“"A-Z0-9].{10,}[.?]$/s)
    expect(message.length).toBeLessThan(500)
  })

  it('opens the whole file that the broken ones were made from', async () => {
    const answer = await read([{ path: 'a.h5', bytes: h5 }])
    expect(answer.ok && answer.value.weights?.map(w => [...w.values])).toEqual([
      [1, 2, 3, 4, 5, 6],
      [7, 8],
    ])
  })

  it('comes back with a network or a sentence for every flipped bit and every cut of an HDF5 file', async () => {
    for (let i = 0; i < 150; i++) {
      const place = (i * 7919) % h5.length
      const answer = await read([{ path: 'a.h5', bytes: i % 3 === 0 ? h5.slice(0, place) : flipped(h5, place) }])
      if (!answer.ok) expect(answer.issues[0].message).toMatch(/^[“"A-Z]/)
    }
  })

  it('comes back with a network or a sentence for every cut of a model.json', async () => {
    const whole = JSON.stringify({ modelTopology: plain, weightsManifest: [{ paths: ['w.bin'], weights: WEIGHTS }] })
    for (let cut = 0; cut < whole.length; cut += 3) {
      const answer = await read([textFile('model.json', whole.slice(0, cut)), bin()])
      expect(answer.ok).toBe(false)
    }
  })
})
