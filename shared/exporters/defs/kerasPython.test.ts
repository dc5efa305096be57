import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { libraries } from '../../../node/libraries.ts'
import type { ProjectFile } from '../../graph/document.ts'
import { resolve } from '../../graph/resolve.ts'
import { parseParams } from '../../layers/params.ts'
import { layers } from '../../layers/registry.ts'
import { branched, node, projectOf } from '../exporters.testkit.ts'
import { pyCall, pyVariable } from '../python.ts'
import { kerasPython, kerasSource } from './kerasPython.ts'

const sourceOf = (project: ProjectFile): string => kerasSource({ project, resolved: resolve(project), history: [], libraries })
const python = spawnSync('python3', ['-c', 'print(1)'], { encoding: 'utf8' }).status === 0

/** The first name of everything that a program calls, as Python's own parser sees it. */
const callersIn = (source: string): string[] => {
  const program = `
import ast, sys, json
def root(n):
    while not isinstance(n, ast.Name):
        n = n.func if isinstance(n, ast.Call) else n.value
    return n.id
print(json.dumps(sorted({root(n) for n in ast.walk(ast.parse(sys.stdin.read())) if isinstance(n, ast.Call)})))`
  const run = spawnSync('python3', ['-c', program], { input: source, encoding: 'utf8' })
  expect(run.stderr).toBe('')
  return JSON.parse(run.stdout)
}

describe('a network as Keras source', () => {
  it('has one line per node, wired as drawn', () => {
    const source = sourceOf(branched())
    expect(source).toMatch(/^ {4}image = .*Input\(shape=\(6, 6, 1\).*name="image"\)/m)
    expect(source).toMatch(/^ {4}left = layers\.Conv2D\(filters=2, kernel_size=\(3, 3\).*name="left"\)\(image\) {2}# 6 x 6 x 2$/m)
    expect(source).toMatch(/^ {4}sum_ = layers\.Add\(name="sum"\)\(\[left, right\]\)/m)
    expect(source).toMatch(/^ {4}out = layers\.Dense\(.*\)\(flat\)/m)
    expect(source).toContain('model = keras.Model(inputs=image, outputs=out, name="story")')
  })

  it('compiles with the chosen loss and optimizer', () => {
    const project = branched()
    const source = sourceOf({ ...project, training: { ...project.training, optimizer: 'momentum', learningRate: 0.05 } })
    expect(source).toContain('optimizer=keras.optimizers.SGD(learning_rate=0.05, momentum=0.9),')
    expect(source).toContain('loss=keras.losses.SparseCategoricalCrossentropy(),')
  })

  it('writes weight decay and clipping where they are not as usual', () => {
    const project = branched()
    const optimizer = (training: Partial<typeof project.training>) =>
      /optimizer=keras\.optimizers\.(.*),$/m.exec(sourceOf({ ...project, training: { ...project.training, ...training } }))?.[1]
    expect(optimizer({ optimizer: 'adamw', weightDecay: 0.004, learningRate: 0.01 })).toBe('AdamW(learning_rate=0.01)')
    expect(optimizer({ optimizer: 'adam', weightDecay: 0.1, clip: 'value', clipLimit: 2, learningRate: 0.01 })).toBe(
      'Adam(learning_rate=0.01, weight_decay=0.1, clipvalue=2)',
    )
    expect(optimizer({ optimizer: 'nesterov', clip: 'globalNorm', clipLimit: 0.5, learningRate: 0.01 })).toBe(
      'SGD(learning_rate=0.01, momentum=0.9, nesterov=True, global_clipnorm=0.5)',
    )
    expect(optimizer({ optimizer: 'nadam', clip: 'norm', clipLimit: 1, learningRate: 0.01 })).toBe('Nadam(learning_rate=0.01, clipnorm=1)')
  })

  it('leaves out what is bypassed and keeps frozen layers frozen', () => {
    const project = branched()
    const nodes = project.graph.nodes.map(n => (n.id === 'pool' ? { ...n, bypassed: true } : n.id === 'left' ? { ...n, frozen: true } : n))
    const source = sourceOf({ ...project, graph: { ...project.graph, nodes } })
    expect(source).not.toContain('MaxPooling2D')
    expect(source).toMatch(/Flatten\(.*\)\(sum_\)/)
    expect(source).toMatch(/left = .*trainable=False, name="left"/)
  })

  const evil = '"); import os; os.system("x")#\nimport os\n\\'
  const hostile = (): ProjectFile => ({
    ...projectOf(
      [node('a', 'input', { shape: [4] }, { name: evil }), node('b', 'dense', { units: 2, activation: 'softmax' }, { name: evil })],
      ['a>b'],
    ),
    name: `"""${evil}`,
  })

  it('keeps hostile names as names', () => {
    const lines = sourceOf(hostile()).split('\n')
    expect(lines.filter(line => /^\s*(import|from)\b/.test(line))).toEqual(['import keras', 'from keras import layers'])
    expect(lines.filter(line => line.includes('os.system')).every(line => line.includes('name="'))).toBe(true)
  })

  it.skipIf(!python)('holds no call but those of Keras, as Python itself reads it (skipped where there is no Python)', () => {
    for (const project of [hostile(), branched()]) expect(callersIn(sourceOf(project))).toEqual(['build_model', 'keras', 'layers', 'model'])
  })

  it.skipIf(!python)('is valid Python for every kind of layer (skipped where there is no Python)', () => {
    const taken = new Set<string>()
    const calls = layers.flatMap(def =>
      def.cases.map(({ params }) => `${pyVariable(def.type, taken)} = ${pyCall(def.keras(parseParams(def.params, params).values))}`),
    )
    expect(calls.length).toBeGreaterThanOrEqual(layers.length)
    expect(callersIn(calls.join('\n'))).toEqual(['keras', 'layers'])
  })

  it('refuses a network with a layer nobody knows, naming it', async () => {
    const project = projectOf([node('a', 'input', { shape: [4] }), node('b', 'warpDrive', {}, { name: 'Warp' })], ['a>b'])
    const result = await kerasPython.run({ project, resolved: resolve(project), history: [], libraries }, {})
    expect(result.ok ? '' : result.issues[0]).toMatchObject({ node: 'b', message: expect.stringContaining('"Warp"') })
  })
})
