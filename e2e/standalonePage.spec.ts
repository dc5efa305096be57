import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import AxeBuilder from '@axe-core/playwright'
import type { Browser, Page } from '@playwright/test'
import { pngWriter } from '../shared/picture/png.ts'
import { type App, expect, THREE, test } from './app.ts'

/** Opens a file of this computer in a window that reaches no network, and notes what it tries. */
const openFile = async (browser: Browser, path: string, colorScheme: 'dark' | 'light' = 'dark') => {
  const context = await browser.newContext({ offline: true, colorScheme, viewport: { width: 960, height: 640 } })
  const page = await context.newPage()
  const wrong: string[] = []
  page.on('request', request => {
    if (!request.url().startsWith('file:')) wrong.push(request.url())
  })
  page.on('pageerror', error => wrong.push(error.message))
  page.on('console', message => {
    if (message.type() === 'error') wrong.push(message.text())
  })
  await page.goto(pathToFileURL(path).href)
  return { context, page, wrong }
}

const draw = async (page: Page, box: { x: number; y: number; width: number; height: number }): Promise<void> => {
  const at = ([x, y]: readonly [number, number]) => [box.x + x * box.width, box.y + y * box.height] as const
  await page.mouse.move(...at(THREE[0]))
  await page.mouse.down()
  for (const point of THREE.slice(1)) await page.mouse.move(...at(point), { steps: 6 })
  await page.mouse.up()
}

/** PNG of an upright bar, black on white, 112×56 pixels: the page takes the middle. */
const barPicture = (): Uint8Array => {
  const png = pngWriter(112, 56)
  const inBar = (x: number, y: number): boolean => Math.abs(x - 55.5) < 3 && Math.abs(y - 27.5) < 20
  const ink = Array.from({ length: 112 * 56 }, (_, i) => (inBar(i % 112, Math.floor(i / 112)) ? 0 : 255))
  png.add(Uint8Array.from(ink.flatMap(v => [v, v, v, 255])))
  return png.end()
}

/** Brightness of the corner of what the network sees. */
const paperOf = (page: Page): Promise<number | undefined> =>
  page.locator('canvas.seen').evaluate((canvas: HTMLCanvasElement) => canvas.getContext('2d')?.getImageData(0, 0, 1, 1).data[0])

const train = async (app: App, epochs: string): Promise<void> => {
  await app.mode('Train')
  await app.setField('Epochs', epochs)
  await app.page.keyboard.press('Control+Enter')
  await app.trainingDone()
}

const exported = async (app: App, title: string, path: string): Promise<string> => {
  await app.mode('Deploy')
  return app.exporting(title, path)
}

const percents = (texts: readonly string[]): number[] => texts.map(text => Number.parseFloat(text))

test('an exported page works from a file without a network and answers as Netloom does', async ({ app, browser }, info) => {
  test.skip(info.project.name === 'electron', 'the page is the same file')
  await app.openTemplate('lenet')
  await train(app, '2')
  const pad = await app.page.getByTestId('pad').first().boundingBox()
  if (!pad) throw new Error('The test pad is not on the screen.')
  await draw(app.page, pad)
  await expect(app.page.getByTestId('answers').locator('.winner')).toHaveCount(1)
  await app.page.waitForTimeout(500)
  const wanted = percents(await app.page.getByTestId('answers').first().locator('.answer-value').allTextContents())
  const path = await exported(app, 'Web page (HTML)', info.outputPath('lenet.html'))
  await expect(app.page.getByText(/the page’s own program on \d+ samples: max \|Δ\|/)).toBeVisible()

  const { page, wrong, context } = await openFile(browser, path)
  await expect(page.getByRole('heading', { name: 'LeNet' })).toBeVisible()
  await expect(page.getByText('Trained for 2 epochs on Digits 28×28')).toBeVisible()
  const canvas = page.getByRole('img', { name: 'Drawing pad: draw with the pointer' })
  const box = await canvas.boundingBox()
  if (!box) throw new Error('The page shows no pad.')
  await draw(page, box)
  await expect(page.locator('.answers .winner')).toHaveCount(1)
  await page.waitForTimeout(300)
  const got = percents(await page.locator('.answers .value').allTextContents())
  expect(got).toHaveLength(10)
  // The pads differ in size, so that the pointer stops at other fractions of a pixel.
  got.forEach((value, i) => {
    expect(Math.abs(value - (wanted[i] ?? 0)), `class ${i}`).toBeLessThan(6)
  })
  expect(got.indexOf(Math.max(...got))).toBe(wanted.indexOf(Math.max(...wanted)))
  await page.screenshot({ path: 'e2e/.output/page-dark.png' })

  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])

  // A picture of black ink on white paper is of no use until light and dark are swapped.
  await page.getByLabel('Choose a picture').setInputFiles({ name: 'one.png', mimeType: 'image/png', buffer: Buffer.from(barPicture()) })
  await expect.poll(() => paperOf(page)).toBe(255)
  await page.getByLabel('Swap light and dark of a picture').check()
  await expect.poll(() => paperOf(page)).toBe(0)
  await expect(page.locator('.winner .name')).toHaveText('1')

  await page.getByRole('button', { name: 'Clear' }).click()
  await expect(page.getByText('No answer yet.')).toBeVisible()
  await page.getByLabel('Choose a picture').setInputFiles({ name: 'no.png', mimeType: 'image/png', buffer: Buffer.from('no picture') })
  await expect(page.getByText('This file is not a picture')).toBeVisible()
  expect(wrong).toEqual([])
  await context.close()
  const light = await openFile(browser, path, 'light')
  await light.page.setViewportSize({ width: 420, height: 900 })
  await light.page.screenshot({ path: 'e2e/.output/page-light.png' })
  await light.context.close()
})

