import * as fs from 'node:fs'
import * as promises from 'node:fs/promises'
import { access, copyFile, lstat, readlink, realpath, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { canMountTmpfs, compileScript, runAndKill, runAsOrdinaryUser, runOnSmallDisk, tempFolder } from './atomicSave.testkit.ts'
import { atomicSave, type SaveIo, sweepTemps } from './atomicSave.ts'

let folder = ''
let remove = () => {}
beforeEach(() => {
  const made = tempFolder()
  folder = made.path
  remove = made.remove
})
afterEach(() => remove())

const text = (s: string) => new TextEncoder().encode(s)
const read = (path: string) => fs.readFileSync(path, 'utf8')
const temps = () => fs.readdirSync(folder).filter(n => n.endsWith('.tmp'))
const codeOf = async (save: ReturnType<typeof atomicSave>) => {
  const result = await save
  return result.ok ? 'ok' : result.issues[0].code
}

const CLOSED_PLACES = `
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { atomicSave } from './atomicSave.ts'
const folder = process.argv[2]
const path = folder + '/a.netloom'
const save = async () => { const r = await atomicSave(path, Buffer.from('new')); return r.ok ? 'ok' : r.issues[0].code }
writeFileSync(path, 'old', { mode: 0o444 })
const file = await save()
chmodSync(path, 0o644)
chmodSync(folder, 0o555)
console.log(JSON.stringify({ file, folder: await save(), now: readFileSync(path, 'utf8') }))
chmodSync(folder, 0o755)
`

describe('saving a file', () => {
  it('writes a new file and replaces an old one, leaving nothing else behind', async () => {
    const path = join(folder, 'a.netloom')
    expect(await codeOf(atomicSave(path, text('one')))).toBe('ok')
    expect(await codeOf(atomicSave(path, text('two')))).toBe('ok')
    expect(read(path)).toBe('two')
    expect(fs.readdirSync(folder)).toEqual(['a.netloom'])
  })

  it('keeps what the file held before beside it when asked to', async () => {
    const path = join(folder, 'a.netloom')
    for (const version of ['one', 'two', 'three']) expect(await codeOf(atomicSave(path, text(version), { backup: true }))).toBe('ok')
    expect([read(path), read(`${path}.bak`)]).toEqual(['three', 'two'])
    expect(temps()).toEqual([])
  })

  it('saves all the same where the old file cannot be kept', async () => {
    const path = join(folder, 'a.netloom')
    fs.writeFileSync(path, 'old')
    fs.mkdirSync(`${path}.bak`)
    expect(await codeOf(atomicSave(path, text('new'), { backup: true }))).toBe('ok')
    expect(read(path)).toBe('new')
    expect(temps()).toEqual([])
  })

  it('keeps the order of saves asked at once', async () => {
    const path = join(folder, 'a.netloom')
    const saves = Array.from({ length: 20 }, (_, i) => atomicSave(path, text(`${i}${'x'.repeat((20 - i) * 10_000)}`)))
    await Promise.all(saves)
    expect(read(path).startsWith('19x')).toBe(true)
  })

  it('follows a link and keeps it a link, also when the file behind it is not there yet', async () => {
    fs.mkdirSync(join(folder, 'real'))
    fs.symlinkSync('real/b.netloom', join(folder, 'link.netloom'))
    expect(await codeOf(atomicSave(join(folder, 'link.netloom'), text('first')))).toBe('ok')
    expect(await codeOf(atomicSave(join(folder, 'link.netloom'), text('second')))).toBe('ok')
    expect(fs.lstatSync(join(folder, 'link.netloom')).isSymbolicLink()).toBe(true)
    expect(read(join(folder, 'real/b.netloom'))).toBe('second')
  })

  it('refuses links that lead in a circle', async () => {
    fs.symlinkSync('two', join(folder, 'one'))
    fs.symlinkSync('one', join(folder, 'two'))
    expect(await codeOf(atomicSave(join(folder, 'one'), text('x')))).toBe('file/bad-name')
  })

  it('keeps the mode of the file it replaces', async () => {
    const path = join(folder, 'a.netloom')
    fs.writeFileSync(path, 'old', { mode: 0o640 })
    fs.chmodSync(path, 0o640)
    await atomicSave(path, text('new'))
    expect(fs.statSync(path).mode & 0o777).toBe(0o640)
  })

  it.each([
    ['a folder of that name', (p: string) => fs.mkdirSync(p), 'file/is-folder'],
    ['a name that is too long', () => {}, 'file/bad-name', 'x'.repeat(256)],
    ['a folder that is not there', () => {}, 'file/not-found', 'gone/a.netloom'],
    ['a file where a folder should be', (p: string) => fs.writeFileSync(p, ''), 'file/not-found', 'a.netloom/b.netloom'],
  ])('refuses %s in words and leaves no temporary file', async (_, prepare, code, name = 'a.netloom') => {
    prepare(join(folder, 'a.netloom'))
    const result = await atomicSave(join(folder, name), text('x'))
    expect(result.ok ? 'ok' : result.issues[0].code).toBe(code)
    expect(result.ok ? '' : result.issues[0].message).not.toContain(folder)
    expect(temps()).toEqual([])
  })

  it('takes a name of 255 letters', async () => {
    expect(await codeOf(atomicSave(join(folder, 'x'.repeat(255)), text('x')))).toBe('ok')
  })

  it('refuses a read-only file and a read-only folder', () => {
    const script = compileScript(CLOSED_PLACES, folder)
    fs.mkdirSync(join(folder, 'place'))
    expect(runAsOrdinaryUser(script, join(folder, 'place'))).toEqual({
      file: 'file/no-permission',
      folder: 'file/no-permission',
      now: 'old',
    })
  })
})

/** Lets the n-th call to the file system fail; counts the calls on the way. */
const failing = (n: number, code: string) => {
  let calls = 0
  const broken: string[] = []
  const guard =
    <A extends unknown[], R>(name: string, call: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> => {
      calls += 1
      if (calls !== n) return call(...args)
      broken.push(name)
      return Promise.reject(Object.assign(new Error(code), { code }))
    }
  const wrapHandle = (handle: promises.FileHandle) =>
    new Proxy(handle, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target)
        if (typeof value !== 'function') return value
        const call = (...args: unknown[]) => value.apply(target, args)
        if (key === 'close') return async () => [await call(), await guard('close', async () => undefined)()]
        return guard(String(key), call)
      },
    })
  const io = Object.fromEntries(
    Object.entries({ rename, rm, realpath, lstat, readlink, access, copyFile }).map(([k, call]) => [
      k,
      guard(k, call as () => Promise<unknown>),
    ]),
  )
  const open = guard('open', promises.open)
  return { io: { ...io, open: async (...a: Parameters<typeof open>) => wrapHandle(await open(...a)) } as unknown as SaveIo, broken }
}

