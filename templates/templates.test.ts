import { describe, expect, test } from 'vitest'
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

test('a template without a title is refused in one sentence', () => {
  expect(parseTemplate('mine', { project: {} })).toMatchObject({
    ok: false,
    issues: [{ message: 'The template "mine" must have a title, a description and a project.' }],
  })
  expect(parseTemplate('mine', { title: 'Mine', description: 'It is mine.', project: { format: 'netloom' } })).toMatchObject({ ok: false })
})
