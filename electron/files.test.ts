import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type HostUnderTest, hostContract } from '../shared/host/contract.testkit.ts'
import type { HostApi, OpenedFile } from '../shared/host/contract.ts'
import { ok, unwrap } from '../shared/result.ts'
import { makeDownloads } from './downloads.ts'
import { type Dialogs, makeFiles } from './files.ts'
import { makeKnownFiles } from './knownFiles.ts'
import { makeRecovery } from './recovery.ts'
import { makeSettings } from './settings.ts'

let home = ''
let answers: (string | null)[] = []
let buttons: number[] = []
let asked: string[] = []

beforeEach(() => {
  home = fs.mkdtempSync(join(tmpdir(), 'netloom-'))
  fs.mkdirSync(join(home, 'documents'))
  answers = []
  buttons = []
  asked = []
})
afterEach(() => fs.rmSync(home, { recursive: true, force: true }))

const document = (name: string) => join(home, 'documents', name)
const next = async () => {
  const name = answers.shift() ?? null
  return name === null ? null : document(name)
}
const several = () => {
  const names = answers.splice(0).filter(name => name !== null)
  return names.length ? names.map(document) : null
}
const dialogs: Dialogs = {
  openProject: next,
  saveProject: next,
  saveFile: next,
  chooseFolder: next,
  openModel: async () => several(),
  openData: async () => several(),
  choose: async message => {
    asked.push(message)
    return buttons.shift() ?? 0
  },
}

const text = (s: string) => new TextEncoder().encode(s)
const read = (name: string) => fs.readFileSync(document(name), 'utf8')
const codeOf = async (call: Promise<Awaited<ReturnType<HostApi[keyof HostApi]>>>) => {
  const result = await call
  return result.ok ? 'ok' : result.issues[0].code
}

/** The main process as it stands after a start, without Electron around it. */
const desktop = (): HostApi => {
  const data = join(home, 'data')
  return {
    info: async () => ok({ edition: 'desktop', platform: 'linux', version: '0.1.0' }),
    ...makeFiles(dialogs, makeKnownFiles(data)),
    ...makeDownloads(join(data, 'downloads'), [], () => {}),
    ...makeRecovery(join(data, 'recovery')),
    ...makeSettings(data),
    setDocument: async () => ok(null),
    setMenu: async () => ok(null),
  }
}

const underTest = (): HostUnderTest => ({
  host: { ...desktop(), on: () => () => undefined },
  put: async (name, bytes) => fs.writeFileSync(document(name), bytes),
  read: async name => (fs.existsSync(document(name)) ? new Uint8Array(fs.readFileSync(document(name))) : null),
  choose: name => answers.push(name),
  restart: async () => underTest(),
})

const opened = async (host: HostApi, name: string): Promise<OpenedFile> => {
  answers.push(name)
  const file = unwrap(await host.openProject())
  if (!file) throw new Error('Nothing was opened.')
  return file
}

describe('the desktop keeps the contract', () => {
  for (const { story, run } of hostContract) it(story, () => run(underTest()))
})

describe('a file that something else changed', () => {
  const change = () => fs.writeFileSync(document('a.netloom'), 'by another program')
  const open = async () => {
    fs.writeFileSync(document('a.netloom'), 'old')
    const host = desktop()
    return { host, token: (await opened(host, 'a.netloom')).token }
  }

  it('is asked about, and written over only when the user says so', async () => {
    const { host, token } = await open()
    change()
    buttons = [2]
    expect(unwrap(await host.saveProject({ token, suggestedName: 'a.netloom', bytes: text('mine') }))).toBeNull()
    expect(read('a.netloom')).toBe('by another program')
    buttons = [1]
    unwrap(await host.saveProject({ token, suggestedName: 'a.netloom', bytes: text('mine') }))
    expect(read('a.netloom')).toBe('mine')
    expect(asked).toHaveLength(2)
  })

  it('can be left alone by saving elsewhere', async () => {
    const { host, token } = await open()
    change()
    answers = ['b.netloom']
    expect(unwrap(await host.saveProject({ token, suggestedName: 'a.netloom', bytes: text('mine') }))?.name).toBe('b.netloom')
    expect(read('a.netloom')).toBe('by another program')
    expect(read('b.netloom')).toBe('mine')
  })

  it('is not asked about when it was only touched, or removed', async () => {
    const { host, token } = await open()
    fs.utimesSync(document('a.netloom'), new Date(), new Date())
    unwrap(await host.saveProject({ token, suggestedName: 'a.netloom', bytes: text('one') }))
    fs.rmSync(document('a.netloom'))
    unwrap(await host.saveProject({ token, suggestedName: 'a.netloom', bytes: text('two') }))
    expect(asked).toEqual([])
    expect(read('a.netloom')).toBe('two')
  })
})

