import type { NamedWeight } from '../engine/protocol.ts'
import type { ProjectFile } from '../graph/document.ts'
import { parseProject } from '../graph/parse.ts'
import { resolve } from '../graph/resolve.ts'
import { sha256 } from '../hash.ts'
import { fail, failAll, type Issue, ok, type Result, toIssue } from '../result.ts'
import { type Header, PARTS, readHeader } from './header.ts'
import { readJson } from './json.ts'
import { matchWeights } from './match.ts'
import { decodeSafetensors } from './safetensors.ts'
import { isZip, readZip } from './zip.ts'

/** What a project file held. */
export interface OpenedProject {
  readonly project: ProjectFile
  /** Those that fit the network; null when the file holds none. */
  readonly weights: readonly NamedWeight[] | null
  readonly history: readonly unknown[]
  /** PNG. */
  readonly thumbnail: Uint8Array | null
  /** Version that wrote the file; null for `.netloom.json`. */
  readonly appVersion: string | null
  /** Warnings: weights that do not fit and the like. */
  readonly warnings: readonly Issue[]
}

/** header.json and the four parts. */
const LIMITS = { entries: PARTS.length + 1, bytes: 2 ** 31 }
const PNG = [0x89, 0x50, 0x4e, 0x47]

/** Files people open by mistake, by their first bytes. */
const STRANGERS: readonly (readonly [string, string])[] = [
  ['<', 'it is a web page or XML'],
  ['\x1f\x8b', 'it is a gzip file'],
  ['\x89PNG', 'it is a picture'],
  ['\xff\xd8\xff', 'it is a picture'],
  ['\x89HDF', 'it is an HDF5 file, perhaps a Keras model'],
  ['version https://git-lfs', 'it is only a pointer of Git LFS, not the file itself'],
  ['\xff\xfe', 'it is UTF-16 text; save it as UTF-8'],
  ['\xfe\xff', 'it is UTF-16 text; save it as UTF-8'],
]

const startsLikeJson = (head: string) => /^(\xef\xbb\xbf)?\s*[{[]/.test(head)

/** Checks lengths and SHA-256 of every part, and that none is missing or too many. */
const checkParts = async (header: Header, files: ReadonlyMap<string, Uint8Array>): Promise<Result<null>> => {
  for (const { name, bytes, sha256: wanted } of header.parts) {
    const part = files.get(name)
    if (!part) return fail('file/part-missing', `The project file is damaged: ${name} is missing.`, { where: name })
    if (part.length !== bytes || (await sha256(part)) !== wanted)
      return fail('file/damaged', `The project file is damaged: ${name} is not what was saved.`, { where: name })
  }
  const listed = new Set<string>(header.parts.map(({ name }) => name))
  for (const name of files.keys()) {
    if (name !== 'header.json' && !listed.has(name))
      return fail('file/unknown-part', `The project file holds “${name}”, which its header does not list.`, { where: name })
  }
  return ok(null)
}

const readParts = async (files: ReadonlyMap<string, Uint8Array>): Promise<Result<OpenedProject>> => {
  const headerBytes = files.get('header.json')
  if (!headerBytes) return fail('file/not-a-project', 'This zip is not a Netloom project: it holds no header.json.')
  const header = readHeader(headerBytes)
  if (!header.ok) return header
  const checked = await checkParts(header.value, files)
  if (!checked.ok) return checked
  const project = parseProject(files.get('project.json') ?? new Uint8Array(0))
  if (!project.ok) return project
  const history = files.has('history.json') ? readJson(files.get('history.json') ?? new Uint8Array(0), 'history.json') : ok<unknown>([])
  if (!history.ok) return history
  if (!Array.isArray(history.value))
    return fail('file/invalid', 'history.json of the project file is not a list.', { where: 'history.json' })
  const thumbnail = files.get('thumbnail.png') ?? null
  if (thumbnail && !PNG.every((byte, i) => thumbnail[i] === byte))
    return fail('file/invalid', 'thumbnail.png of the project file is not a PNG picture.')
  const weightBytes = files.get('weights.safetensors')
  const weights = weightBytes ? decodeSafetensors(weightBytes) : ok(null)
  if (!weights.ok) return weights
  const matched = weights.value && matchWeights(weights.value, resolve(project.value))
  return ok({
    project: project.value,
    weights: matched?.fitting ?? null,
    history: history.value as readonly unknown[],
    thumbnail: thumbnail?.slice() ?? null,
    appVersion: header.value.appVersion,
    warnings: matched?.issues ?? [],
  })
}

const readPlain = (bytes: Uint8Array): Result<OpenedProject> => {
  const project = parseProject(bytes)
  return project.ok ? ok({ project: project.value, weights: null, history: [], thumbnail: null, appVersion: null, warnings: [] }) : project
}

const openBytes = async (bytes: Uint8Array): Promise<Result<OpenedProject>> => {
  if (bytes.length === 0) return fail('file/empty', 'The file is empty.')
  if (isZip(bytes)) {
    const files = readZip(bytes, LIMITS)
    return files.ok ? readParts(files.value) : files
  }
  const head = String.fromCharCode(...bytes.subarray(0, 64))
  if (startsLikeJson(head)) return readPlain(bytes)
  const stranger = STRANGERS.find(([start]) => head.startsWith(start))
  return fail('file/not-a-project', `The file is not a Netloom project: ${stranger?.[1] ?? 'it is neither a .netloom zip nor JSON'}.`)
}

/** Reads a `.netloom` or `.netloom.json` file by its contents, not its name; whatever is wrong comes back as sentences that begin with the file's name, never as an exception. */
export const unpackProject = async (bytes: Uint8Array, fileName: string): Promise<Result<OpenedProject>> => {
  const opened = await openBytes(bytes).catch((error: unknown) => failAll([toIssue(error, 'file/unreadable')]))
  if (opened.ok) return opened
  return failAll(opened.issues.map(found => ({ ...found, message: `“${fileName.slice(0, 100)}”: ${found.message}` })))
}
