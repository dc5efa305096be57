import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unwrap } from '../result.ts'
import { smallNet } from './build.testkit.ts'
import { DEFAULT_DATA, DEFAULT_TRAINING } from './document.ts'
import { migrate } from './migrations.ts'
import { parseProject, parseProjectText, parseProjectValue } from './parse.ts'
import { resolve } from './resolve.ts'

const short = (graph: unknown, more: object = {}) => ({ format: 'netloom', version: 1, graph, ...more })
const problem = (value: unknown) => {
  const parsed = parseProject(value)
  return parsed.ok ? 'ok' : parsed.issues[0].message
}

describe('a project file', () => {
  test('comes back as it was saved', () => {
    const doc = smallNet()
    expect(unwrap(parseProjectText(JSON.stringify(doc, null, 2)))).toEqual(doc)
    expect(unwrap(parseProject(new TextEncoder().encode(`\uFEFF${JSON.stringify(doc)}`)))).toEqual(doc)
  })

  test('may be short when written by hand', () => {
    const doc = unwrap(
      parseProjectValue(
        short({
          nodes: [
            { id: 'in', type: 'input' },
            { id: 'out', type: 'dense', params: { units: 2 } },
          ],
          wires: [{ from: 'in', to: 'out' }],
        }),
      ),
    )
    expect(doc).toMatchObject({ name: 'untitled', data: DEFAULT_DATA, training: DEFAULT_TRAINING })
    expect(doc.graph.nodes[1]).toMatchObject({ name: 'out', bypassed: false, frozen: false })
    expect(doc.graph.wires).toEqual([{ id: 'wire_1', from: 'in', to: 'out' }])
    expect(doc.graph.nodes[1]?.position.y).toBeGreaterThan(doc.graph.nodes[0]?.position.y ?? 0)
  })

  test('takes the usual weight decay of its optimizer unless it names one', () => {
    const decayOf = (training: object) => unwrap(parseProjectValue(short({}, { training }))).training.weightDecay
    expect(decayOf({ optimizer: 'adam' })).toBe(0)
    expect(decayOf({ optimizer: 'adamw' })).toBe(0.004)
    expect(decayOf({ optimizer: 'adamw', weightDecay: 0 })).toBe(0)
  })

  test('keeps what was chosen of augmentation, fitting and clipping', () => {
    const data = { augment: { shift: 2, flip: 0.5 }, fit: 'pad' }
    const training = { clip: 'globalNorm', clipLimit: 0.5 }
    expect(unwrap(parseProjectValue(short({}, { data, training })))).toMatchObject({ data, training })
    expect(problem(short({}, { data: { augment: { shift: 1000 } } }))).toContain('data.augment.shift')
    expect(problem(short({}, { data: { augment: { spin: 1 } } }))).toContain('data.augment')
    expect(problem(short({}, { training: { clipLimit: 0 } }))).toContain('training.clipLimit')
  })

  test('keeps a layer that this version does not know', () => {
    const doc = unwrap(parseProjectValue(short({ nodes: [{ id: 'x', type: 'fromTheFuture', params: { a: [1, { b: 2 }] } }] })))
    expect(doc.graph.nodes[0]).toMatchObject({ type: 'fromTheFuture', params: { a: [1, { b: 2 }] } })
  })
})

