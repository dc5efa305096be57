import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import type { Host } from '../shared/host/contract.ts'
import { BUILT_MAIN, type DesktopDouble, launchDouble } from './support/electronDouble/launchDouble.ts'
import { OUT } from './support/electronDouble/pageSide.ts'

// The built main process and preload script, run on Chromium with Electron's interface played by the double.

let home = ''
let desktop: DesktopDouble

const start = async (...args: string[]): Promise<DesktopDouble> => {
  const chromium = process.env.NETLOOM_CHROMIUM
  return launchDouble({ main: BUILT_MAIN, userData: join(home, 'data'), args, ...(chromium ? { chromium } : {}) })
}

test.beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'netloom-'))
  desktop = await start()
})
test.afterEach(async () => {
  await desktop.kill()
  rmSync(home, { recursive: true, force: true })
})

const openLeNet = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: /LeNet/ }).first().click()
  await expect(page.locator('.react-flow__node')).toHaveCount(8)
}

/** The menu follows the window a moment later. */
const clickSave = () => expect(() => desktop.clickMenu('File', 'Save')).toPass({ timeout: 10_000 })

/** One edit with the keyboard: everything selected is deleted. */
const edit = async (page: Page): Promise<void> => {
  await page.locator('.react-flow__node').nth(2).click()
  await page.keyboard.press('Delete')
  await expect(page.locator('.react-flow__node')).toHaveCount(7)
}

const host = (page: Page) => page.evaluateHandle(() => Reflect.get(window, 'netloomHost') as Host)

test('starts with every safety rule set, in a sandbox, isolated, and offers the host to its window', async () => {
  expect(desktop.missingRules()).toEqual([])
  expect(desktop.app.isSandboxed).toBe(true)
  expect(desktop.window.shown).toBe(true)
  expect(desktop.window.options.webPreferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false })
  expect(await desktop.page.evaluate(() => [crossOriginIsolated, typeof Reflect.get(window, 'require')])).toEqual([true, 'undefined'])
  const info = await (await host(desktop.page)).evaluate(h => h.info())
  expect(info).toMatchObject({ ok: true, value: { edition: 'desktop' } })
  expect(desktop.menuLabels()).toEqual(expect.arrayContaining(['File', 'Edit']))
})

test('saves through the menu and the dialog to a file on disk, and opens it again after a restart', async () => {
  const path = join(home, 'mine.netloom')
  await openLeNet(desktop.page)
  await edit(desktop.page)
  await expect.poll(() => desktop.window.title).toBe('• LeNet – Netloom')
  await clickSave()
  await expect.poll(() => desktop.asked.length).toBe(1)
  expect(desktop.asked[0]?.kind).toBe('save')
  expect(existsSync(path)).toBe(false)
  desktop.answer(path)
  await expect.poll(() => desktop.window.title).toBe('mine – Netloom')
  expect(readFileSync(path).subarray(0, 2).toString()).toBe('PK')

  await desktop.kill()
  desktop = await start()
  await desktop.page.getByRole('button', { name: /mine/ }).first().click()
  await expect(desktop.page.locator('.react-flow__node')).toHaveCount(7)
})

test('opens the file of a second start in the running window, and the one it was started with', async () => {
  const path = join(home, 'mine.netloom')
  await openLeNet(desktop.page)
  await clickSave()
  desktop.answer(path)
  await expect.poll(() => existsSync(path)).toBe(true)
  await desktop.kill()

  desktop = await start()
  desktop.secondInstance(['mine.netloom'], home)
  await expect(desktop.page.locator('.react-flow__node')).toHaveCount(8)
  await desktop.kill()

  desktop = await start(path)
  await expect(desktop.page.locator('.react-flow__node')).toHaveCount(8)
})

