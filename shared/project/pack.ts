import { zipSync } from 'fflate'
import type { NamedWeight } from '../engine/protocol.ts'
import type { ProjectFile } from '../graph/document.ts'
import { parseProjectText } from '../graph/parse.ts'
import { sha256 } from '../hash.ts'
import { unwrap } from '../result.ts'
import { APP_VERSION, CONTAINER_VERSION, type Header, PARTS, type PartFile } from './header.ts'
import { writeJson } from './json.ts'
import { encodeSafetensors } from './safetensors.ts'

/** What goes into a `.netloom` file. */
export interface ProjectContents {
  readonly project: ProjectFile
  readonly weights: readonly NamedWeight[] | null
  /** Anything that JSON can hold, e.g. one item per epoch. */
  readonly history: readonly unknown[]
  /** PNG. */
  readonly thumbnail?: Uint8Array
}

/** Zip keeps local time without a zone; a fixed local date gives the same bytes everywhere. */
const fixedDate = () => new Date(2000, 0, 1)

/** A project as the text of a `.netloom.json` file; throws an IssueError when the project could not be read again. */
export const projectText = (project: ProjectFile): string => {
  const text = `${JSON.stringify(project, null, 2)}\n`
  unwrap(parseProjectText(text))
  return text
}

/** Writes a `.netloom` file: a stored zip of header, project, weights and history; equal contents give equal bytes. Throws an IssueError for contents that could not be read again. */
export const packProject = async ({ project, weights, history, thumbnail }: ProjectContents): Promise<Uint8Array<ArrayBuffer>> => {
  const contents: Record<PartFile, Uint8Array | null> = {
    'project.json': new TextEncoder().encode(projectText(project)),
    'weights.safetensors': weights && encodeSafetensors(weights),
    'history.json': writeJson(history),
    'thumbnail.png': thumbnail ?? null,
  }
  const parts: Header['parts'] = []
  const files: Record<string, Uint8Array> = {}
  for (const name of PARTS) {
    const bytes = contents[name]
    if (!bytes) continue
    parts.push({ name, bytes: bytes.length, sha256: await sha256(bytes) })
    files[name] = bytes
  }
  const header: Header = { format: 'netloom', version: CONTAINER_VERSION, appVersion: APP_VERSION, parts }
  return zipSync({ 'header.json': new TextEncoder().encode(JSON.stringify(header, null, 2)), ...files }, { level: 0, mtime: fixedDate() })
}
