import type { ImportAnswer } from '../engine/protocol.ts'
import type { ProjectFile } from '../graph/document.ts'
import { MAX_NAME } from '../graph/limits.ts'
import { parseProject } from '../graph/parse.ts'
import { fail, failAll, type Result, toIssue } from '../result.ts'
import { listed, MOST_IMPORT_BYTES, namesOf } from './archive.ts'
import type { ImportInput } from './define.ts'
import { looksLikeJson, readModelJson } from './keras/json.ts'
import { quoted } from './keras/topology.ts'
import { importerOf, importers } from './registry.ts'

/** A network read from foreign files, and the format it was in. */
export type ReadFiles = ImportAnswer

const MOST_FILES = 1000

/** Files that hold a program or another kind of thing, by their first bytes. */
const STRANGERS: readonly (readonly [readonly string[], string])[] = [
  [
    ['\x80\x02', '\x80\x03', '\x80\x04', '\x80\x05'],
    'it is a Python pickle, which can hold any program and is never opened; export the network as safetensors, Keras or tfjs',
  ],
  [['\x89PNG', '\xff\xd8\xff', 'GIF8'], 'it is a picture'],
  [['\x1f\x8b'], 'it is a gzip file; unpack it first'],
  [['version https://git-lfs'], 'it is only a pointer of Git LFS, not the file itself'],
  [['<', '\n<', '\r\n<', '\xef\xbb\xbf<'], 'it is a web page or XML'],
  [['\xff\xfe', '\xfe\xff'], 'it is UTF-16 text; save it as UTF-8'],
  [['\x08'], 'it may be an ONNX file, which Netloom does not read'],
]

const unknownFormat = ({ files }: ImportInput): Result<never> => {
  const [first] = files
  if (!first) return fail('import/no-file', 'No file was chosen.')
  const empty = files.find(f => f.bytes.length === 0)
  if (empty) return fail('import/empty', `${quoted(empty.path)} is empty.`)
  // Closest to what the file wants to be: why its JSON or its zip cannot be read.
  for (const read of [...files.filter(f => looksLikeJson(f.bytes)).map(f => readModelJson(f.bytes, f.path)), listed(files)])
    if (!read.ok) return read
  const head = String.fromCharCode(...first.bytes.subarray(0, 64))
  const names = namesOf(files)
  const why = names.some(n => /(^|\/)data\.pkl$/.test(n))
    ? 'it is a PyTorch file, whose pickle can hold any program and is never opened; export the network as safetensors, Keras or tfjs'
    : STRANGERS.find(([starts]) => starts.some(start => head.startsWith(start)))?.[1]
  const known = importers.map(def => def.title).join(', ')
  return fail(
    'import/unknown-format',
    why
      ? `${quoted(first.path)} cannot be opened: ${why}.`
      : `${quoted(first.path)} is of no format that can be opened; known are ${known}.`,
  )
}

/** Names that programs give by themselves. */
const UNNAMED = /^(imported|netloom|sequential|functional|model)(_\d+)?$/i

/** A network that nobody named takes the name of its file. */
const named = (project: ProjectFile, { files }: ImportInput): ProjectFile => {
  const file = files[0]?.path ?? ''
  const stem = file.slice(file.lastIndexOf('/') + 1).replace(/(\.netloom)?\.[A-Za-z0-9]+$/, '')
  return UNNAMED.test(project.name) && stem !== '' ? { ...project, name: stem.slice(0, MAX_NAME) } : project
}

/** Finds the format of the files by what they hold and reads the network: wholly, checked once more, or one sentence why not. Never throws. */
export const readFiles = async (input: ImportInput): Promise<Result<ReadFiles>> => {
  const { files } = input
  const bytes = files.reduce((sum, f) => sum + f.bytes.length, 0)
  if (files.length > MOST_FILES)
    return fail('import/too-many-files', `${files.length} files were chosen; at most ${MOST_FILES} can be opened together.`)
  if (bytes > MOST_IMPORT_BYTES)
    return fail('import/too-large', `The files have ${bytes} bytes together; at most ${MOST_IMPORT_BYTES} can be opened.`)
  try {
    const def = importerOf(files)
    if (!def) return unknownFormat(input)
    const read = await def.run(input)
    if (!read.ok) return read
    const project = parseProject(read.value.project)
    return project.ok ? { ok: true, value: { ...read.value, project: named(project.value, input), format: def.title } } : project
  } catch (error) {
    return failAll([toIssue(error, 'import/failed')])
  }
}
