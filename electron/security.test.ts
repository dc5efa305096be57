import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { IpcMainInvokeEvent, Session, WebContents } from 'electron'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { bundleFiles } from '../node/bundleFiles.ts'
import { CALL_CHANNEL, hostCalls } from '../shared/host/calls.ts'
import type { HostApi } from '../shared/host/contract.ts'
import { hostGuards } from '../shared/host/guards.ts'
import { ok } from '../shared/result.ts'
import { answerBundle, isOurs } from './bundle.ts'
import { serveHost } from './ipc.ts'
import { projectArguments } from './launch.ts'
import { ALLOWED_PERMISSIONS, setupPermissions } from './permissions.ts'
import { webPreferences } from './webPreferences.ts'

describe('the window', () => {
  it('gets exactly these rights', () => {
    expect(webPreferences).toEqual({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      plugins: false,
      spellcheck: false,
      safeDialogs: true,
      disableDialogs: true,
    })
  })
})

describe('the address app://bundle', () => {
  it.each(['app://bundle/', 'app://bundle/index.html?x#y'])('takes %s as ours', url => expect(isOurs(url)).toBe(true))
  it.each([
    'app://bundle.evil/',
    'app://evil/',
    'https://bundle/',
    'app:bundle',
    'about:blank',
    '',
    'app://bundle@evil/',
    'file:///bundle',
  ])('takes %s as foreign', url => expect(isOurs(url)).toBe(false))

  it('gives files of the window and nothing else', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'netloom-'))
    mkdirSync(join(folder, 'www'))
    writeFileSync(join(folder, 'www/index.html'), 'page')
    writeFileSync(join(folder, 'www/k.wasm'), 'wasm')
    writeFileSync(join(folder, 'secret'), 'secret')
    const files = await bundleFiles(join(folder, 'www'))
    const get = async (path: string, method = 'GET') => answerBundle({ url: `app://bundle${path}`, method }, files)
    expect(await (await get('/index.html')).text()).toBe('page')
    expect(await (await get('/')).text()).toBe('page')
    expect((await get('/k.wasm')).headers.get('content-type')).toBe('application/wasm')
    expect((await get('/')).headers.get('content-security-policy')).toContain("default-src 'none'")
    expect((await get('/')).headers.get('cross-origin-embedder-policy')).toBe('require-corp')
    expect(await (await get('/', 'HEAD')).text()).toBe('')
    for (const path of ['/../secret', '/%2e%2e/secret', '/..%2fsecret', '/..%5csecret', '/%00', '/%', '/secret', '//secret']) {
      expect([403, 404], path).toContain((await get(path)).status)
    }
    expect((await get('/', 'POST')).status).toBe(405)
    expect((await answerBundle({ url: 'app://other/index.html', method: 'GET' }, files)).status).toBe(403)
    rmSync(folder, { recursive: true })
  })
})

/** A session that notes the rules it is given. */
const fakeSession = () => {
  const rules = new Map<string, (...args: never[]) => unknown>()
  const note = (name: string) => (rule: (...args: never[]) => unknown) => void rules.set(name, rule)
  const session = {
    setPermissionRequestHandler: note('request'),
    setPermissionCheckHandler: note('check'),
    setDevicePermissionHandler: note('device'),
    setDisplayMediaRequestHandler: note('display'),
    webRequest: { onBeforeRequest: note('web') },
    on: (name: string, rule: (...args: never[]) => unknown) => void rules.set(name, rule),
  }
  setupPermissions(session as unknown as Session)
  const call = (name: string, ...args: unknown[]): unknown => (rules.get(name) as (...a: unknown[]) => unknown)(...args)
  const answered = (name: string, ...args: unknown[]): unknown => {
    const answer = vi.fn()
    call(name, ...args, answer)
    return answer.mock.calls[0]?.[0]
  }
  return { call, answered }
}

