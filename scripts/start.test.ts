import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isInstalled } from './ensureInstalled.mjs'
import { findBrowser } from './findBrowser.mjs'
import { root } from './freshness.mjs'
import { portOf } from './serve.mjs'
import { appArguments } from './start.mjs'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netloom-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('knowing whether packages are installed', () => {
  const write = (path: string, packages: object, age: number) => {
    mkdirSync(join(folder, 'node_modules'), { recursive: true })
    writeFileSync(join(folder, path), JSON.stringify({ packages }))
    const time = new Date(Date.now() - age)
    utimesSync(join(folder, path), time, time)
  }
  const lock = { '': {}, 'node_modules/a': { version: '1.0.0' }, 'node_modules/mac-only': { version: '2.0.0', optional: true } }

  it('misses them on a fresh clone', () => {
    write('package-lock.json', lock, 0)
    expect(isInstalled(folder)).toBe(false)
  })
  it('trusts an installation younger than the lock file', () => {
    write('package-lock.json', lock, 5000)
    write('node_modules/.package-lock.json', {}, 0)
    expect(isInstalled(folder)).toBe(true)
  })
  it('looks inside when the lock file is younger, as after a checkout', () => {
    write('node_modules/.package-lock.json', { 'node_modules/a': { version: '1.0.0' } }, 5000)
    write('package-lock.json', lock, 0)
    expect(isInstalled(folder)).toBe(true)
    write('node_modules/.package-lock.json', { 'node_modules/a': { version: '0.9.0' } }, 5000)
    expect(isInstalled(folder)).toBe(false)
  })
})

describe('reading options', () => {
  it('reads a port in both spellings', () => {
    expect([portOf(['--port', '8080']), portOf(['--port=0']), portOf([])]).toEqual([8080, 0, undefined])
  })
  it.each([['--port'], ['--port', 'x'], ['--port=70000'], ['--port=-1']])('refuses %s', (...args) => {
    expect(() => portOf(args)).toThrow(/number from 0 to 65535/)
  })
  it('opens a browser window of our own, with WebGPU and a profile of its own', () => {
    expect(appArguments('http://127.0.0.1:1/', '/p')).toEqual(
      expect.arrayContaining(['--app=http://127.0.0.1:1/', '--enable-unsafe-webgpu', '--user-data-dir=/p']),
    )
  })
  it('takes the browser that was named, or none when it is not there', () => {
    process.env.NETLOOM_BROWSER = join(folder, 'nothing')
    expect(findBrowser()).toBeNull()
    delete process.env.NETLOOM_BROWSER
  })
})

describe('serving', () => {
  it.skipIf(!existsSync(join(root, 'dist/renderer/index.html')))('says where, and ends cleanly (needs a built window)', async () => {
    const child = spawn(process.execPath, [join(root, 'scripts/serve.mjs'), '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const said = await new Promise<string>(done => child.stdout.once('data', chunk => done(String(chunk))))
    const url = /http:\S+/.exec(said)?.[0] ?? ''
    const page = await fetch(url)
    expect(await page.text()).toContain('<title>Netloom</title>')
    const code = new Promise(done => child.once('exit', done))
    child.kill('SIGINT')
    expect(await code).toBe(0)
  })
})
