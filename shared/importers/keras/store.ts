import { ok, type Result } from '../../result.ts'
import type { H5Reader } from './h5.ts'
import type { ForeignLayer } from './topology.ts'
import type { FindWeights, StoredWeight } from './weights.ts'

/** Keras's own way to a name in its weight files, e.g. `conv2d_transpose` (`to_snake_case` in keras/src/utils/naming.py). */
const snakeCase = (className: string): string =>
  className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()

/** Groups that Keras 3 gives layers of these classes: by class, with `_1`, `_2` from the second one on. */
export const storeNames = (classNames: readonly string[]): readonly string[] => {
  const used = new Map<string, number>()
  return classNames.map(className => {
    const name = snakeCase(className)
    const before = used.get(name)
    used.set(name, (before ?? -1) + 1)
    return before === undefined ? name : `${name}_${before + 1}`
  })
}

/** Where a layer's variables lie below its group: its own, or those of the cells it wraps. */
const PLACES = ['', 'cell/', 'forward_layer/cell/', 'backward_layer/cell/']
const ROOTS = ['layers', '_layer_checkpoint_dependencies']

/** Finds weights in the layout of Keras 3, `layers/conv2d/vars/0`, which goes by order and not by name. */
export const keras3Weights = (reader: H5Reader, layers: readonly ForeignLayer[]): FindWeights => {
  const names = storeNames(layers.map(({ className }) => className))
  const groups = new Map(layers.map(({ name }, i) => [name, names[i] ?? name]))
  const root = ROOTS.find(path => reader.isGroup(path)) ?? 'layers'
  return layer => ok(PLACES.flatMap(place => variables(reader, `${root}/${groups.get(layer)}/${place}vars`)))
}

const variables = (reader: H5Reader, path: string): readonly StoredWeight[] => {
  const found: StoredWeight[] = []
  for (let i = 0; ; i++) {
    const weight = reader.dataset(`${path}/${i}`, `${path}/${i}`)
    if (!weight) return found
    found.push(weight)
  }
}

/** Attributes above 64 kB are cut into `name0`, `name1`, …. */
const listAttribute = (reader: H5Reader, path: string, name: string): readonly string[] | null => {
  const whole = reader.texts(path, name)
  if (whole) return whole
  const parts: string[] = []
  for (let i = 0; ; i++) {
    const part = reader.texts(path, `${name}${i}`)
    if (!part) return i === 0 ? null : parts
    parts.push(...part)
  }
}

/** Group with the layers' weights in the layout of Keras 2; null when this file has none. */
export const keras2Root = (reader: H5Reader): string | null =>
  ['model_weights', ''].find(path => reader.isGroup(path) && listAttribute(reader, path, 'layer_names') !== null) ?? null

/** Finds weights in the layout of Keras 2: a group per layer whose attribute `weight_names` lists them. */
export const keras2Weights =
  (reader: H5Reader, root: string): FindWeights =>
  (layer): Result<readonly StoredWeight[]> => {
    const group = root === '' ? layer : `${root}/${layer}`
    const names = listAttribute(reader, group, 'weight_names') ?? []
    return ok(names.flatMap(name => reader.dataset(`${group}/${name}`, name.replace(/:\d+$/, '')) ?? []))
  }
