import type { ProjectFile } from '../graph/document.ts'
import { MAX_NAME } from '../graph/limits.ts'
import { parseProject } from '../graph/parse.ts'
import { fail, failAll, type Result, toIssue } from '../result.ts'
import { MOST_IMPORT_BYTES, namesOf } from './archive.ts'
import type { Imported, ImportInput } from './define.ts'
import { quoted } from './keras/topology.ts'
import { importerOf, importers } from './registry.ts'

/** A network read from foreign files, and the format it was in. */
export interface ReadFiles extends Imported {
  /** Title of the format. */
  readonly format: string
}

const MOST_FILES = 1000

/** Files that hold a program or another kind of thing, by their first bytes. */
const STRANGERS: readonly (readonly [RegExp, string])[] = [
  [
    /^\x80[\x02-\x05]/,
    'it is a Python pickle, which can hold any program and is never opened; export the network as safetensors, Keras or tfjs',
  ],
  [/^\x89PNG|^\xff\xd8\xff|^GIF8/, 'it is a picture'],
  [/^\x1f\x8b/, 'it is a gzip file; unpack it first'],
  [/^version https:\/\/git-lfs/, 'it is only a pointer of Git LFS, not the file itself'],
  [/^\s*</, 'it is a web page or XML'],
  [/^(\xff\xfe|\xfe\xff)/, 'it is UTF-16 text; save it as UTF-8'],
  [/^\x00?\x08/, 'it may be an ONNX file, which Netloom writes but does not read'],
]

const unknownFormat = ({ files }: ImportInput): Result<never> => {
  const [first] = files
  if (!first) return fail('import/no-file', 'No file was chosen.')
  const empty = files.find(f => f.bytes.length === 0)
  if (empty) return fail('import/empty', `${quoted(empty.path)} is empty.`)
  const head = String.fromCharCode(...first.bytes.subarray(0, 64))
  const names = namesOf(files)
  const why = names.some(n => /(^|\/)data\.pkl$/.test(n))
    ? 'it is a PyTorch file, whose pickle can hold any program and is never opened; export the network as safetensors, Keras or tfjs'
    : STRANGERS.find(([start]) => start.test(head))?.[1]
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
