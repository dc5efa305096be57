import type { ExportedFile } from '../engine/protocol.ts'
import type { ImporterDef } from './define.ts'
import { all } from './registry.gen.ts'

/** Every import format, in the order of their files. */
export const importers: readonly ImporterDef[] = all

/** The format that these files are of, or undefined when no importer knows them. */
export const importerOf = (files: readonly ExportedFile[]): ImporterDef | undefined => importers.find(def => def.matches(files))

/** Endings of the files of other programs, for the filters of dialogs; what a file is, its bytes decide. */
export const modelEndings: readonly string[] = [...new Set(importers.flatMap(def => def.extensions))].filter(
  ending => !ending.startsWith('.netloom'),
)
