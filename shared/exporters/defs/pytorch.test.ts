import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ProjectFile } from '../../graph/document.ts'
import { resolve } from '../../graph/resolve.ts'
import { decodeSafetensors } from '../../project/safetensors.ts'
import { unwrap } from '../../result.ts'
import { branched, exportInputOf, node, projectOf } from '../exporters.testkit.ts'
import { fromTorch, torchShape, toTorch } from '../pytorch/layout.ts'
import { torchLayers } from '../pytorch/plan.ts'
import { torchSource } from '../pytorch/source.ts'
import { pytorch } from './pytorch.ts'

const sourceOf = (project: ProjectFile): string => {
  const resolved = resolve(project)
  return torchSource(resolved, unwrap(torchLayers(resolved)))
}
const exported = async (project: ProjectFile) => {
  const input = await exportInputOf(project)
  const files = new Map(unwrap(await pytorch.run(input, { training: false })).files.map(f => [f.path, f.bytes]))
  return {
    input,
    files,
    state: new Map(unwrap(decodeSafetensors(files.get('model.safetensors') ?? new Uint8Array())).map(w => [w.name, w])),
  }
}
const python = spawnSync('python3', ['-c', 'print(1)']).status === 0

describe('a network as PyTorch source', () => {
  it('has one line per module and one per node, wired as drawn', () => {
    const source = sourceOf(branched())
    expect(source).toContain('self.left = nn.Conv2d(in_channels=1, out_channels=2, kernel_size=(3, 3), padding=(1, 1))')
    expect(source).toContain('def forward(self, image, logits=False):')
    expect(source).toContain('left = F.relu(self.left(image))  # 2 x 6 x 6')
    expect(source).toContain('sum_ = left + right  # 2 x 6 x 6')
    expect(source).toContain('flat = pool.permute(0, 2, 3, 1).flatten(1)  # 18')
    expect(source).toContain('return out if logits else F.softmax(out, dim=-1)')
  })

  it('pads as TensorFlow does where both sides differ', () => {
    const project = projectOf(
      [
        node('x', 'input', { shape: [8, 13, 3] }),
        node('c', 'conv2d', { filters: 4, kernelSize: [3, 2], strides: [2, 3], padding: 'same' }),
      ],
      ['x>c'],
    )
    expect(sourceOf(project)).toContain('c = self.c(F.pad(x, (0, 1, 0, 1)))')
  })

  it('leaves out what is bypassed, keeps frozen layers frozen, and their statistics', () => {
    const project = projectOf(
      [
        node('x', 'input', { shape: [4] }),
        node('norm', 'batchNormalization', {}, { frozen: true }),
        node('gone', 'dropout', {}, { bypassed: true }),
        node('y', 'dense', { units: 2 }),
      ],
      ['x>norm', 'norm>gone', 'gone>y'],
    )
    const source = sourceOf(project)
    expect(source).not.toContain('Dropout')
    expect(source).toContain('y = self.y(norm)')
    expect(source).toMatch(/for frozen in \(self\.norm,\):\n {12}frozen\.requires_grad_\(False\)/)
    expect(source).toMatch(/def train\(self, mode=True\):[^#]*frozen\.eval\(\)/)
  })

  it('lets a frozen dropout drop all the same, as Keras does', () => {
    const project = projectOf(
      [node('x', 'input', { shape: [4] }), node('drop', 'dropout', {}, { frozen: true }), node('y', 'dense', { units: 2 })],
      ['x>drop', 'drop>y'],
    )
    expect(sourceOf(project)).not.toContain('frozen')
  })

  it('takes several inputs and gives several outputs', () => {
    const project = projectOf(
      [
        node('a', 'input', { shape: [4] }),
        node('b', 'input', { shape: [4] }),
        node('sum', 'add'),
        node('p', 'dense', { units: 2 }),
        node('q', 'dense', { units: 3 }),
      ],
      ['a>sum', 'b>sum', 'sum>p', 'sum>q'],
    )
    const source = sourceOf(project)
    expect(source).toContain('def forward(self, a, b):')
    expect(source).toContain('return (p, q)')
  })

  it('writes a cell class only where PyTorch has none', () => {
    const of = (type: string, params: object) =>
      sourceOf(projectOf([node('x', 'input', { shape: [5, 2] }), node('r', type, { ...params })], ['x>r']))
    expect(of('lstm', {})).toContain('self.r = nn.LSTM(input_size=2, hidden_size=32, batch_first=True)')
    expect(of('lstm', {})).not.toContain('class Cell')
    expect(of('lstm', { activation: 'relu' })).toMatch(/class LSTM\(Cell\)[\s\S]*self\.r = LSTM\(/)
    expect(of('gru', {})).toMatch(/class GRU\(Cell\)[\s\S]*self\.r = GRU\(/)
  })

  const evil = '"); import os; os.system("x")#\nimport os\n\\'
  it('keeps every name a name', () => {
    const project = projectOf(
      ['train', 'self', 'state_dict', 'torch', evil].map((name, i) =>
        node(`n${i}`, i ? 'dense' : 'input', i ? { units: 2 } : { shape: [2] }, { name }),
      ),
      ['n0>n1', 'n1>n2', 'n2>n3', 'n3>n4'],
    )
    const source = sourceOf({ ...project, name: evil })
    expect(source).not.toContain('os.system')
    expect(source).not.toMatch(/^\s*import os/m)
    expect(source).toContain('self.self_2 = nn.Linear')
    expect(source).toContain('self.state_dict_2 = nn.Linear')
    if (python) expect(spawnSync('python3', ['-c', 'import ast,sys; ast.parse(sys.stdin.read())'], { input: source }).status).toBe(0)
  })
})

describe('its weights', () => {
  it('have the keys of the state dict and the layouts of PyTorch', async () => {
    const { input, state } = await exported(branched())
    expect([...state.keys()]).toEqual(['left.weight', 'left.bias', 'right.weight', 'right.bias', 'out.weight', 'out.bias'])
    expect(state.get('left.weight')?.shape).toEqual([2, 1, 3, 3])
    expect(state.get('out.weight')?.shape).toEqual([3, 18])
    const kernel = input.weights.find(w => w.name === 'out/kernel')
    expect(state.get('out.weight')?.values[18]).toBe(kernel?.values[1])
  })

  it('come back exactly, whatever the order of axes', () => {
    const shapeAndAxes = fc
      .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 })
      .chain(shape => fc.record({ shape: fc.constant(shape), axes: fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }) }))
    fc.assert(
      fc.property(shapeAndAxes, ({ shape, axes }) => {
        const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i)
        const weight = { key: '.weight', axes }
        expect(torchShape(weight, shape)).toEqual(axes.map(a => shape[a]))
        expect(fromTorch(weight, shape, toTorch(weight, shape, values))).toEqual(values)
      }),
      { seed: 1 },
    )
  })

  it('travel with samples and what the network makes of them', async () => {
    const { files, input } = await exported(branched())
    const probe = unwrap(decodeSafetensors(files.get('probe.safetensors') ?? new Uint8Array()))
    expect(probe.map(t => [t.name, t.shape])).toEqual([
      ['input_0', [8, 6, 6, 1]],
      ['output_0', [8, 3]],
    ])
    expect([...files.keys()]).toEqual(['model.py', 'model.safetensors', 'probe.safetensors', 'requirements.txt'])
    expect(probe[0]?.values).toEqual(await input.probes[0]?.data())
  })
})