/** Every permission that this Electron knows, read from its own types. */
const permissions = (): readonly string[] => {
  const types = readFileSync(new URL('../node_modules/electron/electron.d.ts', import.meta.url), 'utf8')
  const union = /setPermissionCheckHandler\(handler: \(\(webContents: [^,]+, permission: ([^,]+),/.exec(types)?.[1] ?? ''
  return [...union.matchAll(/'([^']+)'/g)].map(match => match[1] ?? '')
}

describe('permissions', () => {
  it('refuses every kind that Electron knows but two', () => {
    const { call, answered } = fakeSession()
    expect(permissions().length).toBeGreaterThan(40)
    for (const permission of permissions()) {
      const allowed = ALLOWED_PERMISSIONS.has(permission)
      expect(call('check', null, permission), permission).toBe(allowed)
      expect(answered('request', null, permission), permission).toBe(allowed)
    }
    expect([...ALLOWED_PERMISSIONS]).toEqual(['clipboard-sanitized-write', 'fullscreen'])
    expect(call('device')).toBe(false)
    expect(answered('display', {})).toEqual({})
    expect(answered('file-system-access-restricted', {}, {})).toBe('deny')
  })

  it('lets the window load nothing from anywhere else', () => {
    const { answered } = fakeSession()
    for (const url of ['app://bundle/x.js', 'blob:app://bundle/1', 'data:text/plain,x'])
      expect(answered('web', { url }), url).toEqual({ cancel: false })
    for (const url of ['https://example.org/', 'http://127.0.0.1/', 'file:///etc/passwd', 'ws://x/', 'ftp://x/', 'chrome://gpu'])
      expect(answered('web', { url }), url).toEqual({ cancel: true })
  })
})

const serve = () => {
  let handler: (event: unknown, ...args: unknown[]) => Promise<{ ok: boolean }> = async () => ({ ok: true })
  const reached: string[] = []
  const calls = Object.fromEntries(
    hostCalls.map(name => [
      name,
      async () => {
        reached.push(name)
        if (name === 'recentFiles') throw new Error('/home/somebody/secret')
        return ok(null)
      },
    ]),
  ) as unknown as HostApi
  const mainFrame = { url: 'app://bundle/index.html' }
  const window = { mainFrame } as unknown as WebContents
  serveHost(
    {
      handle: (channel, listener) => {
        expect(channel).toBe(CALL_CHANNEL)
        handler = listener as typeof handler
      },
    },
    calls,
    () => window,
  )
  const ours = { sender: window, senderFrame: mainFrame } as unknown as IpcMainInvokeEvent
  return { call: (event: unknown, ...args: unknown[]) => handler(event, ...args), ours, reached, window, mainFrame }
}

describe('calls from the window', () => {
  it('are answered when they come from our own top frame', async () => {
    const { call, ours, reached } = serve()
    expect(await call(ours, 'info', [])).toEqual({ ok: true, value: null })
    expect(reached).toEqual(['info'])
  })

  it('are refused from any other frame, window or address', async () => {
    const { call, reached, window, mainFrame } = serve()
    const foreign = [
      { sender: window, senderFrame: null },
      { sender: window, senderFrame: { url: 'app://bundle/index.html' } },
      { sender: { mainFrame }, senderFrame: mainFrame },
    ]
    for (const event of foreign) for (const name of hostCalls) expect((await call(event, name, [])).ok).toBe(false)
    mainFrame.url = 'https://example.org/'
    for (const name of hostCalls) expect((await call({ sender: window, senderFrame: mainFrame }, name, [])).ok).toBe(false)
    expect(reached).toEqual([])
  })

  it('are refused when name or arguments are not of the contract', async () => {
    const { call, ours, reached } = serve()
    for (const name of ['constructor', '__proto__', 'toString', 'on', '', 7, null, {}]) expect((await call(ours, name, [])).ok).toBe(false)
    expect(reached).toEqual([])
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...hostCalls.filter(name => name !== 'recentFiles')), fc.anything(), async (name, args) => {
        const allowed = hostGuards[name](args).ok
        reached.length = 0
        expect((await call(ours, name, args)).ok).toBe(allowed)
        expect(reached).toEqual(allowed ? [name] : [])
      }),
      {
        numRuns: 1000,
        examples: [
          ['openRecent', ['-']],
          ['setMenu', [[]]],
          ['openRecent', ['../a']],
        ],
      },
    )
  })

  it('never hand out what was thrown', async () => {
    const { call, ours } = serve()
    expect(JSON.stringify(await call(ours, 'recentFiles', []))).not.toContain('secret')
  })
})

describe('files named at the start', () => {
  it('are those with our endings, from the folder of that start', () => {
    const argv = [
      'netloom',
      'a.netloom',
      '--inspect=evil.netloom',
      '-x',
      '/b/c.netloom.json',
      'notes.txt',
      'd.NETLOOM',
      '//server/x.netloom',
      'n\0.netloom',
    ]
    expect(projectArguments(argv, '/home/me')).toEqual(['/home/me/a.netloom', '/b/c.netloom.json', '/home/me/d.NETLOOM'])
  })
})
