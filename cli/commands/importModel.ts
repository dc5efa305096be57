import { readdir, stat } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { libraries } from '../../node/libraries.ts'
import { readWhole } from '../../node/readWhole.ts'
import type { ExportedFile, ImportAnswer } from '../../shared/engine/protocol.ts'
import { resolve } from '../../shared/graph/resolve.ts'
import { MOST_IMPORT_BYTES } from '../../shared/importers/archive.ts'
import { readFiles } from '../../shared/importers/read.ts'
import { modelEndings } from '../../shared/importers/registry.ts'
import { packProject } from '../../shared/project/pack.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { defineCommand, JSON_OPTION } from '../command.ts'
import type { Io } from '../io.ts'
import { prepareOut, saveFile } from '../save.ts'

const MOST_FILES = 1000

/** Files of a folder that a model can consist of; links are not followed. */
const inFolder = async (folder: string): Promise<readonly string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter(e => e.isFile() && modelEndings.some(ending => e.name.toLowerCase().endsWith(ending)))
    .map(e => join(e.parentPath, e.name))
    .sort()
}

/** The file named, or what the folder named holds. */
const gather = async (argument: string): Promise<Result<readonly ExportedFile[]>> => {
  const isFolder = (await stat(argument).catch(() => null))?.isDirectory() ?? false
  const paths = isFolder ? await inFolder(argument) : [argument]
  if (paths.length === 0) return fail('cli/no-model', `The folder ${argument} holds no files of a model (${modelEndings.join(', ')}).`)
  if (paths.length > MOST_FILES)
    return fail('cli/too-many-files', `The folder ${argument} holds ${paths.length} files; at most ${MOST_FILES} are read.`)
  const files: ExportedFile[] = []
  for (const path of paths) {
    const bytes = await readWhole(path, MOST_IMPORT_BYTES)
    if (!bytes.ok) return bytes
    files.push({ path: isFolder ? relative(argument, path).replaceAll('\\', '/') : basename(path), bytes: bytes.value })
  }
  return ok(files)
}

const say = ({ format, project, weights, notes }: ImportAnswer, parameters: number, out: string, io: Io): void => {
  const held = weights ? `${parameters.toLocaleString('en-US')} parameters` : 'no weights'
  io.say(`${project.name} from ${format}: ${project.graph.nodes.length} layers, ${held}, in ${out}`)
  for (const { message } of notes) io.note(`Note: ${message}`)
}

/** Reads a network of another program. */
export const importModel = defineCommand({
  name: 'import',
  order: 8,
  summary: 'Read a network of another program (Keras, TensorFlow.js).',
  argument: { name: 'file|folder', help: 'A model file, or a folder with its files, e.g. model.json and its weights.' },
  options: {
    out: { kind: 'text', hint: 'FILE.netloom', help: 'Where the network goes.', required: true },
    ...JSON_OPTION,
  },
  run: async ({ out, json }, argument, io) => {
    const files = await gather(argument)
    if (!files.ok) return files
    const ready = await prepareOut(out)
    if (!ready.ok) return ready
    const tf = await import('@tensorflow/tfjs')
    const read = await readFiles({ files: files.value, open: null, tf, libraries })
    if (!read.ok) return read
    const { format, project, weights, notes } = read.value
    const saved = await saveFile(out, await packProject({ project, weights, history: [] }))
    if (!saved.ok) return saved
    const { parameters } = resolve(project).totals
    const plain = notes.map(({ code, message, node }) => ({ code, message, ...(node === undefined ? {} : { node }) }))
    if (json) io.json({ format, out, layers: project.graph.nodes.length, parameters, weights: weights !== null, notes: plain })
    else say(read.value, parameters, out, io)
    return ok(0)
  },
})
