import type * as h5wasm from 'h5wasm'
import type { NamedWeight } from '../../engine/protocol.ts'
import { storeNames } from '../../importers/keras/store.ts'
import type { WeightSpec } from '../../layers/define.ts'
import type { FileLayer } from './config.ts'

const DIRECTIONS: readonly (readonly [string, string])[] = [
  ['forward_', 'forward_layer/cell'],
  ['backward_', 'backward_layer/cell'],
]

/** Group below a layer where Keras keeps a weight: recurrent layers keep theirs in a cell. */
const placeOf = ({ name }: WeightSpec, { entry }: FileLayer): string => {
  const direction = DIRECTIONS.find(([start]) => name.startsWith(start))
  if (direction) return direction[1]
  return entry.def?.category === 'recurrent' ? 'cell' : ''
}

const groupsOf = (layer: FileLayer): ReadonlyMap<string, readonly WeightSpec[]> => {
  const groups = new Map<string, WeightSpec[]>()
  for (const spec of layer.entry.weights) {
    const place = placeOf(spec, layer)
    const list = groups.get(place)
    if (list) list.push(spec)
    else groups.set(place, [spec])
  }
  return groups
}

const write = (file: h5wasm.File, layers: readonly FileLayer[], weights: ReadonlyMap<string, NamedWeight>): void => {
  const names = storeNames(layers.map(({ className }) => className))
  const made = new Set<string>()
  const group = (path: string): void => {
    const parts = path.split('/')
    parts.forEach((_, i) => {
      const part = parts.slice(0, i + 1).join('/')
      if (!made.has(part)) file.create_group(part)
      made.add(part)
    })
  }
  group('layers')
  for (const [i, layer] of layers.entries()) {
    for (const [place, specs] of groupsOf(layer)) {
      const path = ['layers', names[i], place, 'vars'].filter(Boolean).join('/')
      group(path)
      specs.forEach((spec, n) => {
        const weight = weights.get(`${layer.entry.node.id}/${spec.name}`)
        if (weight) file.create_dataset({ name: `${path}/${n}`, data: weight.values, shape: [...spec.shape] })
      })
    }
  }
}

let written = 0

/** HDF5 notes when a tensor was written; a clock that stands still gives the same bytes for the same weights. */
const withoutClock = <T>(work: () => T): T => {
  const { now } = Date
  Date.now = () => 0
  try {
    return work()
  } finally {
    Date.now = now
  }
}

/** `model.weights.h5` of a `.keras` file: `layers/<class>/vars/<n>` in the order that Keras gives layers and weights. */
export const weightsH5 = (
  library: typeof h5wasm,
  layers: readonly FileLayer[],
  weights: readonly NamedWeight[],
): Uint8Array<ArrayBuffer> => {
  const path = `/export-${++written}.h5`
  const fs = library.FS
  try {
    withoutClock(() => {
      // The oldest layout that holds this is what h5py writes too; newer ones note the time in every group.
      const file = new library.File(path, 'w', { libver: ['earliest', 'v114'] })
      try {
        write(file, layers, new Map(weights.map(w => [w.name, w])))
        file.flush()
      } finally {
        file.close()
      }
    })
    return new Uint8Array(fs?.readFile(path) ?? new Uint8Array())
  } finally {
    fs?.unlink(path)
  }
}
