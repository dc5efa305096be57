import { zipSync } from 'fflate'
import type { ExportedFile } from '../engine/protocol.ts'
import { jsonFile } from './importers.testkit.ts'

/** An object of a file. */
export type Json = Record<string, unknown>

/** A Dense layer of two units. */
export const dense = (name: string, more: Json = {}): Json => ({
  class_name: 'Dense',
  config: { name, units: 2, activation: 'linear', use_bias: true, ...more },
})

/** The layer where values come in. */
export const inputLayer = (shape: unknown = [null, 3], name = 'in'): Json => ({
  class_name: 'InputLayer',
  config: { name, batch_input_shape: shape },
  name,
  inbound_nodes: [],
})

/** A layer behind others. */
export const at = (layer: Json, ...from: string[]): Json => ({
  ...layer,
  name: (layer.config as Json).name,
  inbound_nodes: from.length ? [from.map(name => [name, 0, 0, {}])] : [],
})

/** A chain of layers. */
export const sequential = (...layers: unknown[]): Json => ({ class_name: 'Sequential', config: { name: 's', layers } })

/** A network whose layers name what they come from. */
export const functional = (layers: unknown[], output = 'd'): Json => ({
  class_name: 'Functional',
  config: { name: 'f', layers, input_layers: [['in', 0, 0]], output_layers: [[output, 0, 0]] },
})

/** The smallest sound network: three inputs, two outputs, eight values. */
export const plain = sequential(inputLayer(), dense('d'))

/** The weights of the smallest network in the words of tfjs. */
export const WEIGHTS = [
  { name: 'd/kernel', shape: [3, 2], dtype: 'float32' },
  { name: 'd/bias', shape: [2], dtype: 'float32' },
]

/** A file of zeros. */
export const bin = (bytes = 32, path = 'w.bin'): ExportedFile => ({ path, bytes: new Uint8Array(bytes) })

/** The `model.json` of tfjs. */
export const model = (topology: unknown, manifest: unknown = [{ paths: ['w.bin'], weights: WEIGHTS }]): ExportedFile =>
  jsonFile('model.json', { format: 'layers-model', modelTopology: topology, weightsManifest: manifest })

/** A tfjs model with the weights of the smallest network. */
export const tfjs = (topology: unknown): ExportedFile[] => [model(topology), bin()]

/** The smallest network with weights as the list says. */
export const manifest = (paths: unknown, weights: unknown = WEIGHTS, ...files: ExportedFile[]): ExportedFile[] => [
  model(plain, [{ paths, weights }]),
  ...(files.length ? files : [bin()]),
]

/** A description without weights. */
export const json = (topology: unknown): ExportedFile[] => [jsonFile('net.json', topology)]

/** Files in a zip. */
export const zip = (files: Record<string, Uint8Array>, name = 'm.keras', level: 0 | 9 = 0): ExportedFile[] => [
  { path: name, bytes: zipSync(files, { level }) },
]

/** Text, or a value as JSON. */
export const text = (value: unknown): Uint8Array => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))
