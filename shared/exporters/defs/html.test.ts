import { describe, expect, it } from 'vitest'
import type { ProjectFile } from '../../graph/document.ts'
import { unwrap } from '../../result.ts'
import { payloadOf } from '../../standalone/page.ts'
import type { DataFacts, ExportInput } from '../define.ts'
import { branched, node, projectOf, tidyExports } from '../exporters.testkit.ts'
import { html } from './html.ts'

const made = tidyExports()

const pictures: DataFacts = {
  source: 'digits',
  kind: 'image',
  shape: [6, 6, 1],
  classes: ['zero', 'one', 'two'],
  features: [],
  scaling: { mean: [33.5], deviation: [78.25], scale: 255 },
  hash: 'abc',
}

const inputOf = async (project: ProjectFile, data: DataFacts | null, more: Partial<ExportInput> = {}): Promise<ExportInput> => ({
  ...(await made.inputOf(project)),
  data,
  ...more,
})

const told = async (input: ExportInput): Promise<string> => {
  const result = await html.run(input, { precision: 'float32' })
  return result.ok ? 'written' : result.issues[0].message
}

const table = (): ProjectFile =>
  projectOf([node('row', 'input', { shape: [2] }), node('out', 'dense', { units: 1, activation: 'sigmoid' })], ['row>out'])

describe('a network exported to a page', () => {
  it('is one file that its own program answers from as the network does, scaling included', async () => {
    const { files, verified } = unwrap(await html.run(await inputOf(branched(), pictures), { precision: 'float32' }))
    expect(files.map(f => f.path)).toEqual(['story.html'])
    expect(verified).toMatchObject({ runtime: 'the page’s own program', samples: 8, sameClass: true })
    expect(verified?.maxAbsDiff).toBeLessThan(1e-5)
    const payload = payloadOf(new TextDecoder().decode(files[0]?.bytes))
    expect(payload).toMatchObject({ classes: pictures.classes, scaling: pictures.scaling, input: { kind: 'image', shape: [6, 6, 1] } })
    expect(payload?.about).toEqual(['7 layers, 81 parameters.', 'No training is recorded for this network.'])
  })

  it('says how it was trained, and asks for numbers in the units of a table', async () => {
    const history = [1, 2].map(epoch => ({
      type: 'epoch',
      epoch,
      step: epoch * 5,
      seconds: 1,
      train: {},
      validation: { loss: 1, accuracy: 0.9375 },
    }))
    const data: DataFacts = {
      ...pictures,
      source: 'iris',
      kind: 'table',
      shape: [2],
      classes: ['no', 'yes'],
      features: ['a', 'b'],
      scaling: { mean: [1, 2], deviation: [3, 4], scale: 9 },
    }
    const { files } = unwrap(await html.run(await inputOf(table(), data, { history }), { precision: 'float32' }))
    const payload = payloadOf(new TextDecoder().decode(files[0]?.bytes))
    expect(payload?.about[1]).toBe('Trained for 2 epochs on Iris flowers, validation accuracy 93.8 %.')
    expect(payload?.input).toEqual({
      kind: 'numbers',
      numbers: [
        { name: 'a', low: 1, high: 4 },
        { name: 'b', low: 2, high: 6 },
      ],
    })
  })

  it('can carry rounded weights and says what that cost', async () => {
    const scores = [0.95, 0.9]
    const score = async () => ({ accuracy: scores.shift() ?? 0, samples: 40 })
    const input = await inputOf(branched(), pictures, { score })
    const { verified } = unwrap(await html.run(input, { precision: 'uint8' }))
    expect(verified).toMatchObject({ rounded: 'int8', accuracy: { before: 0.95, after: 0.9, samples: 40 } })
    expect(verified?.maxAbsDiff).toBeGreaterThan(1e-5)
    expect(verified?.maxAbsDiff).toBeLessThan(0.1)
  })

  it('is refused where the proof fails: a page whose program answers something else is not written', async () => {
    const input = await inputOf(branched(), pictures)
    const player = await input.libraries.player()
    const wrong = {
      ...player,
      open: async (payload: Parameters<typeof player.open>[0]) =>
        player.open({ ...payload, scaling: { mean: [0], deviation: [1], scale: 1 } }),
    }
    const message = await told({ ...input, libraries: { ...input.libraries, player: async () => wrong } })
    expect(message).toMatch(/does not compute the same/)
  })

  it('is refused without data, with other data than it was trained on, and with pictures of another size', async () => {
    expect(await told(await inputOf(branched(), null))).toMatch(/no data is loaded/)
    const history = [{ type: 'started', dataHash: 'other' }]
    expect(await told(await inputOf(branched(), pictures, { history }))).toMatch(/prepared differently/)
    expect(await told(await inputOf(branched(), { ...pictures, shape: [8, 8, 1] }))).toMatch(
      /takes 6×6×1, but the loaded data brings 8×8×1/,
    )
  })

  it('is refused where nobody could type what the network takes', async () => {
    const flow = projectOf(
      [node('in', 'input', { shape: [5, 3] }), node('flat', 'flatten'), node('out', 'dense', { units: 3 })],
      ['in>flat', 'flat>out'],
    )
    const data: DataFacts = { ...pictures, kind: 'table', shape: [5, 3] }
    expect(await told(await inputOf(flow, data))).toMatch(/at most 100 numbers, but this network takes 5×3/)
  })

  it('is refused with NaN among the weights, naming the node', async () => {
    const input = await inputOf(branched(), pictures)
    const weights = input.weights.map(w => (w.name === 'out/bias' ? { ...w, values: w.values.map(() => Number.NaN) } : w))
    expect(await told({ ...input, weights })).toMatch(/^The bias of "out" holds NaN/)
  })

  it('is refused for a network that no page could run in a second or hold', async () => {
    const input = await inputOf(branched(), pictures)
    const totals = { ...input.resolved.totals, multiplyAdds: 4.1e9 }
    expect(await told({ ...input, resolved: { ...input.resolved, totals } })).toMatch(/4\.1 billion multiply-adds/)
  })
})
