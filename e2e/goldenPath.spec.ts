import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { type App, expect, test } from './app.ts'
import { mnistFiles } from './mnist.ts'

/** How much each backend trains: the software WebGPU adapter is right but slow. */
const RUNS = {
  wasm: { backend: 'wasm', limit: '1500', validation: '0.1', epochs: '4', batch: '50', accuracy: 0.7 },
  webgpu: { backend: 'webgpu', limit: '100', validation: '0.01', epochs: '1', batch: '10', accuracy: 0 },
} as const

const chooseData = async (app: App, { limit, validation }: { limit: string; validation: string }): Promise<void> => {
  await app.mode('Data')
  if (mnistFiles.length > 0) {
    await app.choosing(mnistFiles, () => app.page.getByRole('button', { name: 'Open IDX files…' }).click())
    await expect(app.page.getByText('IDX files from this computer')).toBeVisible()
  } else {
    console.log('No MNIST files beside this clone: this story uses the bundled digits.')
  }
  await app.page.getByRole('slider', { name: /^Validation/ }).fill(validation)
  await app.setField('Use at most', limit)
  await expect(app.page.getByText('Training samples per class')).toBeVisible({ timeout: 60_000 })
}

const insertDropout = async (app: App): Promise<void> => {
  const middle = await app.wireMiddle('fc_1', 'output')
  await app.dragLayer('Dropout', middle.x, middle.y)
  await expect(app.node('dropout_1')).toBeVisible()
  await expect(app.page.locator('.react-flow__edge')).toHaveCount(8)
  await expect(app.parameters()).toHaveText('233,196 parameters')
}

for (const run of Object.values(RUNS)) {
  test(`the golden path on ${run.backend}`, async ({ app }, info) => {
    const { page } = app
    await app.openTemplate('lenet')
    await expect(app.parameters()).toHaveText('233,196 parameters')

    await test.step('a layer dropped on a wire is inserted, and one undo takes it back', async () => {
      await insertDropout(app)
      await page.keyboard.press('Control+z')
      await expect(app.node('dropout_1')).toHaveCount(0)
      await expect(page.locator('.react-flow__edge')).toHaveCount(7)
      await page.keyboard.press('Control+Shift+z')
      await expect(app.node('dropout_1')).toBeVisible()
    })

    await test.step('real images', () => chooseData(app, run))

    await test.step('training shows loss, accuracy, speed and feature maps', async () => {
      await app.mode('Train')
      await page.getByLabel('Backend', { exact: true }).selectOption(run.backend)
      await app.setField('Epochs', run.epochs)
      await app.setField('Batch size', run.batch)
      await page.keyboard.press('Control+Enter')
      await expect(page.getByTestId('backend')).toHaveAttribute('data-backend', run.backend, { timeout: 60_000 })
      await expect(page.getByTestId('run-progress')).toContainText('epoch', { timeout: 60_000 })
      const first = await app.stripSum('conv_1')
      await expect.poll(() => app.stripSum('conv_1'), { timeout: 90_000 }).not.toBe(first)
    })

    await test.step('pause, one batch, another rate, go on', async () => {
      await page.getByRole('button', { name: 'Pause' }).click()
      const step = page.getByRole('button', { name: 'Step', exact: true })
      await expect(step).toBeEnabled({ timeout: 60_000 })
      const before = await page.getByTestId('run-progress').textContent()
      await step.click()
      await expect(page.getByTestId('run-progress')).not.toHaveText(before ?? '', { timeout: 60_000 })
      await app.setField('Learning rate', '0.0005')
      await page.getByRole('button', { name: 'Resume' }).click()
      await app.trainingDone()
    })

    await test.step('a drawing is recognised and shows in every layer', async () => {
      const before = await app.stripSum('input')
      await app.draw([
        [0.5, 0.15],
        [0.5, 0.5],
        [0.5, 0.85],
      ])
      await expect.poll(() => app.stripSum('input')).not.toBe(before)
      await expect(page.getByTestId('answers').locator('.winner')).toHaveCount(1)
      await expect(page.locator('.paths g path').first()).toBeAttached()
      if (run.accuracy > 0) await expect.poll(() => app.answer()).toBe('1')
    })

    await test.step('the saved file works without a window', async () => {
      const path = info.outputPath('golden.netloom')
      await app.downloading(path, () => page.keyboard.press('Control+s'))
      const data = mnistFiles.length > 0 ? 'idx:../shared/datasets/mnist' : 'digits28'
      const cli = spawnSync('node', ['bin/netloom.mjs', 'evaluate', path, '--data', data, '--json'], { encoding: 'utf8' })
      expect(cli.status, cli.stderr).toBe(0)
      const { accuracy, count } = JSON.parse(cli.stdout)
      expect(count).toBeGreaterThan(300)
      expect(accuracy).toBeGreaterThan(run.accuracy)
    })

    await test.step('the export is proven on screen', async () => {
      await app.mode('Deploy')
      mkdirSync(info.outputPath('export'), { recursive: true })
      await app.exporting('TensorFlow.js', info.outputPath('export/model.zip'))
      await expect(app.exporter('TensorFlow.js').getByText(/max \|Δ\|/)).toBeVisible()
    })
  })
}
