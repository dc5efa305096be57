import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { sha256 } from '../hash.ts'
import { type Result, unwrap } from '../result.ts'
import { APP_VERSION, type Header } from './header.ts'
import { packProject, projectText } from './pack.ts'
import { bits, oddWeights, smallProject } from './project.testkit.ts'
import { type OpenedProject, unpackProject } from './unpack.ts'

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0])
const HISTORY = [
  { epoch: 1, loss: 0.5, accuracy: Number.NaN },
  { epoch: 2, loss: Number.POSITIVE_INFINITY },
]
const whole = await packProject({ project: smallProject, weights: oddWeights(), history: HISTORY, thumbnail: PNG })

const refusal = (result: Result<unknown>): string => {
  if (result.ok) throw new Error('It was opened.')
  for (const { message } of result.issues) expect(message).toMatch(/^“.+”: \S/)
  return result.issues[0].message
}
const open = (bytes: Uint8Array, name = 'a.netloom') => unpackProject(bytes, name)
const text = (value: string) => new TextEncoder().encode(value)

const expectSame = (opened: OpenedProject) => {
  expect(opened.project).toEqual(smallProject)
  expect(opened.weights?.map(({ name, shape, values }) => [name, shape, bits(values)])).toEqual(
    oddWeights().map(({ name, shape, values }) => [name, shape, bits(values)]),
  )
  expect(opened.history).toEqual(HISTORY)
  expect(opened.thumbnail).toEqual(PNG)
}

/** A zip whose header is right about the parts given, whatever they hold. */
const zipOf = async (parts: Record<string, Uint8Array>, header: Partial<Header> & Record<string, unknown> = {}) => {
  const listed = await Promise.all(
    Object.entries(parts).map(async ([name, bytes]) => ({ name, bytes: bytes.length, sha256: await sha256(bytes) })),
  )
  const json = JSON.stringify({ format: 'netloom', version: 1, appVersion: '1', parts: listed, ...header })
  return zipSync({ 'header.json': text(json), ...parts }, { level: 0, mtime: new Date(2000, 0, 1) })
}

describe('a saved project', () => {
  it('comes back whole, weights bit by bit, NaN in the history kept', async () => {
    const opened = unwrap(await open(whole))
    expectSame(opened)
    expect(opened.warnings).toEqual([])
    expect(opened.appVersion).toBe(APP_VERSION)
  })

  it('is written as the same bytes every time', async () => {
    expect(await packProject({ project: smallProject, weights: oddWeights(), history: HISTORY, thumbnail: PNG })).toEqual(whole)
    const opened = unwrap(await open(whole))
    const again = await packProject({ ...opened, thumbnail: opened.thumbnail ?? PNG })
    expect(again).toEqual(whole)
  })

  it('names the version of the program that package.json names', () => {
    expect(JSON.parse(readFileSync('package.json', 'utf8')).version).toBe(APP_VERSION)
  })

  it('may have no weights, no history and no picture, or be plain JSON', async () => {
    const bare = unwrap(await open(await packProject({ project: smallProject, weights: null, history: [] })))
    expect(bare).toMatchObject({ project: smallProject, weights: null, history: [], thumbnail: null })
    const plain = unwrap(await open(text(projectText(smallProject)), 'a.netloom.json'))
    expect(plain).toMatchObject({ project: smallProject, weights: null, appVersion: null })
    expect(unwrap(await open(text(`\uFEFF${projectText(smallProject)}`))).project).toEqual(smallProject)
  })

  it('opens when another zip program packed it again with compression', async () => {
    const parts = { 'project.json': text(projectText(smallProject)), 'history.json': text('[]') }
    const listed = await Promise.all(
      Object.entries(parts).map(async ([name, bytes]) => ({ name, bytes: bytes.length, sha256: await sha256(bytes) })),
    )
    const header = text(JSON.stringify({ format: 'netloom', version: 1, appVersion: '1', parts: listed }))
    expect(unwrap(await open(zipSync({ 'header.json': header, ...parts }, { level: 9 }))).project).toEqual(smallProject)
  })

  it('reports weights that fit no layer and goes on with those that do', async () => {
    const [, bias] = oddWeights()
    if (!bias) throw new Error('no bias')
    const wrong = { name: 'dense_1/kernel', shape: [3, 2], values: new Float32Array(6) }
    const stray = { name: 'gone/kernel', shape: [1], values: new Float32Array(1) }
    const opened = unwrap(await open(await packProject({ project: smallProject, weights: [wrong, bias, stray], history: [] })))
    expect(opened.weights?.map(({ name }) => name)).toEqual(['dense_1/bias'])
    expect(opened.warnings.map(({ message }) => message)).toEqual([
      'The saved weights “dense_1/kernel” are 3×2, but the network wants 2×3: they start afresh.',
      'The file holds weights “gone/kernel” that no layer of the network wants: they are left out.',
    ])
    const none = unwrap(await open(await packProject({ project: smallProject, weights: [], history: [] })))
    expect(none.warnings).toHaveLength(2)
  })

  it('is refused before writing when it could not be read again', async () => {
    const twice = [...smallProject.graph.nodes, ...smallProject.graph.nodes]
    const project = { ...smallProject, graph: { ...smallProject.graph, nodes: twice } }
    await expect(packProject({ project, weights: null, history: [] })).rejects.toThrow(/\.$/)
    const short = [{ name: 'dense_1/bias', shape: [3], values: new Float32Array(2) }]
    await expect(packProject({ project: smallProject, weights: short, history: [] })).rejects.toThrow(/cannot be saved/)
  })
})

