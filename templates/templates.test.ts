import { describe, expect, test } from 'vitest'
import { datasetOf } from '../shared/data/catalogue.ts'
import { resolve } from '../shared/graph/resolve.ts'
import { unwrap } from '../shared/result.ts'
import { all } from './all.gen.ts'
import { parseTemplate, templateOf, templates } from './templates.ts'

/** Published or worked out by hand from (F·F·Cin + 1)·Cout and (in + 1)·out. */
const PARAMETERS: Readonly<Record<string, number>> = {
  'iris-mlp': 193,
  fc64: 50_890,
  'fc256-fc256': 269_322,
  lenet: 233_196,
  lenet5: 61_706,
  'mnist-cnn': 215_370,
  'cifar-cnn': 528_054,
  // 1,792 + 36,928 + 73,856 + 147,584 + (8·8·128 + 1)·256 + (256 + 1)·10
  'vgg-small': 2_360_138,
  // The same and 4·(64 + 64 + 128 + 128 + 256)
  'vgg-small-bn': 2_362_698,
  'linear-regression': 2,
  'logistic-regression': 4,
  'mlp-572': 782_506,
  'convnet-lecture': 433_354,
  // 160 + 1,160 + 12,576 + 12,936 + 584 + 1,168 + 145
  autoencoder: 28_729,
  // 60 + 5·420 + 63
  'image-painter': 2_223,
  // 496 + 14,208 + 52,096 + 206,592 for the stem and three stages with batch norm + 650
  resnet20: 274_042,
  resnet18: 11_699_112,
  resnet50: 25_636_712,
  vgg16: 138_357_544,
  vgg19: 143_667_240,
}

test('every network with a published count is on offer', () => {
  for (const id of Object.keys(PARAMETERS)) expect(templateOf(id)?.id).toBe(id)
  expect(templates.map(({ id }) => id)).toEqual(all.map(({ id }) => id))
})

describe.each(all.map(({ id, file }) => [id, file] as const))('%s', (id, file) => {
  const template = unwrap(parseTemplate(id, file))

  test('can be built as it stands, with the parameters it is known for', () => {
    const { issues, totals, buildable } = resolve(template.project)
    expect(issues).toEqual([])
    expect(buildable).toBe(true)
    if (PARAMETERS[id] !== undefined) expect(totals.parameters).toBe(PARAMETERS[id])
  })

  test('says what it is, and its cards do not overlap', () => {
    expect(template.title).not.toBe('')
    expect(template.description).toMatch(/^[A-Z].*\.$/)
    const places = template.project.graph.nodes.map(({ position: { x, y } }) => `${x} ${y}`)
    expect(new Set(places).size).toBe(places.length)
  })
})

test('of the ResNet-18 all but the running statistics can be trained', () => {
  const { totals } = resolve(templateOf('resnet18')?.project ?? expect.fail('there is no ResNet-18'))
  expect(totals.trainable).toBe(11_689_512)
})

test('a data source that a template names is there and fits its input', () => {
  for (const { id, project } of templates.filter(t => t.project.data.source !== '')) {
    const input = project.graph.nodes.find(node => node.type === 'input')
    expect({ id, shape: datasetOf(project.data.source)?.shape }).toEqual({ id, shape: input?.params.shape })
  }
})

test('a template without a title is refused in one sentence', () => {
  expect(parseTemplate('mine', { project: {} })).toMatchObject({
    ok: false,
    issues: [{ message: 'The template "mine" must have a title, a description and a project.' }],
  })
  expect(parseTemplate('mine', { title: 'Mine', description: 'It is mine.', project: { format: 'netloom' } })).toMatchObject({ ok: false })
})
