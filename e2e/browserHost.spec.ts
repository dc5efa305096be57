import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BrowserContext, expect, type Page, test } from '@playwright/test'
import { buildSync } from 'esbuild'
import { unzipSync } from 'fflate'
import { hostCalls } from '../shared/host/calls.ts'
import { type HostUnderTest, hostContract } from '../shared/host/contract.testkit.ts'
import type { Host } from '../shared/host/contract.ts'
import { makeCodec } from './support/electronDouble/codec.ts'

// The browser's host in a real browser. Its dialogs are played with files of the browser's private file system, which are real handles.

// biome-ignore lint/correctness/noEmptyPattern: the runner wants a pattern here
test.beforeEach(({}, info) => test.skip(info.project.name === 'electron', 'skipped: this is about the browser edition'))

const codec = makeCodec()

const PAGE_SIDE = `
import { makeBrowserHost } from './renderer/host/browserHost.ts'
import { makeCodec } from './e2e/support/electronDouble/codec.ts'
const codec = makeCodec()
const host = makeBrowserHost()
window.testProgress = []
host.on('download', progress => window.testProgress.push(progress.done / progress.total))
window.testCall = async (name, args) => codec.encode(await host[name](...codec.decode(args)))
window.testFile = async (name, text) => {
  const root = await navigator.storage.getDirectory()
  if (text === null) return root.getFileHandle(name).then(h => h.getFile()).then(f => f.arrayBuffer()).then(b => codec.encode(new Uint8Array(b)), () => codec.encode(null))
  const writer = await (await root.getFileHandle(name, { create: true })).createWritable()
  await writer.write(codec.decode(text))
  await writer.close()
}
window.testChoices = []
const choose = async create => {
  const name = window.testChoices.shift() ?? null
  if (name === null) throw new DOMException('cancelled', 'AbortError')
  return (await navigator.storage.getDirectory()).getFileHandle(name, { create })
}
if (window.testPickers) {
  window.showOpenFilePicker = async () => [await choose(false)]
  window.showSaveFilePicker = () => choose(true)
} else {
  delete window.showOpenFilePicker
  delete window.showDirectoryPicker
}
`

const script = buildSync({
  stdin: { contents: PAGE_SIDE, resolveDir: join(import.meta.dirname, '..'), loader: 'ts' },
  bundle: true,
  write: false,
  format: 'iife',
}).outputFiles[0]?.text

type Inside = Window & {
  testCall(name: string, args: string): Promise<string>
  testFile(name: string, text: string | null): Promise<string>
  testChoices: (string | null)[]
  testProgress: number[]
}

/** A page of our origin with only the host in it. */
const openHost = async (context: BrowserContext, pickers: boolean): Promise<{ page: Page; host: Host }> => {
  const page = await context.newPage()
  await page.goto('/data/README.md')
  await page.evaluate(has => Reflect.set(window, 'testPickers', has), pickers)
  await page.evaluate(script ?? '')
  const call = async (name: string, args: unknown[]): Promise<unknown> =>
    codec.decode(await page.evaluate(([n, a]) => (window as unknown as Inside).testCall(n, a), [name, codec.encode(args)] as const))
  const calls = Object.fromEntries(hostCalls.map(name => [name, (...args: unknown[]) => call(name, args)]))
  return { page, host: { ...calls, on: () => () => undefined } as unknown as Host }
}

const underTest = async (context: BrowserContext): Promise<HostUnderTest> => {
  const { page, host } = await openHost(context, true)
  const file = async (name: string, text: string | null): Promise<string> =>
    page.evaluate(([n, t]) => (window as unknown as Inside).testFile(n, t), [name, text] as const)
  const choices: (string | null)[] = []
  return {
    host: new Proxy(host, {
      get:
        (target, key) =>
        async (...args: unknown[]) => {
          await page.evaluate(given => (window as unknown as Inside).testChoices.push(...given), choices.splice(0))
          return Reflect.apply(Reflect.get(target, key), target, args)
        },
    }),
    put: async (name, bytes) => void (await file(name, codec.encode(bytes))),
    read: async name => codec.decode(await file(name, null)) as Uint8Array | null,
    choose: name => choices.push(name),
    restart: async () => {
      await page.close()
      return underTest(context)
    },
  }
}

test.describe('the browser keeps the contract', () => {
  for (const { story, run } of hostContract.filter(({ story: s }) => !s.includes('listener'))) {
    test(story, async ({ context }) => run(await underTest(context)))
  }
})

const bytes = new TextEncoder().encode('work')