describe('nothing is written', () => {
  it('when a weight is not a number', async () => {
    const input = await exportInputOf(branched())
    const weights = input.weights.map(w => (w.name === 'left/bias' ? { ...w, values: Float32Array.of(Number.NaN, 0) } : w))
    expect(await pytorch.run({ ...input, weights }, { training: false })).toMatchObject({
      ok: false,
      issues: [{ code: 'export/not-finite', node: 'left' }],
    })
  })

  it('when PyTorch has no such layer', async () => {
    const input = await exportInputOf(branched())
    const nodes = new Map(input.resolved.nodes)
    const entry = nodes.get('pool')
    if (!entry?.def) throw new Error('no pool')
    const { pytorch: _, ...def } = entry.def
    nodes.set('pool', { ...entry, def })
    const result = await pytorch.run({ ...input, resolved: { ...input.resolved, nodes } }, { training: false })
    expect(result).toMatchObject({
      ok: false,
      issues: [{ message: 'PyTorch has no layer like MaxPooling2D, so "pool" cannot be exported; replace it first.' }],
    })
  })
})

describe('the training script', () => {
  const scriptOf = async (project: ProjectFile) => {
    const result = await pytorch.run(await exportInputOf(project), { training: true })
    return result.ok ? new TextDecoder().decode(result.value.files.find(f => f.path === 'train.py')?.bytes) : result.issues[0].message
  }

  it('holds the settings of the project', async () => {
    const project = branched()
    const nodes = project.graph.nodes.map(n => (n.id === 'left' ? { ...n, params: { ...n.params, l2: 0.01 } } : n))
    const data = { ...project.data, validation: 0.25, augment: { shift: 2, flip: 0 } }
    const training = { ...project.training, optimizer: 'rmsprop', epochs: 7, clip: 'norm', clipLimit: 3 } as const
    const script = await scriptOf({ ...project, data, training, graph: { ...project.graph, nodes } })
    for (const line of [
      'INPUT = (6, 6, 1)  # of one sample, channels last',
      'OUTPUTS = 3',
      'CLASSES = 3  # 0: numbers are predicted',
      'LOGITS = True  # the loss includes the last activation',
      'EPOCHS = 7',
      'VALIDATION = 0.25',
      'PENALTIES = (("left.weight", 0, 0.01),)  # key, L1, L2',
      'AUGMENT = {"shift": 2}',
      `INITIAL = (("left.weight", "uniform", ${Math.sqrt(6 / 27)}), ("left.bias", "constant", 0), ("right.weight", "uniform", ${Math.sqrt(2)}), ("right.bias", "constant", 0), ("out.weight", "uniform", ${Math.sqrt(6 / 21)}), ("out.bias", "constant", 0))  # how weights begin with --fresh`,
      'CLIP = "norm"',
      '    return RMSprop(weights, lr=lr)',
    ])
      expect(script.split('\n')).toContain(line)
    if (python)
      expect(spawnSync('python3', ['-c', 'import ast,sys; ast.parse(sys.stdin.read())'], { input: script }).stderr.toString()).toBe('')
  })

  it('is not written for what it cannot train, and the reason is said', async () => {
    const picture = projectOf([node('x', 'input', { shape: [4, 4, 1] }), node('y', 'conv2d', { filters: 1 })], ['x>y'])
    expect(await scriptOf(picture)).toBe(
      'The training script takes networks with one input and one row of outputs, and this is none: change that, or export without training script.',
    )
    const project = branched()
    const training = { ...project.training, fineTune: { epochs: 1, learningRate: 1e-4, unfreeze: 'all' as const } }
    expect(await scriptOf({ ...project, training })).toContain('has one phase of training')
  })
})
