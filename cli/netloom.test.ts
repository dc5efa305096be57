import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { build } from '../scripts/build.mjs'
import { isStale } from '../scripts/freshness.mjs'
import { bin, netloom, workFolder } from './run.testkit.ts'

const { path: folder, remove } = workFolder()
beforeAll(async () => {
  if (isStale('cli')) await build('cli')
})
afterAll(remove)

const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const project = (nodes: object[], wires: object[]): string =>
  JSON.stringify({ format: 'netloom', version: 1, name: 'p', graph: { nodes, wires } })

describe('check', () => {
  it.each([
    ['iris-mlp', 193],
    ['lenet', 233_196],
    ['vgg16', 138_357_544],
    ['vgg19', 143_667_240],
  ])(
    'counts the parameters of %s in less than two seconds (the best of three tries, for the machine may be busy)',
    { retry: 2 },
    async (id, parameters) => {
      const started = performance.now()
      const { code, out, err } = await netloom('check', id, '--json')
      expect([code, err]).toEqual([0, ''])
      expect(JSON.parse(out)).toMatchObject({ ok: true, parameters, trainable: parameters, issues: [] })
      expect(performance.now() - started).toBeLessThan(2000)
    },
  )

  it('lists every layer with its shape, the batch left open', async () => {
    const { layers } = JSON.parse((await netloom('check', 'lenet', '--json')).out)
    expect(layers[1]).toEqual({ id: layers[1].id, name: layers[1].name, type: 'Conv2D', output: [null, 24, 24, 20], parameters: 520 })
    expect(layers.at(-1)).toMatchObject({ type: 'Dense', output: [null, 10], parameters: 2570 })
  })

  it('prints a table for people', async () => {
    const { code, out } = await netloom('check', 'lenet')
    expect(code).toBe(0)
    expect(out).toMatch(/Conv2D +24×24×20 +520\n/)
    expect(out).toMatch(/233,196 parameters/)
  })

  it('says what is wrong with a network and exits with 1', async () => {
    const nodes = [
      { id: 'in', type: 'input', params: { shape: [8, 8, 1] } },
      { id: 'big', type: 'conv2d', name: 'Big', params: { filters: 4, kernelSize: [9, 9], padding: 'valid' } },
      { id: 'odd', type: 'warpDrive' },
    ]
    const path = file(
      'wrong.netloom.json',
      project(nodes, [
        { from: 'in', to: 'big' },
        { from: 'big', to: 'odd' },
      ]),
    )
    const { code, out, err } = await netloom('check', path, '--json')
    const report = JSON.parse(out)
    expect([code, report.ok]).toEqual([1, false])
    expect(report.layers[2]).toMatchObject({ type: 'warpDrive', output: null })
    expect(report.issues.map((i: { node?: string }) => i.node)).toEqual(expect.arrayContaining(['big', 'odd']))
    expect(err).not.toMatch(/^\s+at /m)
  })

  it.each([
    ['an empty file', ''],
    ['half a file', '{"format":"netloom","version":1,"gra'],
    ['another format', '{"a":1}'],
    ['a list that is no list', '{"format":"netloom","version":1,"name":"p","graph":{"nodes":7,"wires":[]}}'],
    ['a zip that is none', 'PK\u0003\u0004 not really'],
  ])('answers %s with one sentence, in JSON too', async (_, text) => {
    const { code, out, err } = await netloom('check', file('broken.netloom.json', text), '--json')
    expect(code).toBe(1)
    expect(err.trim().split('\n')).toHaveLength(1)
    expect(err).toContain('broken.netloom.json')
    const report = JSON.parse(out)
    expect(report).toMatchObject({ ok: false, parameters: 0, layers: [] })
    expect(err.trim()).toBe(report.issues[0].message)
  })

  it('names the templates when there is no such file', async () => {
    const { code, out, err } = await netloom('check', 'lenett')
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(/no file and no template "lenett"; .*lenet, .*vgg16/)
  })
})

describe('lists', () => {
  it('tells every template that loads, and every layer', async () => {
    const { templates } = JSON.parse((await netloom('templates', '--json')).out)
    expect(templates.map((t: { id: string }) => t.id)).toEqual(expect.arrayContaining(['lenet', 'iris-mlp', 'vgg16', 'vgg19']))
    const { layers } = JSON.parse((await netloom('layers', '--json')).out)
    expect(layers.find((l: { type: string }) => l.type === 'conv2d')).toMatchObject({ title: 'Conv2D', inputs: 'one' })
    expect((await netloom('layers')).out).toMatch(/^conv2d +Conv2D +convolution/m)
  })
})

