// Writes every template in every format that Python can run, with a probe and tfjs's answers, into a folder; prints what it wrote as JSON.
// Usage: exports.mjs <folder> <root of the repository> <formats, comma-separated> [most multiply-adds]
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ExportInput } from '../../shared/exporters/define.ts'
import { activeNodes } from '../../shared/exporters/guard.ts'
import { kerasName } from '../../shared/exporters/python.ts'
import { exporterOf } from '../../shared/exporters/registry.ts'
import { outputsOf } from '../../shared/exporters/verify.ts'
import { parseParams } from '../../shared/layers/params.ts'
import { encodeSafetensors } from '../../shared/project/safetensors.ts'
import { seeded, start, trainedLenet, wanted } from './networks.ts'

/** One network in one format: a folder to run, or why there is none. */
interface Row {
  readonly network: string
  readonly format: string
  readonly folder: string
  /** Why it could not be exported; null when it was. */
  readonly refused: string | null
}

const [folder = '', root = '', formats = '', most] = process.argv.slice(2)

const write = (path: string, bytes: Uint8Array): void => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
}

const tensors = async (
  kind: string,
  found: readonly { readonly shape: number[]; data(): Promise<Float32Array | Int32Array | Uint8Array> }[],
) => Promise.all(found.map(async (t, i) => ({ name: `${kind}_${i}`, shape: t.shape, values: Float32Array.from(await t.data()) })))

/** Weights by the names that layers have in generated Keras source, for formats that carry none: `<layer>/<place in the layer>`. */
const kerasWeights = ({ resolved, weights }: ExportInput) => {
  const byName = new Map(weights.map(w => [w.name, w]))
  const names = new Set<string>()
  return activeNodes(resolved).flatMap(id => {
    const entry = resolved.nodes.get(id)
    const name = kerasName(entry?.node.name || id, names)
    return (entry?.weights ?? []).flatMap((spec, i) => {
      const weight = byName.get(`${id}/${spec.name}`)
      return weight ? [{ ...weight, name: `${name}/${i}` }] : []
    })
  })
}

const exportOne = async (network: string, format: string, input: ExportInput): Promise<Row> => {
  const def = exporterOf(format)
  const row = { network, format, folder: join(folder, network, format) }
  if (!def) return { ...row, refused: 'there is no such format' }
  const { values } = parseParams(def.params, {})
  const done = def.needsWeights ? await def.run(input, values) : await def.run(input, values)
  if (!done.ok) return { ...row, refused: done.issues[0].message }
  for (const { path, bytes } of done.value.files) write(join(row.folder, path), bytes)
  return { ...row, refused: null }
}

const exportAll = async (network: string, input: ExportInput): Promise<Row[]> => {
  const outputs = outputsOf(input.model, input.probes)
  const probe = [...(await tensors('input', input.probes)), ...(await tensors('output', outputs))]
  write(join(folder, network, 'expected.safetensors'), encodeSafetensors(probe))
  write(join(folder, network, 'keras-weights.safetensors'), encodeSafetensors(kerasWeights(input)))
  const rows: Row[] = []
  for (const format of formats.split(',')) rows.push(await exportOne(network, format, input))
  input.tf.dispose([...outputs, ...input.probes])
  input.model.dispose()
  return rows
}

const running = await start()
const rows = await exportAll('lenet, trained', await trainedLenet(running, root))
for (const template of wanted(most === undefined ? undefined : Number(most)))
  rows.push(...(await exportAll(template.id, await seeded(running, template))))
console.log(JSON.stringify(rows))
