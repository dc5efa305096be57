import { dims } from '../../layers/shape.ts'
import { fail, type Issue, issue, ok, type Result } from '../../result.ts'
import { type ForeignLayer, quoted, type Topology } from './topology.ts'

/** Sides that stand in where a file leaves the size of its input open. */
const OPEN_IMAGE = 224
const OPEN_SEQUENCE = 100

/** Something to know that hinders nothing. */
export const note = (code: string, message: string, node?: string): Issue =>
  issue(code, message, { severity: 'warning', ...(node === undefined ? {} : { node }) })

/** Pictures that come in without channels and get one first, `[height, width]` to `[height, width, 1]`, have it from the start here, so that data fit. */
const channelAdded = (shape: readonly unknown[], input: string, { layers }: Topology): boolean => {
  const takers = layers.filter(l => l.sources.includes(input))
  const target = takers[0]?.className === 'Reshape' ? takers[0].config.target_shape : undefined
  return takers.length === 1 && shape.length === 2 && JSON.stringify(target) === JSON.stringify([...shape, 1])
}

/** A layer for the input with its shape under the name of the parameter and with sizes for what the file leaves open; other layers as they are. */
export const withInput = (
  layer: ForeignLayer,
  topology: Topology,
  id: string,
): Result<{ readonly layer: ForeignLayer; readonly notes: readonly Issue[] }> => {
  if (layer.className !== 'InputLayer') return ok({ layer, notes: [] })
  const { batch_shape: batch, batch_input_shape: old, ...rest } = layer.config
  const whole: unknown = batch ?? old
  const name = quoted(layer.name)
  if (!Array.isArray(whole) || whole.length < 2)
    return fail('import/no-input-shape', `The file does not say which shape enters at ${name}.`)
  const own = whole.slice(1) as readonly unknown[]
  if (own.at(-1) === null) return fail('import/open-input', `The file leaves the last dimension of ${name} open; Netloom needs to know it.`)
  const filled = own.map(d => d ?? (own.length > 2 ? OPEN_IMAGE : OPEN_SEQUENCE))
  const grows = channelAdded(filled, layer.name, topology)
  const shape = grows ? [...filled, 1] : filled
  const shown = dims(shape.map(Number))
  const open = note('import/open-input', `${name} leaves its size open; it is set to ${shown} and can be changed.`, id)
  const grown = note('import/channel-added', `${name} takes pictures with a channel here, ${shown}; the file’s takes them without.`, id)
  return ok({
    layer: { ...layer, config: { ...rest, shape } },
    notes: [...(own.includes(null) ? [open] : []), ...(grows ? [grown] : [])],
  })
}