describe('a disk that fails at one point', () => {
  it.each(['EIO', 'ENOSPC'])('leaves the old file or the new one, whichever call answers %s', async code => {
    const path = join(folder, 'a.netloom')
    const met: string[] = []
    for (let n = 1; n < 40; n++) {
      fs.writeFileSync(path, 'old')
      const { io, broken } = failing(n, code)
      const result = await atomicSave(path, text('the new text'), { io, backup: true })
      if (broken.length === 0) break
      met.push(...broken)
      expect(['old', 'the new text'], `call ${n} (${broken})`).toContain(read(path))
      if (result.ok) expect(read(path), `call ${n} (${broken})`).toBe('the new text')
      expect(temps(), `call ${n} (${broken})`).toEqual([])
    }
    expect(met).toEqual(expect.arrayContaining(['open', 'writeFile', 'stat', 'sync', 'close', 'copyFile', 'rename']))
  })

  it('notices a write that was cut short without an error', async () => {
    const path = join(folder, 'a.netloom')
    fs.writeFileSync(path, 'old')
    const open: typeof promises.open = async (...args) => {
      const handle = await promises.open(...args)
      const write = handle.writeFile.bind(handle)
      handle.writeFile = data => write((data as Uint8Array).subarray(0, 3))
      return handle
    }
    expect(await codeOf(atomicSave(path, text('the new text'), { io: { ...promises, open } }))).toBe('file/no-space')
    expect(read(path)).toBe('old')
    expect(temps()).toEqual([])
  })
})

