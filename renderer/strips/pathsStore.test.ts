import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Contribution, ProbeInput, ProbeResult } from '../../shared/engine/protocol.ts'
import { smallNet } from '../../shared/graph/build.testkit.ts'
import { ok } from '../../shared/result.ts'
import { setEngine } from '../controller/engine.ts'
import { fakeEngine } from '../controller/fakeEngine.testkit.ts'
import { clearProbe, probeStore, setProbe } from '../store/probeStore.ts'
import { load } from '../store/projectStore.ts'
import { uiStore } from '../store/uiStore.ts'
import { followPaths, pathsStore, pointAt, pointAway } from './pathsStore.ts'

const pathTo = (node: string, channel: number | null): Contribution[] => [
  { from: { node: 'before', channel: 0 }, to: { node, channel: channel ?? -1 }, share: 1 },
]
const ends = () => pathsStore.getState().paths.map(p => [p.to.node, p.to.channel])
const seen: ProbeResult = { step: 0, input: new Float32Array(), inputShape: [], label: null, layers: [], output: new Float32Array() }
const sample: ProbeInput = { kind: 'sample', part: 'test', index: 0 }
const drawing = (): ProbeInput => ({ kind: 'values', values: new Float32Array(784) })

let engine: ReturnType<typeof fakeEngine>
let stop: () => void
beforeEach(() => {
  engine = fakeEngine()
  engine.answers.paths = ({ node, channel }) => ok({ paths: pathTo(node, channel) })
  setEngine(async () => engine.link)
  load(smallNet(), null)
  uiStore.setState({ mode: 'train' })
  pathsStore.setState({ pointed: null, paths: [] })
  probeStore.setState({ input: sample })
  setProbe(seen)
  stop = followPaths()
})
afterEach(() => {
  stop()
  clearProbe()
})

it('shows what feeds the tile that is pointed at, and nothing once the pointer has left', async () => {
  expect(ends()).toEqual([])
  pointAt({ node: 'conv_1', channel: 4 })
  await vi.waitFor(() => expect(ends()).toEqual([['conv_1', 4]]))
  pointAt({ node: 'conv_1', channel: 4 })
  expect(engine.argsOf('paths')).toHaveLength(1)
  pointAt(null)
  expect(ends()).toEqual([])
})

it('shows the winning class of a drawing, and of any input in Explore', async () => {
  probeStore.setState({ input: drawing() })
  await vi.waitFor(() => expect(ends()).toEqual([['output', -1]]))
  probeStore.setState({ input: sample })
  expect(ends()).toEqual([])
  uiStore.setState({ mode: 'explore' })
  await vi.waitFor(() => expect(ends()).toEqual([['output', -1]]))
  pointAt({ node: 'flatten', channel: 9 })
  await vi.waitFor(() => expect(ends()).toEqual([['flatten', 9]]))
  pointAway('elsewhere')
  pointAway('flatten')
  await vi.waitFor(() => expect(ends()).toEqual([['output', -1]]))
})

it('an answer that comes after the pointer has moved on is dropped', async () => {
  let answer: (() => void) | undefined
  engine.answers.paths = ({ node, channel }) =>
    new Promise(done => {
      answer = () => done(ok({ paths: pathTo(node, channel) }))
    })
  pointAt({ node: 'conv_1', channel: 1 })
  await vi.waitFor(() => expect(answer).toBeDefined())
  pointAt(null)
  answer?.()
  await new Promise(done => setTimeout(done, 5))
  expect(ends()).toEqual([])
})

it('asks again as the probe changes, but not for each of many', async () => {
  pointAt({ node: 'conv_1', channel: 1 })
  for (let i = 0; i < 20; i++) {
    setProbe({ ...seen, step: i })
    await new Promise(done => setTimeout(done, 10))
  }
  await vi.waitFor(() => expect(engine.argsOf('paths').length).toBeGreaterThan(1))
  expect(engine.argsOf('paths').length).toBeLessThan(6)
  clearProbe()
  expect(ends()).toEqual([])
})
