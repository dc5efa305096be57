import { beforeEach, describe, expect, it, vi } from 'vitest'
import { templateOf } from '../../templates/templates.ts'
import { load, projectStore, resolvedOf, undo } from '../store/projectStore.ts'
import { select, uiStore } from '../store/uiStore.ts'
import { nudge, removeSelection, rename, repair, selectAlong, toggleBypassed } from './actions.ts'
import { addConnected, addLayer, addLayerAt, insertOn } from './add.ts'
import { duplicateSelection } from './clipboard.ts'

vi.stubGlobal('requestAnimationFrame', () => 0)

const project = () => projectStore.getState().project
const wires = () => project().graph.wires.map(w => `${w.from}>${w.to}`)
const steps = () => projectStore.getState().past.map(s => s.label)
const wireInto = (id: string) => project().graph.wires.find(w => w.to === id)?.id ?? ''

beforeEach(() => {
  const lenet = templateOf('lenet')
  if (!lenet) throw new Error('there is no LeNet template')
  load(lenet.project, null)
  select([])
})

describe('adding layers', () => {
  it('inserts a Dropout dropped on a wire, moves what follows down and selects it; one step', () => {
    const before = project()
    addLayerAt('dropout', { x: 0, y: 500 }, wireInto('output'))
    expect(wires()).toContain('fc_1>dropout_1')
    expect(wires()).toContain('dropout_1>output')
    expect(uiStore.getState().selectedNodes).toEqual(['dropout_1'])
    expect(resolvedOf(project()).buildable).toBe(true)
    expect(steps()).toEqual(['Insert Dropout'])
    undo()
    expect(project()).toBe(before)
  })

  it('builds a chain by adding after what was added last', () => {
    select(['fc_1'])
    addLayer('dense')
    addLayer('dropout')
    expect(wires().slice(-3)).toEqual(['fc_1>dense_1', 'dense_1>dropout_1', 'dropout_1>output'])
  })

  it('adds at the end when nothing is selected', () => {
    addLayer('activation')
    expect(wires()).toContain('output>activation_1')
  })

  it('leaves a layer that does not fit unconnected and says why', () => {
    addConnected('conv2d', { x: 600, y: 600 }, 'fc_1', 'out')
    expect(wires().some(w => w.includes('conv_3'))).toBe(false)
    expect(project().graph.nodes.some(n => n.id === 'conv_3')).toBe(true)
    expect(uiStore.getState().toast?.text).toContain('image')
  })

  it('puts a card that hangs on nothing into a wire and keeps its name', () => {
    addLayerAt('dropout', { x: 700, y: 0 })
    rename('dropout_1', 'forget')
    insertOn('dropout_1', wireInto('fc_1'), { x: 40, y: 430 })
    expect(wires()).toContain('flatten>dropout_1')
    expect(project().graph.nodes.find(n => n.id === 'dropout_1')?.name).toBe('forget')
    undo()
    expect(wires()).toContain('flatten>fc_1')
  })
})

describe('editing what is selected', () => {
  it('deletes and heals in one step', () => {
    select(['pool_1', 'conv_2'])
    removeSelection()
    expect(wires()).toContain('conv_1>pool_2')
    expect(steps()).toEqual(['Delete 2 layers'])
  })

  it('duplicates with the wires among the layers and selects the copies', () => {
    select(['conv_1', 'pool_1'])
    duplicateSelection()
    const copies = uiStore.getState().selectedNodes
    expect(copies).toHaveLength(2)
    expect(wires()).toContain(copies.join('>'))
  })

  it('makes one step of nudges in a row', () => {
    select(['conv_1'])
    for (let i = 0; i < 5; i++) nudge({ x: 10, y: 0 })
    expect(steps()).toEqual(['Move'])
  })

  it('bypasses all, then none', () => {
    toggleBypassed(['pool_1', 'pool_2'])
    expect(project().graph.nodes.filter(n => n.bypassed)).toHaveLength(2)
    toggleBypassed(['pool_1', 'pool_2'])
    expect(project().graph.nodes.filter(n => n.bypassed)).toHaveLength(0)
  })

  it('follows the wires from layer to layer', () => {
    selectAlong('after')
    expect(uiStore.getState().selectedNodes).toEqual(['input'])
    selectAlong('after')
    selectAlong('after')
    selectAlong('before')
    expect(uiStore.getState().selectedNodes).toEqual(['conv_1'])
  })

  it('says so when a repair no longer fits', () => {
    repair({ kind: 'removeNode', label: 'Remove it', node: 'gone' })
    expect(uiStore.getState().toast?.tone).toBe('bad')
    expect(steps()).toEqual([])
  })
})
