import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'
import { type App, expect, test } from './app.ts'

const models = fileURLToPath(new URL('../../shared/models/', import.meta.url))
const hasModels = existsSync(`${models}keras-mnist.h5`)

interface Upload {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}

/** A tfjs network of one layer: each of ten classes looks at its own rows of a 28×28 picture; the pad puts a lying stroke into the middle ones. */
const smallModel = (): Upload[] => {
  const kernel = Float32Array.from({ length: 784 * 10 }, (_, i) => (Math.floor(Math.floor(i / 10) / 28 / 2.8) === i % 10 ? 1 : 0))
  const topology = {
    class_name: 'Sequential',
    config: {
      name: 'rows',
      layers: [
        { class_name: 'Flatten', config: { name: 'flat', batch_input_shape: [null, 28, 28, 1] } },
        { class_name: 'Dense', config: { name: 'answer', units: 10, activation: 'softmax', use_bias: false } },
      ],
    },
  }
  const weights = [{ name: 'answer/kernel', shape: [784, 10], dtype: 'float32' }]
  const json = { format: 'layers-model', modelTopology: topology, weightsManifest: [{ paths: ['weights.bin'], weights }] }
  return [
    { name: 'model.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(json)) },
    { name: 'weights.bin', mimeType: 'application/octet-stream', buffer: Buffer.from(kernel.buffer) },
  ]
}

const importing = async (page: Page, files: readonly Upload[] | readonly string[]): Promise<void> => {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Import model…' }).click()])
  await chooser.setFiles([...files] as string[])
}

const viaPalette = async ({ page }: App, files: readonly Upload[]): Promise<void> => {
  await page.keyboard.press('Control+k')
  await page.keyboard.type('Import model')
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Enter')])
  await chooser.setFiles([...files])
}

test.beforeEach(({ app: _ }, info) => test.skip(info.project.name === 'electron', 'the files are chosen in the browser’s dialog'))

test('a tfjs network opens with its weights and answers at once', async ({ app }) => {
  const { page } = app
  await importing(page, smallModel())
  await expect(page.locator('.react-flow__node')).toHaveCount(3)
  await expect(page.locator('.toast')).toContainText('TensorFlow.js: 3 layers with their weights')
  await expect(app.parameters()).toContainText('7,840')
  await app.mode('Train')
  await page.getByRole('tab', { name: /Test pad/ }).click()
  await app.draw([
    [0.2, 0.5],
    [0.8, 0.5],
  ])
  await expect.poll(() => app.answer()).toMatch(/^[45]$/)
})

test('a broken file leaves the open network alone and says why', async ({ app }) => {
  const { page } = app
  await app.openTemplate('lenet')
  await viaPalette(app, [{ name: 'model.keras', mimeType: '', buffer: Buffer.from('PK\u0003\u0004 and nothing more') }])
  await expect(page.locator('.toast')).toContainText('model.keras cannot be opened')
  await expect(page.locator('.react-flow__node')).toHaveCount(8)
})

test('files dropped on the window open together', async ({ app }) => {
  const { page } = app
  const files = smallModel().map(f => ({ name: f.name, data: f.buffer.toString('base64') }))
  await page.evaluate(given => {
    const transfer = new DataTransfer()
    for (const { name, data } of given) transfer.items.add(new File([Uint8Array.from(atob(data), c => c.charCodeAt(0))], name))
    window.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }))
  }, files)
  await expect(page.locator('.react-flow__node')).toHaveCount(3)
})

test('models of other programs open, predict, and are looked at', async ({ app }) => {
  test.skip(!hasModels, 'no model files lie beside the repository')
  const { page } = app
  await importing(page, [`${models}tfjs-mnist.json`, `${models}tfjs-mnist.weights.bin`])
  await expect(page.locator('.react-flow__node')).toHaveCount(10)
  await expect(page.getByText('The weights were taken from “tfjs-mnist.weights.bin”')).toBeVisible()
  await expect(app.node('myConv1').locator('canvas').first()).toBeVisible()
  await app.settled('myConv1')
  await page.screenshot({ path: 'e2e/.output/import-tfjs.png' })
  await page.reload()
  await importing(page, [`${models}keras-mnist.h5`])
  await expect(page.locator('.react-flow__node')).toHaveCount(10)
  await app.mode('Train')
  await page.getByRole('tab', { name: /Test pad/ }).click()
  await app.draw([
    [0.5, 0.15],
    [0.5, 0.85],
  ])
  await expect.poll(() => app.answer()).toBe('1')
  await page.screenshot({ path: 'e2e/.output/import-keras.png' })
})