test('without the right to write files, it opens by upload and saves by download', async ({ context }) => {
  const { page, host } = await openHost(context, false)
  const chooser = page.waitForEvent('filechooser')
  const opening = host.openProject()
  await (await chooser).setFiles({ name: 'mine.netloom', mimeType: '', buffer: Buffer.from('work') })
  const opened = await opening
  expect(opened).toMatchObject({ ok: true, value: { name: 'mine.netloom', bytes } })

  const download = page.waitForEvent('download')
  const token = opened.ok ? (opened.value?.token ?? null) : null
  expect(await host.saveProject({ token, suggestedName: 'mine.netloom', bytes })).toMatchObject({ ok: true, value: { durable: false } })
  expect((await download).suggestedFilename()).toBe('mine.netloom')

  const zip = page.waitForEvent('download')
  const said = await host.saveExport('lenet', [
    { path: 'model.json', bytes },
    { path: 'weights/a.bin', bytes },
  ])
  expect(said).toEqual({ ok: true, value: 'lenet.zip in your downloads' })
  const entries = unzipSync(readFileSync(await (await zip).path()))
  expect(Object.keys(entries)).toEqual(['lenet/model.json', 'lenet/weights/a.bin'])
})

test('work of a window that is still open is not offered as left over', async ({ context }) => {
  const first = await openHost(context, false)
  const second = await openHost(context, false)
  await first.host.writeRecovery({ id: 'one', name: 'net', when: 1, bytes, token: null })
  expect(await second.host.recoveries()).toEqual({ ok: true, value: [] })
  await first.page.close()
  await expect.poll(async () => second.host.recoveries()).toMatchObject({ ok: true, value: [{ id: 'one' }] })
})

test('says so when there is no room left for the working state', async ({ context }) => {
  const { page, host } = await openHost(context, false)
  const cdp = await context.newCDPSession(page)
  await cdp.send('Storage.overrideQuotaForOrigin', { origin: new URL(page.url()).origin, quotaSize: 10_000 })
  const kept = await host.writeRecovery({ id: 'big', name: 'net', when: 1, bytes: new Uint8Array(3_000_000), token: null })
  expect(kept).toMatchObject({ ok: false, issues: [{ code: 'file/no-space' }] })
})

test.describe('data files from the network', () => {
  const content = Buffer.alloc(300_000, 7)
  const request = {
    name: 'train.gz',
    url: 'https://example.org/train.gz',
    sha256: createHash('sha256').update(content).digest('hex'),
    bytes: content.length,
  }
  const headers = { 'x-netloom-download': 'yes' }

  test('come through our server, with progress, and stay in the browser', async ({ context }) => {
    const { page, host } = await openHost(context, false)
    let asked = 0
    await page.route('**/download/*', route => {
      asked += 1
      return route.fulfill({ body: content, headers })
    })
    const first = await host.download(request)
    expect(first.ok && Buffer.from(first.value).equals(content)).toBe(true)
    expect(await page.evaluate(() => (window as unknown as Inside).testProgress.at(-1))).toBe(1)
    expect((await host.download(request)).ok).toBe(true)
    expect(asked).toBe(1)
  })

  test('are refused when they are damaged', async ({ context }) => {
    const { page, host } = await openHost(context, false)
    await page.route('**/download/*', route => route.fulfill({ body: Buffer.alloc(300_000, 8), headers }))
    expect(await host.download(request)).toMatchObject({ ok: false, issues: [{ code: 'download/damaged' }] })
  })

  test('offer local files when neither our server nor the source can be reached', async ({ context }) => {
    const { page, host } = await openHost(context, false)
    const result = await host.download(request)
    expect(result).toMatchObject({ ok: false, issues: [{ code: 'download/unreachable' }] })
    expect(result.ok ? '' : result.issues[0].message).toContain('from your disk')
    await page.route('**/download/*', route =>
      route.fulfill({
        status: 502,
        headers,
        json: { code: 'download/unreachable', message: 'train.gz could not be fetched: the server is away.' },
      }),
    )
    expect(await host.download(request)).toMatchObject({
      ok: false,
      issues: [{ message: 'train.gz could not be fetched: the server is away.' }],
    })
  })
})

test('asks before a tab with unsaved work is closed, and only then', async ({ context }) => {
  const { page, host } = await openHost(context, false)
  await host.setDocument({ name: 'My net', dirty: true })
  expect(await page.title()).toBe('• My net – Netloom')
  await page.mouse.click(10, 10)
  const asked = page.waitForEvent('dialog')
  const reload = page.reload().catch(() => undefined)
  const dialog = await asked
  expect(dialog.type()).toBe('beforeunload')
  await dialog.dismiss()
  await host.setDocument({ name: 'My net', dirty: false })
  await page.close({ runBeforeUnload: true })
  await expect.poll(() => page.isClosed()).toBe(true)
  await reload
})
