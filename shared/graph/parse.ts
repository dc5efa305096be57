import type { z } from 'zod'
import { fail, failAll, type Issue, issue, ok, type Result, toIssue } from '../result.ts'
import { FORMAT_VERSION, type Graph, type GraphNode, type ProjectFile, type Wire } from './document.ts'
import { guardJson } from './guard.ts'
import { layoutOf } from './layout.ts'
import { MAX_FILE_BYTES } from './limits.ts'
import { migrate } from './migrations.ts'
import { fileSchema, type LooseFile } from './schema.ts'

/** Reads a project from the bytes or text of a `.netloom.json`, or from a value parsed before; anything wrong is one sentence with its place. */
export const parseProject = (input: unknown): Result<ProjectFile> => {
  if (input instanceof Uint8Array) return parseProjectBytes(input)
  return typeof input === 'string' ? parseProjectText(input) : parseProjectValue(input)
}

const tooLarge = (bytes: number): Result<never> =>
  fail('file/too-large', `The project file has ${bytes} bytes; at most ${MAX_FILE_BYTES} can be read.`, {
    expected: String(MAX_FILE_BYTES),
    received: String(bytes),
  })

const parseProjectBytes = (bytes: Uint8Array): Result<ProjectFile> => {
  if (bytes.length > MAX_FILE_BYTES) return tooLarge(bytes.length)
  try {
    return parseProjectText(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return fail('file/not-text', 'The file is not a Netloom project: it is not UTF-8 text.')
  }
}

/** Reads a project from JSON text. */
export const parseProjectText = (text: string): Result<ProjectFile> => {
  if (text.length > MAX_FILE_BYTES) return tooLarge(text.length)
  if (text.trim() === '') return fail('file/empty', 'The project file is empty.')
  let value: unknown
  try {
    value = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text)
  } catch (error) {
    return fail('file/not-json', `The project file is not valid JSON: ${toIssue(error).message.slice(0, 200)}`)
  }
  return parseProjectValue(value)
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reads a project from a value of unknown origin. */
export const parseProjectValue = (value: unknown): Result<ProjectFile> => {
  try {
    const guarded = guardJson(value)
    if (!guarded.ok) return guarded
    if (!isRecord(value) || value.format !== 'netloom')
      return fail('file/not-a-project', 'The file is not a Netloom project: it does not begin with "format": "netloom".', {
        where: 'format',
      })
    const current = migrate(value)
    if (!current.ok) return current
    const parsed = fileSchema.safeParse(current.value)
    return parsed.success ? finish(parsed.data) : failAll(parsed.error.issues.slice(0, 20).map(schemaIssue))
  } catch (error) {
    return fail('file/unreadable', `The project file cannot be read: ${toIssue(error).message.slice(0, 200)}`)
  }
}

const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, key) => (typeof key === 'number' ? `${text}[${key}]` : text ? `${text}.${String(key)}` : String(key)), '')

const schemaIssue = ({ path, message }: z.core.$ZodIssue): Issue => {
  const where = pathText(path)
  return issue('file/invalid', `The project file is not valid at ${where || 'the top'}: ${message.replace(/\.$/, '')}.`, { where })
}

/** Fills in what a hand-written file leaves out, then checks what a schema cannot. */
const finish = (file: LooseFile): Result<ProjectFile> => {
  const nodes = file.graph.nodes.map(
    (node): GraphNode => ({ ...node, name: node.name ?? node.id, position: node.position ?? { x: 0, y: 0 } }),
  )
  const wires = withIds(file.graph.wires)
  const problem = graphIssue({ ...file.graph, nodes, wires })
  if (problem) return failAll([problem])
  const bare: Graph = { ...file.graph, nodes, wires }
  const unplaced = new Set(file.graph.nodes.filter(node => node.position === undefined).map(node => node.id))
  const graph = unplaced.size ? { ...bare, nodes: placed(bare, unplaced) } : bare
  return ok({ format: 'netloom', version: FORMAT_VERSION, name: file.name, graph, data: file.data, training: file.training })
}

const placed = (graph: Graph, unplaced: ReadonlySet<string>): readonly GraphNode[] => {
  const places = layoutOf(graph)
  return graph.nodes.map(node => (unplaced.has(node.id) ? { ...node, position: places.get(node.id) ?? node.position } : node))
}

const withIds = (wires: LooseFile['graph']['wires']): readonly Wire[] => {
  const taken = new Set(wires.flatMap(wire => wire.id ?? []))
  let next = 1
  return wires.map(({ id, from, to }) => {
    if (id !== undefined) return { id, from, to }
    while (taken.has(`wire_${next}`)) next++
    return { id: `wire_${next++}`, from, to }
  })
}

const graphIssue = (graph: Graph): Issue | null =>
  duplicateIssue('nodes', graph.nodes) ??
  duplicateIssue('wires', graph.wires) ??
  duplicateIssue('frames', graph.frames) ??
  duplicateIssue('notes', graph.notes) ??
  wireIssue(graph)

const duplicateIssue = (list: 'nodes' | 'wires' | 'frames' | 'notes', items: readonly { readonly id: string }[]): Issue | null => {
  const seen = new Set<string>()
  for (const [i, { id }] of items.entries()) {
    if (seen.has(id)) {
      const where = `graph.${list}[${i}].id`
      return issue('file/duplicate-id', `Two ${list} have the id "${id}" (the second at ${where}): ids must differ.`, {
        where,
        received: id,
      })
    }
    seen.add(id)
  }
  return null
}

const wireIssue = ({ nodes, wires }: Graph): Issue | null => {
  const ids = new Set(nodes.map(node => node.id))
  const seen = new Set<string>()
  for (const [i, { from, to }] of wires.entries()) {
    const where = `graph.wires[${i}]`
    const missing = [from, to].find(id => !ids.has(id))
    if (missing !== undefined)
      return issue('file/dangling-wire', `The wire at ${where} ends at "${missing}", but there is no node of that id.`, {
        where,
        received: missing,
      })
    const ends = `${from} ${to}`
    if (seen.has(ends))
      return issue('file/duplicate-wire', `The wire at ${where} from "${from}" to "${to}" is there twice: remove one.`, { where })
    seen.add(ends)
  }
  return null
}