describe('a broken file gives one sentence with the place', () => {
  const nodes = [
    { id: 'a', type: 'input' },
    { id: 'b', type: 'dense' },
  ]
  test.each<[string, unknown, string]>([
    ['empty', '', 'The project file is empty.'],
    ['not JSON', '{"format": "netloom"', 'The project file is not valid JSON: '],
    ['bytes of a picture', new Uint8Array([0x89, 0x50, 0xff, 0xd8]), 'The file is not a Netloom project: it is not UTF-8 text.'],
    ['another format', { format: 'onnx' }, 'The file is not a Netloom project: it does not begin with "format": "netloom".'],
    ['a list', [], 'The file is not a Netloom project'],
    ['nothing', null, 'The file is not a Netloom project'],
    ['no version', { format: 'netloom' }, 'The project file does not say its version: "version" must be a whole number from 1 to 1.'],
    [
      'from tomorrow',
      { format: 'netloom', version: 99 },
      'The project was saved by a newer Netloom (file version 99, this one reads 1): update Netloom.',
    ],
    ['no graph', { format: 'netloom', version: 1 }, 'The project file is not valid at graph: '],
    [
      'an id with a slash',
      short({ nodes: [{ id: 'a/b', type: 'dense' }] }),
      'The project file is not valid at graph.nodes[0].id: an id starts with',
    ],
    ['an id that is not there', short({ nodes: [{ type: 'dense' }] }), 'The project file is not valid at graph.nodes[0].id: '],
    ['a typing slip', short({ nodes: [{ id: 'a', type: 'dense', bypased: true }] }), 'The project file is not valid at graph.nodes[0]: '],
    [
      'an infinite place',
      short({ nodes: [{ id: 'a', type: 'dense', position: { x: Number.POSITIVE_INFINITY, y: 0 } }] }),
      'The project file is not valid at graph.nodes[0].position.x: ',
    ],
    [
      'a name of a page',
      short({ nodes: [{ id: 'a', type: 'dense', name: 'n'.repeat(201) }] }),
      'The project file is not valid at graph.nodes[0].name: ',
    ],
    [
      'one id twice',
      short({ nodes: [...nodes, { id: 'a', type: 'add' }] }),
      'Two nodes have the id "a" (the second at graph.nodes[2].id): ids must differ.',
    ],
    [
      'a wire to nowhere',
      short({ nodes, wires: [{ from: 'a', to: 'c' }] }),
      'The wire at graph.wires[0] ends at "c", but there is no node of that id.',
    ],
    [
      'a wire twice',
      short({
        nodes,
        wires: [
          { from: 'a', to: 'b' },
          { from: 'a', to: 'b' },
        ],
      }),
      'The wire at graph.wires[1] from "a" to "b" is there twice: remove one.',
    ],
    ['a batch of zero', short({ nodes }, { training: { batchSize: 0 } }), 'The project file is not valid at training.batchSize: '],
    [
      'too many nodes',
      short({ nodes: Array.from({ length: 10_001 }, (_, i) => ({ id: `n${i}`, type: 'dense' })) }),
      'The project file is not valid at graph.nodes: ',
    ],
    [
      'a text of a megabyte',
      short({ notes: [{ id: 'n', text: 'x'.repeat(1_000_001), position: { x: 0, y: 0 } }] }),
      'A text at graph.notes[0].text is 1000001 characters long',
    ],
    ['fifty million zeros', `[${'0,'.repeat(2_100_000)}0]`, 'The file holds more than 2000000 values'],
  ])('%s', (_name, value, sentence) => expect(problem(value)).toContain(sentence))

  test('nesting without end', () => {
    expect(problem('['.repeat(1_000_000) + ']'.repeat(1_000_000))).toContain('nested deeper than 64 levels')
    const round: Record<string, unknown> = { format: 'netloom' }
    round.self = round
    expect(problem(round)).toContain('nested deeper than 64 levels')
  })

  test.each(['__proto__', 'constructor', 'prototype'])('the name %s reaches no prototype', key => {
    const text = `{"format":"netloom","version":1,"graph":{"nodes":[{"id":"a","type":"dense","params":{"${key}":{"polluted":1}}}]}}`
    expect(problem(text)).toBe(`The file uses the name "${key}" at graph.nodes[0].params, which is not allowed.`)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  test('words that objects know are ordinary ids', () => {
    const doc = unwrap(parseProjectValue(short({ nodes: [{ id: 'toString', type: 'hasOwnProperty' }] })))
    expect(resolve(doc).issues.map(({ code }) => code)).toContain('graph/unknown-layer')
  })
})

test('older files pass through each named step in order', () => {
  const steps = [
    { from: 2, name: 'b', up: (file: object) => ({ ...file, log: [...(file as { log: string[] }).log, 'b'] }) },
    { from: 1, name: 'a', up: (file: object) => ({ ...file, log: ['a'] }) },
  ]
  expect(migrate({ version: 1 }, steps, 3)).toEqual({ ok: true, value: { version: 3, log: ['a', 'b'] } })
  expect(migrate({ version: 1 }, [], 2)).toMatchObject({ ok: false, issues: [{ code: 'file/no-migration' }] })
})

describe('whatever arrives', () => {
  test('any JSON is read or refused, never thrown at', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), value => {
        const parsed = parseProject(typeof value === 'string' ? value : JSON.stringify(value))
        expect(parsed.ok || parsed.issues[0].message.length > 0).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  test('a project with any one value replaced is read and resolved, or refused', () => {
    const text = JSON.stringify(smallNet())
    const places: (string | number)[][] = []
    const walk = (value: unknown, path: (string | number)[]) => {
      if (path.length) places.push(path)
      if (typeof value === 'object' && value !== null)
        for (const [key, child] of Object.entries(value)) walk(child, [...path, Array.isArray(value) ? Number(key) : key])
    }
    walk(JSON.parse(text), [])
    const odd = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom<unknown>(0, -1, 1.5, 1e9, 1e308, 'abc', null, [], [0], [-1], 2 ** 53 + 2),
    )
    fc.assert(
      fc.property(fc.constantFrom(...places), odd, (path, value) => {
        const file = JSON.parse(text)
        const parent = path.slice(0, -1).reduce((at, key) => at[key], file)
        parent[path.at(-1) ?? ''] = value
        const start = performance.now()
        const parsed = parseProjectValue(file)
        if (parsed.ok) expect(resolve(parsed.value).order).toHaveLength(parsed.value.graph.nodes.length)
        else expect(parsed.issues[0].message).not.toBe('')
        expect(performance.now() - start).toBeLessThan(1000)
      }),
      { numRuns: 500 },
    )
  })

  test('a file cut short anywhere is refused', () => {
    const text = JSON.stringify(smallNet())
    for (let i = 0; i < text.length; i += 7) expect(parseProject(text.slice(0, i)).ok).toBe(false)
  })
})
