import { describe, expect, test } from 'vitest'
import { chain, node, project, smallNet } from './build.testkit.ts'
import { formulasOf, summaryOf } from './describe.ts'
import { blankProject } from './document.ts'
import { moveNodes, setBypassed, setFrozen, setParams } from './edit.ts'
import { resolve } from './resolve.ts'

const codes = (doc: ReturnType<typeof smallNet>) =>
  resolve(doc).issues.map(({ code, node: at }) => (at === undefined ? code : `${code} at ${at}`))

describe('a network without faults', () => {
  const resolved = resolve(smallNet())
  const outputs = [...resolved.nodes.values()].map(n => n.output)

  test('has shapes, parameters and costs in order', () => {
    expect(outputs).toEqual([[28, 28, 1], [24, 24, 20], [12, 12, 20], [2880], [10]])
    expect(resolved.order).toEqual(['input', 'conv_1', 'pool_1', 'flatten', 'output'])
    expect(resolved).toMatchObject({ inputs: ['input'], outputs: ['output'], issues: [], buildable: true })
    expect(resolved.totals).toMatchObject({ layers: 5, parameters: 520 + 28_810, trainable: 29_330, multiplyAdds: 299_520 + 28_810 })
    expect(resolved.totals.weightBytes).toBe(29_330 * 4)
  })

  test('training memory counts weights, gradients, Adam’s two slots, and activations with gradients for a batch', () => {
    const activations = 784 + 24 * 24 * 20 + 12 * 12 * 20 + 2880 + 10
    expect(resolved.totals.trainingBytes).toBe(4 * (29_330 * 4 + 2 * 64 * activations))
  })

  test('spells its calculations out with real numbers', () => {
    const conv = resolved.nodes.get('conv_1')
    const formulas = conv ? formulasOf(conv).map(f => `${f.expression} = ${f.result}`) : []
    expect(formulas).toEqual(['(28 − 5 + 2·0) / 1 + 1 = 24', '(5·5·1 + 1)·20 = 520', '520 · 24·24 = 299,520'])
    expect(conv && summaryOf(conv)).toBe('20 · 5×5')
  })
})

test('a Dense of 1000 on a flattened 640×480×3 image shows 921,601,000 parameters, allocates nothing and cannot be built', () => {
  const doc = chain(node('input', 'input', { shape: [480, 640, 3] }), node('flatten', 'flatten'), node('big', 'dense', { units: 1000 }))
  const resolved = resolve(doc)
  expect(resolved.totals.parameters).toBe(921_601_000)
  expect(resolved.buildable).toBe(false)
  expect(resolved.issues).toMatchObject([{ code: 'graph/too-many-parameters', node: 'big' }])
  expect(resolved.issues[0]?.message).toContain('"big" alone has 921,601,000')
})

