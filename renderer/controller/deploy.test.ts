import { beforeEach, describe, expect, it, vi } from 'vitest'

const written = vi.hoisted(() => ({ names: [] as string[] }))
vi.mock('../host/pickHost.ts', async () => {
  const { host } = (await import('../host/fakeHost.ts')).makeFakeHost()
  const saveExport: typeof host.saveExport = async (name, files) => {
    written.names.push(name, ...files.map(f => f.path))
    return { ok: true, value: `${name} in a folder` }
  }
  return { host: { ...host, saveExport } }
})

import { exporterOf } from '../../shared/exporters/registry.ts'
import type { ProjectFile } from '../../shared/graph/document.ts'
import { ok } from '../../shared/result.ts'
import { templates } from '../../templates/templates.ts'
import { load } from '../store/projectStore.ts'
import { uiStore } from '../store/uiStore.ts'
import { forgetLoaded } from './data.ts'
import { cancelExport, choose, deployStore, exportTo } from './deploy.ts'
import { setEngine } from './engine.ts'
import { fakeEngine, refused } from './fakeEngine.testkit.ts'
import { forgetModel } from './model.ts'

const lenet = templates.find(t => t.id === 'lenet')?.project as ProjectFile
const format = (id: string) => {
  const def = exporterOf(id)
  if (!def) throw new Error(`There is no format ${id}.`)
  return def
}
const made = { files: [{ path: 'a.bin', bytes: new Uint8Array(1234) }], verified: null }

let fake = fakeEngine()
beforeEach(() => {
  fake = fakeEngine()
  fake.answers.export = () => ok(made)
  setEngine(async () => fake.link)
  deployStore.setState(deployStore.getInitialState(), true)
  written.names = []
  forgetLoaded()
  forgetModel()
  load(lenet, null)
})

const asked = () => fake.asked.map(a => a.name)
const outcome = (id: string) => deployStore.getState().outcomes[id]

describe('exporting from the window', () => {
  it('builds a model only for formats that carry weights, and loads data only for those that scale', async () => {
    await exportTo(format('svg'))
    expect(asked()).toEqual(['export'])
    await exportTo(format('tfjs'))
    expect(asked()).toEqual(['export', 'build', 'export'])
    await exportTo(format('html'))
    expect(asked().slice(3)).toEqual(['loadData', 'export'])
  })

  it('passes what was chosen and tells what was written, how large it is and where', async () => {
    choose('tfjs', 'precision', 'uint8')
    await exportTo(format('tfjs'))
    expect(fake.argsOf('export')[0]).toMatchObject({ format: 'tfjs', set: { precision: 'uint8' } })
    expect(outcome('tfjs')).toEqual({
      verified: null,
      sizes: [{ path: 'a.bin', bytes: 1234 }],
      where: 'LeNet-tfjs in a folder',
      issue: null,
    })
    expect(deployStore.getState().choices).toEqual({ tfjs: { precision: 'uint8' } })
  })

  it('writes nothing where the engine refuses, and says why', async () => {
    fake.answers.export = () => refused('The kernel of "conv_1" holds NaN.')
    await exportTo(format('tfjs'))
    expect(written.names).toEqual([])
    expect(outcome('tfjs')?.issue?.message).toMatch(/holds NaN/)
    expect(uiStore.getState().toast?.tone).toBe('bad')
    expect(deployStore.getState().busy).toBeNull()
  })

  it('writes nothing after it was cancelled, and the next export is not disturbed', async () => {
    let answer: () => void = () => undefined
    fake.answers.export = () => new Promise(resolve => (answer = () => resolve(ok(made))))
    const first = exportTo(format('svg'))
    await vi.waitFor(() => expect(asked()).toEqual(['export']))
    cancelExport()
    expect(deployStore.getState().busy).toBeNull()
    fake.answers.export = () => ok(made)
    await exportTo(format('png'))
    answer()
    await first
    expect(written.names).toEqual(['LeNet.png', 'a.bin'])
    expect(outcome('svg')).toMatchObject({ where: null, issue: null })
  })
})