describe('wrong usage', () => {
  it.each([
    [[]],
    [['dance']],
    [['check']],
    [['check', 'lenet', 'vgg16']],
    [['check', 'lenet', '--colour']],
    [['train', 'lenet', '--epochs', 'many']],
    [['train', 'lenet', '--optimizer', 'magic']],
    [['export', 'lenet', '--format', 'papyrus', '--out', 'x']],
    [['export', 'lenet', '--format', 'tfjs']],
  ])('%j exits with 2 and a hint', async args => {
    const { code, out, err } = await netloom(...args)
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(/--help/)
    expect(err).not.toMatch(/^\s+at /m)
  })

  it('helps with the tool and with each command', async () => {
    const { code, out } = await netloom('--help')
    expect(code).toBe(0)
    for (const name of ['templates', 'layers', 'check', 'train', 'evaluate', 'predict', 'export']) {
      expect(out).toMatch(new RegExp(`^ {2}${name} `, 'm'))
      const help = await netloom(name, '--help')
      expect([help.code, help.out]).toEqual([0, expect.stringContaining(`Usage: netloom ${name}`)])
    }
  })
})

describe('what cannot be done', () => {
  it.each([
    ['evaluate without training', ['evaluate', 'lenet'], /no trained weights/],
    ['tfjs without training', ['export', 'lenet', '--format', 'tfjs', '--out', 'OUT'], /no trained weights/],
    ['a page without training', ['export', 'lenet', '--format', 'html', '--out', 'OUT'], /no trained weights/],
    ['a history without training', ['export', 'lenet', '--format', 'csv', '--out', 'OUT'], /no history to write/],
    [
      'a choice that a format lacks',
      ['export', 'lenet', '--format', 'svg', '--out', 'OUT', '--set', 'size=2'],
      /no choice "size"; it has theme/,
    ],
    ['unknown data', ['train', 'iris-mlp', '--data', 'flowers'], /no data set "flowers"; .*iris/],
    ['a folder that is not there', ['train', 'lenet', '--data', 'idx:/nowhere'], /no folder \/nowhere/],
    ['a folder without images', ['train', 'lenet', '--data', 'idx:FOLDER'], /holds no IDX files/],
    ['data that does not fit', ['train', 'lenet', '--data', 'iris'], /samples of the data are 4, but "input" takes 28×28×1/],
    ['a place that cannot be', ['train', 'iris-mlp', '--out', '/dev/null/x/a.netloom'], /could not be saved/],
    ['a folder where no folder can be made', ['train', 'iris-mlp', '--out', '/proc/x/a.netloom'], /could not be saved/],
    ['weights in a JSON file', ['train', 'iris-mlp', '--out', 'a.netloom.json'], /ends? in \.netloom/],
  ])('%s exits with 1 and a sentence', async (_, args, sentence) => {
    mkdirSync(join(folder, 'empty'), { recursive: true })
    const { code, out, err } = await netloom(
      ...args.map(a => a.replace('FOLDER', join(folder, 'empty')).replace('OUT', join(folder, 'none'))),
    )
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(sentence)
    expect(err).not.toMatch(/^\s+at /m)
    expect(readdirSync(folder)).not.toContain('none')
  })
})

it('exports a template as Keras source, without training', async () => {
  const path = join(folder, 'deep/er/model.py')
  const { code, out } = await netloom('export', 'vgg16', '--format', 'keras-python', '--out', path)
  expect([code, out]).toEqual([0, expect.stringContaining('Not verified')])
  expect(readFileSync(path, 'utf8').match(/layers\.Conv2D\(/g)).toHaveLength(13)
})

it('ends quietly when nobody reads any more', async () => {
  const child = spawn(process.execPath, [bin, 'layers', '--json'], { stdio: ['ignore', 'pipe', 'pipe'] })
  let err = ''
  child.stderr.on('data', chunk => {
    err += String(chunk)
  })
  child.stdout.destroy()
  const code = await new Promise(resolve => child.on('close', resolve))
  expect([code, err]).toEqual([0, ''])
})
