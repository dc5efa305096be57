import type { ExporterDef } from './define.ts'
import { all } from './registry.gen.ts'

/** Every export format, in the order of their files. */
export const exporters: readonly ExporterDef[] = all

/** The format with this id, or undefined when this version does not know it. */
export const exporterOf = (id: string): ExporterDef | undefined => exporters.find(def => def.id === id)
