import type { AnyLayerDef } from './define.ts'
import type { ValuesOf } from './params.ts'
import { all } from './registry.gen.ts'

/** The stable id of a known layer, e.g. `'conv2d'`. */
export type LayerType = (typeof all)[number]['type']
/** Parameter values of one layer type. */
export type ParamsOf<T extends LayerType> = ValuesOf<Extract<(typeof all)[number], { type: T }>['params']>

const byType: ReadonlyMap<string, AnyLayerDef> = new Map(all.map(def => [def.type, def as AnyLayerDef]))

/** Every layer, the everyday ones first, else in the order of files. */
export const layers: readonly AnyLayerDef[] = [...(all as readonly AnyLayerDef[])].sort(
  (a, b) => Number(b.everyday ?? 0) - Number(a.everyday ?? 0),
)

/** The definition of a type from a file, or undefined when this version does not know it. */
export const layerOf = (type: string): AnyLayerDef | undefined => byType.get(type)
