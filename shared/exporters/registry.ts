import type { AnyExporter } from './define.ts'
import { all } from './registry.gen.ts'

/** Every export format, in the order of their files. */
export const exporters: readonly AnyExporter[] = all

/** The format with this id, or undefined when this version does not know it. */
export const exporterOf = (id: string): AnyExporter | undefined => exporters.find(def => def.id === id)