describe('a damaged project file', () => {
  it('cut short anywhere gives one sentence', async () => {
    for (let length = 0; length < whole.length; length++) refusal(await open(whole.subarray(0, length)))
  })

  it('with any bit flipped is refused, or is the same project', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length * 8 - 1), async bit => {
        const bytes = whole.slice()
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        const opened = await open(bytes)
        if (opened.ok) expectSame(opened.value)
        else refusal(opened)
      }),
      { numRuns: 600 },
    )
  })

  it('with bytes overwritten, doubled or missing in the middle is refused, or is the same project', async () => {
    const edit = fc.record({ at: fc.nat(whole.length), remove: fc.nat(40), insert: fc.uint8Array({ maxLength: 40 }) })
    await fc.assert(
      fc.asyncProperty(edit, async ({ at, remove, insert }) => {
        const opened = await open(Uint8Array.from([...whole.subarray(0, at), ...insert, ...whole.subarray(at + remove)]))
        if (opened.ok) expectSame(opened.value)
        else refusal(opened)
      }),
      { numRuns: 200 },
    )
  })

  it('made of anything at all never throws', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.json().map(text)), async bytes => {
        const opened = await open(bytes)
        if (!opened.ok) refusal(opened)
      }),
      { numRuns: 300 },
    )
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /empty/],
    ['a web page', text('<!doctype html><title>Not found</title>'), /web page/],
    ['a gzip', new Uint8Array(gzipSync('x')), /gzip/],
    ['a picture', PNG, /picture/],
    ['an HDF5 file', new Uint8Array([0x89, 0x48, 0x44, 0x46]), /HDF5/],
    ['a pointer of Git LFS', text('version https://git-lfs.github.com/spec/v1\noid'), /Git LFS/],
    ['UTF-16', new Uint8Array([0xff, 0xfe, 0x7b, 0]), /UTF-16/],
    ['a NUL', new Uint8Array(1), /neither/],
    ['other JSON', text('{"a":1}'), /not a Netloom project/],
    ['a zip of something else', zipSync({ 'a.txt': text('a') }), /no header\.json/],
    ['an empty zip', zipSync({}), /no header\.json/],
    ['a zip with a path out', zipSync({ '../../evil.txt': text('a') }), /plain file names/],
    ['a zip with a backslash', zipSync({ 'a\\..\\b': text('a') }), /plain file names/],
    ['a zip of too many entries', zipSync(Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`f${i}`, text('a')]))), /9 entries/],
    ['a zip with names equal but for case', zipSync({ 'A.json': text('a'), 'a.json': text('a') }), /same name/],
    ['a zip bomb', zipSync({ 'header.json': new Uint8Array(30_000_000) }), /200-fold/],
  ])('that is %s says so', async (_, bytes, sentence) => {
    expect(refusal(await open(bytes, 'my.netloom'))).toMatch(sentence)
    expect(refusal(await open(bytes, 'my.netloom'))).toMatch(/^“my\.netloom”: /)
  })

  it('whose parts do not fit the header or are wrong in themselves says which part', async () => {
    const project = text(projectText(smallProject))
    const cases: [Uint8Array, RegExp][] = [
      [await zipOf({ 'project.json': project }, { version: 2 as 1 }), /newer Netloom/],
      [await zipOf({ 'project.json': project }, { format: 'other' as 'netloom' }), /header\.json.*format/],
      [await zipOf({ 'project.json': project }, { extra: 1 }), /header\.json/],
      [
        await zipOf({ 'project.json': project }, { parts: [{ name: 'project.json', bytes: 1, sha256: '0'.repeat(64) }] }),
        /project\.json is not what was saved/,
      ],
      [
        await zipOf({ 'project.json': project }, { parts: [{ name: 'history.json', bytes: 1, sha256: '0'.repeat(64) }] }),
        /history\.json is missing/,
      ],
      [await zipOf({ 'project.json': project, 'evil.js': text('x') }), /header\.json/],
      [await zipOf({ 'history.json': text('[]') }), /empty/],
      [await zipOf({ 'project.json': text('{') }), /not valid JSON/],
      [await zipOf({ 'project.json': project, 'history.json': text('{}') }), /not a list/],
      [
        await zipOf({ 'project.json': project, 'history.json': text(`${'['.repeat(200_000)}${']'.repeat(200_000)}`) }),
        /history\.json|nested/,
      ],
      [await zipOf({ 'project.json': project, 'history.json': text('[{"__proto__":{"polluted":1}}]') }), /__proto__/],
      [await zipOf({ 'project.json': project, 'thumbnail.png': text('<svg>') }), /not a PNG/],
      [await zipOf({ 'project.json': project, 'weights.safetensors': text('short') }), /cut short/],
    ]
    for (const [bytes, sentence] of cases) expect(refusal(await open(bytes))).toMatch(sentence)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})
