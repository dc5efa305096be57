import { describe, expect, it } from 'vitest'
import { templateOf } from '../../templates/templates.ts'
import { type Result, unwrap } from '../result.ts'
import { chain, node, project } from './build.testkit.ts'
import type { ProjectFile } from './document.ts'
import { setFrozen } from './edit.ts'
import { headKinds, newHead } from './newHead.ts'
import { applyRecipe, RECIPE_IDS, recipeOf, unfrozenBy } from './recipes.ts'
import { resolve } from './resolve.ts'
import { cutAt, cutBelow, freezeTrunk, frozenCounts, usualCut } from './transfer.ts'

const template = (id: string): ProjectFile => {
  const found = templateOf(id)
  if (!found) throw new Error(`There is no template ${id}.`)
  return found.project
}
const refusal = (result: Result<unknown>): string => (result.ok ? 'accepted' : result.issues[0].message)
const wire = (doc: ProjectFile, from: string, to: string): string => doc.graph.wires.find(w => w.from === from && w.to === to)?.id ?? 'none'
const frozen = (doc: ProjectFile) => doc.graph.nodes.filter(n => n.frozen).map(n => n.id)
const types = (doc: ProjectFile) => resolve(doc).order.map(id => doc.graph.nodes.find(n => n.id === id)?.type)
const head = (doc: ProjectFile) => doc.graph.nodes.find(n => n.id === 'head_1')

/** input → a → (b, skip) → add → c → out */
const residual = (): ProjectFile =>
  project(
    [
      node('in', 'input', { shape: [8, 8, 3] }),
      node('a', 'conv2d', { filters: 4, kernelSize: [3, 3], padding: 'same' }),
      node('b', 'conv2d', { filters: 4, kernelSize: [3, 3], padding: 'same' }),
      node('add', 'add'),
      node('c', 'conv2d', { filters: 4, kernelSize: [3, 3], padding: 'same' }),
      node('flat', 'flatten'),
      node('out', 'dense', { units: 3, activation: 'softmax' }),
    ],
    ['in>a', 'a>b', 'a>add', 'b>add', 'add>c', 'c>flat', 'flat>out'],
  )

describe('a cut', () => {
  it('across one wire of a chain parts trunk and head', () => {
    const lenet = template('lenet')
    const cut = unwrap(cutAt(lenet, [wire(lenet, 'pool_2', 'flatten')]))
    expect(cut).toMatchObject({ ends: ['pool_2'], rest: ['flatten', 'fc_1', 'output'] })
    expect(cut.trunk).toEqual(['input', 'conv_1', 'pool_1', 'conv_2', 'pool_2'])
    expect(unwrap(cutBelow(lenet, 'pool_2'))).toEqual(cut)
  })

  it('has to cross every way round a shortcut, and no way twice', () => {
    const doc = residual()
    expect(refusal(cutAt(doc, []))).toBe('The line crosses no wire: draw it across the wires between two layers.')
    expect(refusal(cutAt(doc, ['w2']))).toBe('The line leaves a way round it, after "a": let it cross that wire as well.')
    expect(refusal(cutAt(doc, ['w1', 'w5']))).toContain('through "add" more than once')
    expect(unwrap(cutAt(doc, ['w2', 'w3']))).toMatchObject({ ends: ['a'], trunk: ['in', 'a'] })
    expect(unwrap(cutAt(doc, ['w3', 'w4']))).toMatchObject({ ends: ['a', 'b'], trunk: ['in', 'a', 'b'] })
    expect(unwrap(cutBelow(doc, 'b')).wires).toEqual(['w3', 'w4'])
  })

  it('needs something behind it', () => {
    expect(refusal(cutBelow(residual(), 'out'))).toBe('Nothing follows "out": cut below a layer further up.')
    expect(refusal(cutBelow(residual(), 'gone'))).toContain('no layer "gone"')
  })

  it('freezes the layers with weights before it and frees those behind', () => {
    const doc = setFrozen(residual(), ['out'], true)
    const cut = unwrap(cutBelow(doc, 'add'))
    const after = freezeTrunk(doc, cut)
    expect(frozen(after)).toEqual(['a', 'b'])
    expect(freezeTrunk(after, cut)).toBe(after)
    expect(frozenCounts(resolve(after))).toMatchObject({ frozen: 112 + 148, layers: 2 })
  })

  it('is looked for below frozen layers, else above the dense layers, else above the last of them', () => {
    const lenet = template('lenet')
    expect(usualCut(lenet)?.ends).toEqual(['pool_2'])
    expect(usualCut(setFrozen(lenet, ['conv_1'], true))?.ends).toEqual(['pool_1'])
    expect(usualCut(template('mlp-572'))?.ends).toEqual(['dropout_2'])
    expect(usualCut(template('resnet20'))?.rest.length).toBe(2)
    expect(usualCut(template('logistic-regression'))).toBeNull()
    expect(usualCut(project([]))).toBeNull()
  })
})