test('imports a model whose files are chosen together', async () => {
  const layer = { class_name: 'Dense', config: { name: 'd', units: 1, use_bias: false, batch_input_shape: [null, 2] } }
  const weights = [{ name: 'd/kernel', shape: [2, 1], dtype: 'float32' }]
  const model = {
    modelTopology: { class_name: 'Sequential', config: { name: 'small', layers: [layer] } },
    weightsManifest: [{ paths: ['w.bin'], weights }],
  }
  writeFileSync(join(home, 'model.json'), JSON.stringify(model))
  writeFileSync(join(home, 'w.bin'), Float32Array.of(3, 4))
  await expect(() => desktop.clickMenu('File', 'Import model…')).toPass({ timeout: 10_000 })
  desktop.answer([join(home, 'model.json'), join(home, 'w.bin')])
  await expect(desktop.page.locator('.react-flow__node')).toHaveCount(2)
  await expect(desktop.page.locator('.toast')).toContainText('2 layers with their weights')
  await expect.poll(() => desktop.window.title).toBe('• small – Netloom')
})

test('keeps unsaved work when everything is killed, and offers it at the next start', async () => {
  await openLeNet(desktop.page)
  await edit(desktop.page)
  await expect
    .poll(async () => (await (await host(desktop.page)).evaluate(h => h.recoveries())).ok && existsSync(join(home, 'data/recovery')))
    .toBe(true)
  await desktop.page.waitForTimeout(2500)
  await desktop.kill()

  desktop = await start()
  const kept = await (await host(desktop.page)).evaluate(async h => {
    const found = await h.recoveries()
    return found.ok ? found.value.map(r => [r.name, r.bytes.length > 100]) : []
  })
  expect(kept).toEqual([['LeNet', true]])
})

test('comes back after its renderer crashed', async () => {
  await openLeNet(desktop.page)
  await desktop.crash()
  await expect(desktop.page.getByRole('button', { name: /LeNet/ }).first()).toBeVisible()
})

test('asks before it quits with unsaved work, and saves first when told to', async () => {
  await openLeNet(desktop.page)
  await edit(desktop.page)
  await expect.poll(() => desktop.window.edited).toBe(true)
  desktop.answer('Cancel')
  expect(await desktop.quit()).toBe(false)
  expect(desktop.window.isDestroyed()).toBe(false)
  const path = join(home, 'kept.netloom')
  desktop.answer('Save')
  desktop.answer(path)
  expect(await desktop.quit()).toBe(true)
  expect(existsSync(path)).toBe(true)
})

test('refuses calls of a foreign frame, and of its own window when the arguments are wrong', async () => {
  const { page } = desktop
  await page.evaluate(() => {
    const frame = document.createElement('iframe')
    frame.name = 'foreign'
    document.body.append(frame)
  })
  const foreign = page.frame({ name: 'foreign' })
  const call = JSON.stringify({
    $: 'object',
    of: [
      ['channel', 'netloom:call'],
      ['args', ['info', []]],
    ],
  })
  const say = ({ out, text }: { out: string; text: string }): unknown => Reflect.get(window, out)(text)
  expect(await foreign?.evaluate(say, { out: OUT, text: call })).toContain('host/foreign')
  expect(await page.evaluate(say, { out: OUT, text: call })).toContain('desktop')
  const bad = await (await host(page)).evaluate(h => h.openRecent('../../etc/passwd'))
  expect(bad).toMatchObject({ ok: false, issues: [{ code: 'host/bad-arguments' }] })
})

test('stays where it is: no other address, no new window, nothing from the network', async () => {
  const { page } = desktop
  const before = page.url()
  await page.evaluate(() => {
    location.href = 'https://example.org/'
  })
  await page.waitForTimeout(300)
  expect(page.url()).toBe(before)
  await page.evaluate(() => void window.open('https://example.org/'))
  await expect.poll(() => page.context().pages().length).toBe(1)
  const fetched = await page.evaluate(() =>
    fetch('https://example.org/').then(
      () => 'arrived',
      () => 'refused',
    ),
  )
  expect(fetched).toBe('refused')
})
