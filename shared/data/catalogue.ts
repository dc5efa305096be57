import { all } from './catalogue.gen.ts'
import type { DatasetDef } from './define.ts'

/** Every data set of the catalogue, in the order of the files. */
export const datasets: readonly DatasetDef[] = all

const byId: ReadonlyMap<string, DatasetDef> = new Map(datasets.map(def => [def.id, def]))

/** The data set of that id, or undefined when there is none. */
export const datasetOf = (id: string): DatasetDef | undefined => byId.get(id)