const SMALL_DISK = `
import { readFileSync, readdirSync, statfsSync, writeFileSync, rmSync } from 'node:fs'
import { atomicSave } from './atomicSave.ts'
const path = process.argv[2] + '/work.netloom'
const old = Buffer.alloc(100_000, 1)
const size = 300_000
const rows = []
for (const free of [0, 1, 4096, size - 4096, size - 1, size + 8192]) {
  rmSync(process.argv[2] + '/filler', { force: true })
  writeFileSync(path, old)
  const room = statfsSync(path)
  writeFileSync(process.argv[2] + '/filler', Buffer.alloc(Math.max(0, Math.ceil((room.bavail * room.bsize - free) / 4096) * 4096)))
  const result = await atomicSave(path, Buffer.alloc(size, 2))
  const now = readFileSync(path)
  rows.push({ free, code: result.ok ? 'ok' : result.issues[0].code, state: now.equals(old) ? 'old' : now.length === size && now.every(b => b === 2) ? 'new' : 'BROKEN', temps: readdirSync(process.argv[2]).filter(n => n.endsWith('.tmp')).length })
}
console.log(JSON.stringify(rows))
`

describe('a full disk', () => {
  it.skipIf(!canMountTmpfs())('keeps the old file, says so, and saves again when there is room (needs `unshare -rm`)', () => {
    const script = compileScript(SMALL_DISK, folder)
    fs.mkdirSync(join(folder, 'disk'))
    const rows: { free: number; code: string; state: string; temps: number }[] = JSON.parse(
      runOnSmallDisk(script, join(folder, 'disk'), 1 << 20),
    )
    expect(rows).toHaveLength(6)
    for (const row of rows) {
      const fits = row.free >= 300_000
      expect(row).toEqual({ free: row.free, code: fits ? 'ok' : 'file/no-space', state: fits ? 'new' : 'old', temps: 0 })
    }
  })
})

const SAVE_LOOP = `
import { atomicSave } from './atomicSave.ts'
console.log('started')
for (let version = 1; ; version++) {
  const result = await atomicSave(process.argv[2], Buffer.alloc(2_000_000, version % 250))
  if (result.ok) console.log(version)
}
`

describe('a program killed while it saves', () => {
  const runs = Number(process.env.NETLOOM_KILL_RUNS ?? 40)
  it(`loses no acknowledged save in ${runs} kills`, async () => {
    const path = join(folder, 'work.netloom')
    const script = compileScript(SAVE_LOOP, folder)
    let swept = 0
    for (let run = 0; run < runs; run++) {
      fs.writeFileSync(path, Buffer.alloc(2_000_000, 0))
      const printed = (await runAndKill(script, [path], 5 + ((run * 7) % 61))).trim().split('\n')
      const acknowledged = Number(printed.at(-1)) || 0
      const now = fs.readFileSync(path)
      expect(now.length).toBe(2_000_000)
      expect(now.every(byte => byte === now[0])).toBe(true)
      expect([acknowledged % 250, (acknowledged + 1) % 250]).toContain(now[0])
      swept += await sweepTemps(folder, 0)
    }
    expect(swept, 'some kills must have hit in the middle of a save').toBeGreaterThan(0)
    expect(temps()).toEqual([])
  }, 120_000)
})

describe('sweeping', () => {
  it('leaves files of running programs, young files and files of other programs alone', async () => {
    const mine = `.netloom-${process.pid}-0123456789ab.tmp`
    const dead = '.netloom-4194300-0123456789ab.tmp'
    for (const name of [mine, dead, 'notes.tmp', '.a.tmp']) fs.writeFileSync(join(folder, name), '')
    expect(await sweepTemps(folder)).toBe(0)
    expect(await sweepTemps(folder, 0)).toBe(1)
    expect(fs.readdirSync(folder).sort()).toEqual(['.a.tmp', mine, 'notes.tmp'].sort())
  })
})
