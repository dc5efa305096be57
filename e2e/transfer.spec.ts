import { existsSync, mkdirSync } from 'node:fs'
import { type App, expect, test } from './app.ts'
import { mnistFiles } from './mnist.ts'

/** Chooses the classes and how many of each; the status of the data then tells that it is there. */
const chooseData = async (app: App, classes: string, perClass: string): Promise<void> => {
  await app.mode('Data')
  await app.setField('Classes', classes)
  await app.setField('Per class', perClass)
  await expect(app.page.getByText('Training samples per class')).toBeVisible({ timeout: 60_000 })
}

/** Draws a line across the wire between two cards with the mouse. */
const slash = async (app: App, from: string, to: string): Promise<void> => {
  const { x, y } = await app.wireMiddle(from, to)
  const { mouse } = app.page
  await mouse.move(x - 60, y + 2)
  await mouse.down()
  await mouse.move(x - 20, y, { steps: 4 })
  await mouse.move(x + 60, y - 2, { steps: 6 })
}

const recipe = (app: App, id: string) => app.page.locator(`[data-recipe="${id}"]`)

test('a network trained on some digits learns others: cut, freeze, new head, recipe, fine-tune, export', async ({ app }, info) => {
  test.setTimeout(240_000)
  const { page } = app
  const frozen = page.getByTestId('frozen-parameters')
  const shot = async (name: string): Promise<void> => {
    if (info.project.name === 'electron') return
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      for (const [width, height] of [
        [1440, 900],
        [1024, 680],
      ] as const) {
        await page.setViewportSize({ width, height })
        await page.waitForTimeout(400)
        await page.screenshot({ path: `e2e/.output/transfer-${name}-${colorScheme}-${width}x${height}.png` })
      }
    }
    await page.setViewportSize({ width: 1440, height: 900 })
  }
  await page.setViewportSize({ width: 1440, height: 900 })
  await app.openTemplate('lenet')

  await test.step('LeNet learns the digits 0 to 4', async () => {
    await app.mode('Data')
    if (mnistFiles.length > 0) await app.choosing(mnistFiles, () => page.getByRole('button', { name: 'Open IDX files…' }).click())
    else console.log('No MNIST files beside this clone: this story uses the bundled digits.')
    await chooseData(app, '0-4', '150')
    await app.node('output').click()
    await page.getByLabel('Units', { exact: true }).fill('5')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    await app.mode('Train')
    await page.getByLabel('Backend', { exact: true }).selectOption('wasm')
    await app.setField('Epochs', '2')
    await page.keyboard.press('Control+Enter')
    await expect(page.getByTestId('run-progress')).toBeVisible({ timeout: 60_000 })
    await app.trainingDone()
  })

  await test.step('a line that crosses no wire says so, and the knife stays in hand', async () => {
    await chooseData(app, '5-9', '50')
    await app.mode('Train')
    await page.getByRole('button', { name: 'Draw a cut: freeze' }).click()
    const layer = await page.getByTestId('cut-layer').boundingBox()
    if (!layer) throw new Error('The knife is not in hand.')
    await page.mouse.move(layer.x + 8, layer.y + 60)
    await page.mouse.down()
    await page.mouse.move(layer.x + 12, layer.y + 90, { steps: 4 })
    await page.mouse.up()
    await expect(page.getByText('The line crosses no wire')).toBeVisible()
    await expect(page.getByTestId('cut-layer')).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(page.getByTestId('cut-layer')).toHaveCount(0)
  })

  await test.step('a cut freezes what is above it, and one undo takes that back', async () => {
    await page.locator('.canvas').focus()
    await page.keyboard.press('k')
    await slash(app, 'pool_2', 'flatten')
    await expect(page.locator('.wire.cut')).toHaveCount(1)
    await page.mouse.up()
    await page.getByRole('dialog', { name: 'What to do at the cut' }).getByRole('button', { name: 'Freeze above' }).click()
    await expect(app.node('conv_2').locator('.card.frozen')).toBeVisible()
    await expect(app.node('fc_1').locator('.card.frozen')).toHaveCount(0)
    await expect(frozen).toContainText('25,570 frozen in 2 layers')
    await page.locator('.canvas').focus()
    await page.keyboard.press('Control+z')
    await expect(frozen).toHaveCount(0)
  })

  await test.step('a new head for five classes', async () => {
    await page.keyboard.press('k')
    await slash(app, 'pool_2', 'flatten')
    await page.mouse.up()
    const box = page.getByRole('dialog', { name: 'What to do at the cut' })
    await box.getByRole('button', { name: 'New head for 5 classes…' }).click()
    await shot('box')
    await box.getByRole('button', { name: 'Make the head' }).click()
    await expect(app.node('head_1')).toBeVisible()
    await expect(app.node('output')).toHaveCount(0)
    await expect(frozen).toContainText('25,570 frozen in 2 layers')
  })

  await test.step('a recipe sets freezing, rates and phases as one step', async () => {
    await page.locator('.canvas').focus()
    await page.keyboard.press('Escape')
    await expect(recipe(app, 'smallSimilar')).toBeVisible()
    await recipe(app, 'largeDifferent').click()
    await expect(frozen).toHaveCount(0)
    await page.locator('.canvas').focus()
    await page.keyboard.press('Control+z')
    await recipe(app, 'largeSimilar').click()
    await expect(recipe(app, 'largeSimilar')).toHaveAttribute('aria-pressed', 'true')
    await expect(frozen).toContainText('25,570 frozen')
    await expect(page.getByLabel('Then fine-tune', { exact: true })).toHaveValue('all')
    await app.setField('Epochs', '6')
    await app.setField('Its epochs', '2')
    await shot('recipes')
  })

  await test.step('head first on kept outputs, then fine-tuning, as one run', async () => {
    await page.keyboard.press('Control+Enter')
    await expect(page.getByTestId('run-progress')).toContainText('/ 8', { timeout: 60_000 })
    await app.trainingDone()
    await expect(page.getByTestId('features')).toContainText('Features of 2 frozen layers are computed once')
    await expect(page.getByTestId('features')).toContainText('as fast')
    await shot('trained')
  })

  await test.step('the network that came of it tells the new digits apart', async () => {
    await app.mode('Explore')
    await page.getByRole('button', { name: /^Evaluate on/ }).click()
    await expect(page.getByText('Accuracy').first()).toBeVisible({ timeout: 60_000 })
  })

  await test.step('and goes out as tfjs', async () => {
    await app.mode('Deploy')
    mkdirSync(info.outputPath('export'), { recursive: true })
    const path = await app.exporting('TensorFlow.js', info.outputPath('export/model.zip'))
    expect(existsSync(path)).toBe(true)
    await expect(page.getByText(/max \|Δ\|/)).toBeVisible()
  })
})

test('a cut by keyboard, below the selected layer', async ({ app }) => {
  const { page } = app
  await app.openTemplate('lenet')
  await app.node('pool_1').click()
  await page.keyboard.press('Shift+K')
  const box = page.getByRole('dialog', { name: 'What to do at the cut' })
  await expect(box.getByRole('button', { name: 'Freeze above' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('frozen-parameters')).toContainText('520 frozen in 1 layer')
  await app.node('output').click()
  await page.keyboard.press('Shift+K')
  await expect(page.getByText('Nothing follows "output"')).toBeVisible()
})