describe('what is wrong is said at its place', () => {
  test('an empty project has no input', () => expect(codes(blankProject())).toEqual(['graph/no-input']))
  test('an Input alone has nothing to learn', () => expect(codes(chain(node('input', 'input')))).toEqual(['graph/no-output at input']))

  test('an unknown layer is a placeholder, and what follows it stays silent', () => {
    const doc = chain(node('input', 'input'), node('odd', 'quantumFold'), node('out', 'dense'))
    expect(codes(doc)).toEqual(['graph/unknown-layer at odd'])
    expect(resolve(doc).nodes.get('odd')).toMatchObject({ def: undefined, output: null })
  })

  test('a loop is named by its layers', () => {
    const doc = project(
      [node('input', 'input'), node('a', 'add'), node('b', 'dense'), node('c', 'dense')],
      ['input>a', 'a>b', 'b>a', 'b>c'],
    )
    const { issues, order } = resolve(doc)
    expect(issues).toMatchObject([{ code: 'graph/cycle', message: 'These layers form a loop: a → b → a. Remove one of its wires.' }])
    expect(issues[0]?.fixes).toMatchObject([{ kind: 'removeWire', wire: 'w3' }])
    expect(order).toEqual(['input', 'a', 'b', 'c'])
  })

  test('a layer that feeds itself is a loop of one', () => {
    const doc = project([node('input', 'input'), node('a', 'add')], ['input>a', 'a>a'])
    expect(resolve(doc).issues[0]?.message).toContain('a → a')
  })

  test('nothing arrives', () =>
    expect(codes(project([node('input', 'input'), node('out', 'dense')]))).toContain('graph/missing-input at out'))

  test('two wires into a layer of one input', () => {
    const doc = project([node('input', 'input'), node('a', 'dense'), node('b', 'dense')], ['input>a', 'input>b', 'a>b'])
    expect(resolve(doc).issues).toMatchObject([{ code: 'graph/too-many-inputs', node: 'b', fixes: [{ kind: 'removeWire', wire: 'w3' }] }])
  })

  test('two ends, two beginnings', () => {
    const doc = project([node('in_1', 'input'), node('in_2', 'input'), node('a', 'dense'), node('b', 'dense')], ['in_1>a', 'in_2>b'])
    expect(codes(doc)).toEqual(['graph/several-inputs at in_2', 'graph/several-outputs at b'])
  })

  test('a kernel that does not fit says what arrived and offers padding "same"', () => {
    const doc = chain(node('input', 'input', { shape: [4, 4, 1] }), node('conv', 'conv2d', { kernelSize: [5, 5] }))
    expect(resolve(doc).issues).toMatchObject([
      {
        code: 'layer/kernel-too-large',
        message: 'A 5×5 kernel does not fit the 4×4 image that arrives: use a smaller kernel or padding "same".',
        node: 'conv',
        fixes: [{ kind: 'setParams', node: 'conv', params: { padding: 'same' } }],
      },
    ])
  })

  test('a convolution on a row of 784 values offers a Reshape to 28×28×1', () => {
    const doc = chain(node('input', 'input', { shape: [784] }), node('conv', 'conv2d'))
    expect(resolve(doc).issues).toMatchObject([
      {
        code: 'layer/wrong-rank',
        received: '784',
        fixes: [{ kind: 'insertBefore', node: 'conv', type: 'reshape', params: { targetShape: [28, 28, 1] } }],
      },
    ])
  })

  test('a wrong parameter keeps its default, so that shapes stay visible', () => {
    const { nodes, issues } = resolve(chain(node('input', 'input'), node('conv', 'conv2d', { filters: 1e9, kernelSize: [3, 3] })))
    expect(issues).toMatchObject([{ code: 'param/invalid', node: 'conv', param: 'filters', received: '1000000000' }])
    expect(nodes.get('conv')?.output).toEqual([26, 26, 32])
  })

  test('shapes that cannot be added are both named', () => {
    const nodes = [node('input', 'input'), node('a', 'conv2d', { filters: 4 }), node('b', 'conv2d', { filters: 8 }), node('sum', 'add')]
    const { issues } = resolve(project(nodes, ['input>a', 'input>b', 'a>sum', 'b>sum']))
    expect(issues).toMatchObject([{ code: 'layer/shapes-differ', node: 'sum', received: '26×26×4, 26×26×8' }])
  })

  test('a tensor no computer could hold is refused, not computed', () => {
    const big = node('input', 'input', { shape: [2 ** 24, 2 ** 24, 3] })
    expect(codes(chain(big, node('pool', 'maxPooling2d')))).toEqual(['layer/too-large at input'])
  })
})

describe('bypass and freeze', () => {
  test('a bypassed layer passes on what arrives and counts nothing', () => {
    const { nodes, totals, issues } = resolve(setBypassed(smallNet(), ['conv_1'], true))
    expect(nodes.get('conv_1')).toMatchObject({ output: [28, 28, 1], parameters: 0 })
    expect(nodes.get('pool_1')).toMatchObject({ sources: ['input'], output: [14, 14, 1] })
    expect([totals.layers, issues]).toEqual([4, []])
  })

  test('a bypassed last layer leaves the one before it as the end', () => {
    expect(resolve(setBypassed(smallNet(), ['output'], true)).outputs).toEqual(['flatten'])
  })

  test('a frozen layer keeps its parameters but trains none', () => {
    const { totals } = resolve(setFrozen(smallNet(), ['conv_1'], true))
    expect(totals).toMatchObject({ parameters: 29_330, trainable: 28_810 })
  })

  test('half of a batch normalisation is learned', () => {
    const { totals } = resolve(chain(node('input', 'input', { shape: [8, 8, 32] }), node('bn', 'batchNormalization')))
    expect(totals).toMatchObject({ parameters: 128, trainable: 64 })
  })
})

describe('resolving again', () => {
  test('keeps what an edit did not touch', () => {
    const doc = smallNet()
    const before = resolve(doc)
    const after = resolve(setParams(doc, 'output', { units: 20 }))
    expect(after.nodes.get('flatten')).toBe(before.nodes.get('flatten'))
    expect(after.nodes.get('output')?.output).toEqual([20])
    const again = resolve(doc)
    const moved = resolve(moveNodes(doc, new Map([['flatten', { x: 9, y: 9 }]])))
    expect(moved.nodes.get('output')).toBe(again.nodes.get('output'))
    expect(moved.nodes.get('flatten')?.node.position.x).toBe(9)
  })

  test('a thousand layers take far less than a blink', () => {
    const many = Array.from({ length: 998 }, (_, i) => node(`conv_${i}`, 'conv2d', { filters: 8, padding: 'same' }))
    const once = () => {
      const doc = chain(node('input', 'input'), ...many.map(n => ({ ...n })), node('flatten', 'flatten'))
      const start = performance.now()
      return { resolved: resolve(doc), milliseconds: performance.now() - start }
    }
    // The best of several, because other work on the machine must not fail it.
    const runs = Array.from({ length: 5 }, once)
    expect(Math.min(...runs.map(run => run.milliseconds))).toBeLessThan(200)
    const resolved = once().resolved
    expect([resolved.buildable, resolved.totals.layers]).toEqual([true, 1000])
  })
})
