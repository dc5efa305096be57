import { beforeEach, describe, expect, it, vi } from 'vitest'

vi.mock('../host/pickHost.ts', async () => ({ host: (await import('../host/fakeHost.ts')).makeFakeHost().host }))

import { cutBelow } from '../../shared/graph/transfer.ts'
import { unwrap } from '../../shared/result.ts'
import { templateOf } from '../../templates/templates.ts'
import { load, projectStore, undo } from '../store/projectStore.ts'
import { select, uiStore } from '../store/uiStore.ts'
import { toggleFrozen } from './actions.ts'
import { canvasStore } from './canvasStore.ts'
import { finishLine, freezeAbove, putHead, wantedClasses } from './cutActions.ts'
import { cutStore, toggleCutTool } from './cutStore.ts'
import { toRight } from './sideways.ts'

vi.stubGlobal('requestAnimationFrame', () => 0)

const project = () => projectStore.getState().project
const frozen = () => project().graph.nodes.flatMap(n => (n.frozen ? [n.id] : []))
const steps = () => projectStore.getState().past.map(s => s.label)
const cut = () => unwrap(cutBelow(project(), 'pool_2'))
const said = () => uiStore.getState().toast?.text ?? ''

beforeEach(() => {
  const lenet = templateOf('lenet')
  if (!lenet) throw new Error('there is no LeNet template')
  load(lenet.project, null)
  select([])
  canvasStore.setState({ direction: 'down' })
  cutStore.setState(cutStore.getInitialState())
})

describe('a cut on the canvas', () => {
  it('asks what to do, and keeps the knife in hand when the line parts nothing', () => {
    toggleCutTool()
    finishLine([], { x: 1, y: 2 })
    expect(said()).toContain('crosses no wire')
    expect(cutStore.getState()).toMatchObject({ tool: true, ask: null })
    finishLine(cut().wires, { x: 1, y: 2 })
    expect(cutStore.getState()).toMatchObject({ tool: false, ask: { cut: { ends: ['pool_2'] }, point: { x: 1, y: 2 } } })
  })

  it('freezes what is above, in one step', () => {
    freezeAbove(cut())
    expect(frozen()).toEqual(['conv_1', 'conv_2'])
    expect(steps()).toEqual(['Freeze above the cut'])
    undo()
    expect(frozen()).toEqual([])
  })

  it('puts a head for the classes of the data in one step, below or to the right as the network flows', () => {
    expect(wantedClasses()).toBe(10)
    putHead(cut(), 5, 'hidden')
    expect(steps()).toEqual(['New head for 5 classes'])
    const place = (id: string) => project().graph.nodes.find(n => n.id === id)?.position ?? { x: 0, y: 0 }
    expect(place('head_1').y).toBeGreaterThan(place('pool_2').y)
    undo()
    canvasStore.setState({ direction: 'right' })
    projectStore.setState(s => ({
      project: {
        ...s.project,
        graph: { ...s.project.graph, nodes: s.project.graph.nodes.map(n => ({ ...n, position: toRight(n.position) })) },
      },
    }))
    putHead(cut(), 5, 'hidden')
    expect(place('head_1').x).toBeGreaterThan(place('pool_2').x)
    expect(place('head_1').y).toBe(place('pool_2').y)
    putHead(cut(), 1, 'hidden')
    expect(said()).toContain('A head takes 2 to')
  })
})

describe('freezing', () => {
  it('passes over layers without weights', () => {
    toggleFrozen(['conv_1', 'pool_1'])
    expect(frozen()).toEqual(['conv_1'])
    toggleFrozen(['conv_1', 'pool_1'])
    expect(frozen()).toEqual([])
    toggleFrozen(['pool_1'])
    expect(frozen()).toEqual([])
    expect(said()).toBe('There are no weights to freeze here.')
  })
})
