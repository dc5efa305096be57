import type * as tf from '@tensorflow/tfjs'
import type { Libraries } from '../engine/libraries.ts'
import type { ExportedFile, NamedWeight } from '../engine/protocol.ts'
import type { ProjectFile } from '../graph/document.ts'
import type { Resolved } from '../graph/resolved.ts'
import type { Issue, Result } from '../result.ts'

/** What every importer gets. Nothing outside `files` is ever read, whatever a file names. */
export interface ImportInput {
  /** The files that were chosen, with paths relative to their folder; foreign bytes that nothing has checked yet. */
  readonly files: readonly ExportedFile[]
  /** The open network, for files that hold weights alone. */
  readonly open: { readonly project: ProjectFile; readonly resolved: Resolved } | null
  readonly tf: typeof tf
  readonly libraries: Libraries
  /** To be awaited between long steps, so that the worker shows that it lives; absent where nobody watches. */
  pause?(): Promise<void>
}

/** A network read from foreign files; it replaces what is open only as a whole. */
export interface Imported {
  readonly project: ProjectFile
  /** Named `<node>/<weight>`, shapes as in the resolved graph; null when the files hold none. */
  readonly weights: readonly NamedWeight[] | null
  /** What the user should know, e.g. layers kept as placeholders. */
  readonly notes: readonly Issue[]
}

/** One format that networks or weights can be read from. */
export interface ImporterDef {
  readonly id: string
  readonly title: string
  /** File name endings that the open dialog offers, e.g. `.h5`. */
  readonly extensions: readonly string[]
  /** True when these files are of this format, judged by their bytes; names serve only to tell main from side files. */
  matches(files: readonly ExportedFile[]): boolean
  /** Reads the network, or says in one sentence why it cannot be. Never throws for what files hold. */
  run(input: ImportInput): Promise<Result<Imported>>
}

/** Declares an importer. */
export const defineImporter = <const D extends ImporterDef>(def: D): D => def