describe('names without an ending', () => {
  it('get ours, and a file met that way is asked about', async () => {
    const host = desktop()
    const save = () => host.saveProject({ token: null, suggestedName: 'net', bytes: text('new') })
    answers = ['net', 'net', 'net']
    expect(unwrap(await save())?.name).toBe('net.netloom')
    fs.writeFileSync(document('net.netloom'), 'old')
    buttons = [1, 0]
    expect(unwrap(await save())).toBeNull()
    expect(read('net.netloom')).toBe('old')
    expect(unwrap(await save())?.name).toBe('net.netloom')
    expect(read('net.netloom')).toBe('new')
  })
})

describe('places that are no files', () => {
  it('are refused in words that name no path', async () => {
    const host = desktop()
    fs.mkdirSync(document('folder.netloom'))
    answers = ['folder.netloom', 'nothing.netloom', 'folder.netloom']
    expect(await codeOf(host.openProject())).toBe('file/is-folder')
    const missing = await host.openProject()
    expect(missing.ok ? '' : missing.issues[0].message).not.toContain(home)
    expect(await codeOf(host.saveProject({ token: null, suggestedName: 'x', bytes: text('x') }))).toBe('file/is-folder')
  })

  it('drop out of the recent files once they are gone', async () => {
    const host = desktop()
    fs.writeFileSync(document('a.netloom'), 'a')
    const { token } = await opened(host, 'a.netloom')
    fs.rmSync(document('a.netloom'))
    expect(await codeOf(host.openRecent(token))).toBe('file/not-found')
    expect(unwrap(await host.recentFiles())).toEqual([])
  })
})

describe('exports of several files', () => {
  const files = [
    { path: 'model.json', bytes: text('{}') },
    { path: 'weights/one.bin', bytes: text('1') },
  ]
  it('appear as one new folder and never write over an older one', async () => {
    const host = desktop()
    answers = ['', '']
    expect(unwrap(await host.saveExport('lenet', files))).toBe('lenet in documents')
    expect(unwrap(await host.saveExport('lenet', files))).toBe('lenet 2 in documents')
    expect(read('lenet/weights/one.bin')).toBe('1')
    expect(fs.readdirSync(document(''))).toEqual(['lenet', 'lenet 2'])
  })
  it('leave nothing behind when one cannot be written', async () => {
    answers = ['']
    const clash = [...files, { path: 'model.json/inner', bytes: text('x') }]
    expect(await codeOf(desktop().saveExport('lenet', clash))).not.toBe('ok')
    expect(fs.readdirSync(document(''))).toEqual([])
  })
})

describe('data files', () => {
  it('are read together and named after their folder', async () => {
    fs.writeFileSync(document('a.idx'), 'a')
    fs.writeFileSync(document('b.idx'), 'b')
    answers = ['a.idx', 'b.idx']
    const data = unwrap(await desktop().openData())
    expect([data?.label, data?.files.map(f => f.path)]).toEqual(['documents', ['a.idx', 'b.idx']])
  })
})

describe('the files of a model', () => {
  it('are read together by their bare names', async () => {
    fs.writeFileSync(document('model.json'), '{}')
    fs.writeFileSync(document('weights.bin'), 'abc')
    answers = ['model.json', 'weights.bin']
    const files = unwrap(await desktop().openModel())
    expect(files?.map(f => [f.path, f.bytes.length])).toEqual([
      ['model.json', 2],
      ['weights.bin', 3],
    ])
    expect(unwrap(await desktop().openModel())).toBeNull()
  })
})

describe('the folder of our own', () => {
  it('starts empty when its files are broken', async () => {
    fs.mkdirSync(join(home, 'data'))
    for (const name of ['files.json', 'settings.json']) fs.writeFileSync(join(home, 'data', name), '{"version":1,"files":[{"tok')
    expect(unwrap(await desktop().recentFiles())).toEqual([])
    expect(unwrap(await desktop().readSettings())).toEqual({})
  })

  it('puts a broken working state aside and still gives the others', async () => {
    const host = desktop()
    const work = { name: 'net', bytes: text('work'), token: null }
    unwrap(await host.writeRecovery({ ...work, id: 'one', when: 1 }))
    unwrap(await host.writeRecovery({ ...work, id: 'two', when: 2 }))
    const path = join(home, 'data/recovery/two.work')
    fs.writeFileSync(path, fs.readFileSync(path).subarray(0, -1))
    expect(unwrap(await host.recoveries()).map(r => r.id)).toEqual(['one'])
    expect(fs.readdirSync(join(home, 'data/recovery')).sort()).toEqual(['one.work', 'two.work.broken'])
  })

  it('refuses downloads that are not in the catalogue', async () => {
    const request = { name: 'x', url: 'https://example.org/x', sha256: 'a'.repeat(64), bytes: 1 }
    expect(await codeOf(desktop().download(request))).toBe('download/unlisted')
  })
})