test('an exported page for a table asks for numbers', async ({ app, browser }, info) => {
  test.skip(info.project.name === 'electron', 'the page is the same file')
  await app.openTemplate('iris-mlp')
  await train(app, '60')
  const path = await exported(app, 'Web page (HTML)', info.outputPath('iris.html'))
  const { page, wrong, context } = await openFile(browser, path)
  const fields = page.getByRole('spinbutton')
  await expect(fields).toHaveCount(4)
  for (const [i, value] of ['5.0', '3.4', '1.5', '0.2'].entries()) await fields.nth(i).fill(value)
  await expect(page.getByText(/^Most likely .*setosa/i)).toBeVisible()
  for (const [i, value] of ['6.7', '3.1', '5.6', '2.4'].entries()) await fields.nth(i).fill(value)
  await expect(page.getByText(/^Most likely .*virginica/i)).toBeVisible()
  await page.screenshot({ path: 'e2e/.output/page-iris.png' })
  expect(wrong).toEqual([])
  await context.close()
})

test('a page keeps hostile names text', async ({ browser }, info) => {
  test.skip(info.project.name === 'electron', 'the page is the same file')
  const hostile = '</script><img src=x onerror="document.title=1"><b>'
  const { project } = JSON.parse(readFileSync('templates/iris-mlp.json', 'utf8'))
  const nodes = project.graph.nodes.map((n: object) => ({ ...n, name: hostile }))
  const [drawn, trained, path] = ['a.netloom.json', 'a.netloom', 'a.html'].map(name => info.outputPath(name))
  writeFileSync(drawn ?? '', JSON.stringify({ ...project, name: hostile, graph: { ...project.graph, nodes } }))
  const run = (...args: (string | undefined)[]) => {
    const { status, stderr } = spawnSync('node', ['bin/netloom.mjs', ...args.map(a => a ?? '')], { encoding: 'utf8' })
    expect(status, stderr).toBe(0)
  }
  run('train', drawn, '--epochs', '1', '--out', trained)
  run('export', trained, '--format', 'html', '--out', path)
  const { page, wrong, context } = await openFile(browser, path ?? '')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(hostile)
  await expect(page.getByRole('spinbutton')).toHaveCount(4)
  expect(await page.locator('img, b').count()).toBe(0)
  expect(await page.title()).toBe(hostile)
  expect(wrong).toEqual([])
  await context.close()
})

test('drawings and tables are exported while nothing is trained, and refused in a sentence where there is nothing', async ({
  app,
}, info) => {
  test.skip(info.project.name === 'electron', 'dialogs of the browser edition')
  mkdirSync(info.outputPath('files'), { recursive: true })
  await app.openTemplate('resnet18')
  const svg = await exported(app, 'Drawing (SVG)', info.outputPath('files/net.svg'))
  expect(readFileSync(svg, 'utf8')).toContain('<title>ResNet-18</title>')
  const png = await exported(app, 'Picture (PNG)', info.outputPath('files/net.png'))
  expect(readFileSync(png).subarray(1, 4).toString()).toBe('PNG')
  await app.page.getByRole('button', { name: 'Export Training history (CSV)' }).click()
  await expect(app.page.getByText('There is no history to write').first()).toBeVisible()
})

for (const scheme of ['dark', 'light'] as const)
  for (const size of [
    { width: 1440, height: 900 },
    { width: 1024, height: 680 },
  ])
    test(`the Deploy panel, ${scheme}, ${size.width}×${size.height}`, async ({ app }, info) => {
      test.skip(info.project.name === 'electron', 'the window is the same page; pictures are taken once')
      const { page } = app
      const shot = (name: string) => page.screenshot({ path: `e2e/.output/${name}-${scheme}-${size.width}x${size.height}.png` })
      await page.setViewportSize(size)
      await page.emulateMedia({ colorScheme: scheme })
      await app.openTemplate('lenet')
      await app.mode('Deploy')
      await shot('deploy-untrained')
      await train(app, '1')
      await app.mode('Deploy')
      await page.getByRole('button', { name: 'TensorFlow.js', exact: true }).click()
      await page.getByRole('button', { name: 'uint8' }).click()
      await exported(app, 'TensorFlow.js', info.outputPath('tfjs.zip'))
      await expect(page.getByText(/Accuracy on \d+ held-out samples/)).toBeVisible()
      await page.getByRole('button', { name: 'Picture (PNG)', exact: true }).click()
      await page.waitForTimeout(300)
      await shot('deploy-exported')
    })