describe('a new head', () => {
  it('takes over plain dense layers, with a last one that starts anew even for as many classes', () => {
    const lenet = template('lenet')
    const cut = unwrap(cutBelow(lenet, 'pool_2'))
    expect(headKinds(lenet, cut)).toEqual(['same', 'hidden', 'single'])
    const doc = unwrap(newHead(lenet, cut, 10, 'same'))
    expect(doc.graph.nodes.map(n => n.id)).toEqual(['input', 'conv_1', 'pool_1', 'conv_2', 'pool_2', 'flatten', 'fc_1', 'head_1'])
    expect(head(doc)?.params).toMatchObject({ units: 10, activation: 'softmax' })
    expect(frozen(doc)).toEqual(['conv_1', 'conv_2'])
    expect(resolve(doc).buildable).toBe(true)
  })

  it('or stands on the trunk with a hidden layer and dropout, flattened or averaged as its size asks', () => {
    const lenet = template('lenet')
    const hidden = unwrap(newHead(lenet, unwrap(cutBelow(lenet, 'pool_2')), 5, 'hidden'))
    expect(types(hidden).slice(-4)).toEqual(['flatten', 'dense', 'dropout', 'dense'])
    expect(resolve(hidden).nodes.get('head_1')?.output).toEqual([5])
    const vgg = template('vgg-small')
    const wide = unwrap(newHead(vgg, unwrap(cutBelow(vgg, 'pool_2')), 7, 'hidden'))
    expect(types(wide).slice(-4)).toEqual(['globalAveragePooling2d', 'dense', 'dropout', 'dense'])
    const single = unwrap(newHead(lenet, unwrap(cutBelow(lenet, 'fc_1')), 3, 'single'))
    expect(types(single).slice(-2)).toEqual(['dense', 'dense'])
    for (const doc of [hidden, wide, single]) expect(resolve(doc).issues).toEqual([])
    const again = unwrap(newHead(single, unwrap(cutBelow(single, 'fc_1')), 3, 'single'))
    expect(again.graph.nodes.at(-1)?.id).toBe('head_2')
  })

  it('goes where branches have come together and refuses to stand elsewhere', () => {
    const doc = residual()
    expect(refusal(newHead(doc, unwrap(cutBelow(doc, 'b')), 5, 'hidden'))).toContain(
      'the line cuts below a, b: cut where they have come together',
    )
    expect(unwrap(newHead(doc, unwrap(cutBelow(doc, 'add')), 5, 'single')).graph.nodes).toHaveLength(6)
    expect(refusal(newHead(doc, unwrap(cutBelow(doc, 'add')), 5, 'same'))).toContain('more than dense layers in a row')
    expect(refusal(newHead(doc, unwrap(cutBelow(doc, 'add')), 1, 'single'))).toContain('2 to')
  })

  it('keeps an activation at the end and sets a loss for classes', () => {
    const doc = chain(
      node('in', 'input', { shape: [4] }),
      node('a', 'dense', { units: 8 }),
      node('b', 'dense', { units: 1 }),
      node('act', 'activation', { activation: 'sigmoid' }),
    )
    const binary = { ...doc, training: { ...doc.training, loss: 'binaryCrossentropy' as const } }
    const after = unwrap(newHead(binary, unwrap(cutBelow(binary, 'a')), 4, 'same'))
    expect(after.training.loss).toBe('sparseCategoricalCrossentropy')
    expect(after.graph.nodes.map(n => [n.id, n.params.activation, n.params.units])).toEqual([
      ['in', undefined, undefined],
      ['a', undefined, 8],
      ['head_1', undefined, 4],
      ['act', 'softmax', undefined],
    ])
    expect(after.graph.wires.map(w => `${w.from}>${w.to}`)).toEqual(['in>a', 'a>head_1', 'head_1>act'])
  })
})

describe('recipes', () => {
  it('set freezing, rates and phases, and are recognised again', () => {
    const lenet = template('lenet')
    const cut = unwrap(cutBelow(lenet, 'pool_2'))
    expect(recipeOf({ ...lenet, training: { ...lenet.training, learningRate: 0.02 } }, cut)).toBeNull()
    const made = Object.fromEntries(RECIPE_IDS.map(id => [id, applyRecipe(lenet, cut, id)]))
    for (const id of RECIPE_IDS) expect(recipeOf(made[id] ?? lenet, cut)).toBe(id)
    expect(made.smallSimilar?.training.fineTune).toBeNull()
    expect(made.largeSimilar?.training.fineTune).toEqual({ epochs: 10, learningRate: 0.0001, unfreeze: 'all' })
    expect(made.smallDifferent?.training.fineTune).toEqual({ epochs: 10, learningRate: 0.00001, unfreeze: 'top' })
    expect(frozen(made.largeDifferent ?? lenet)).toEqual([])
    expect(frozen(made.smallDifferent ?? lenet)).toEqual(['conv_1', 'conv_2'])
  })

  it('set free all frozen layers or the upper half, but no batch normalisation', () => {
    const doc = template('vgg-small-bn')
    const resolved = resolve(freezeTrunk(doc, unwrap(cutBelow(doc, 'pool_2'))))
    expect(unfrozenBy(resolved, 'all')).toEqual(['conv_1_1', 'conv_1_2', 'conv_2_1', 'conv_2_2'])
    expect(unfrozenBy(resolved, 'top')).toEqual(['conv_2_1', 'conv_2_2'])
  })
})
