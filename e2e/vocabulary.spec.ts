import { expect, test } from './app.ts'

/** Pictures of both looks and both sizes, written to `e2e/.output`, to be looked at. */
const LOOKS = ['dark', 'light'].flatMap(scheme => [
  { scheme, width: 1440, height: 900 },
  { scheme, width: 1024, height: 680 },
])

test('augmented pictures are shown as the network sees them, and a run with finer settings tells its metrics', async ({ app }, info) => {
  test.setTimeout(240_000)
  const { page } = app
  const shoot = async (name: string) => {
    if (info.project.name === 'electron') return
    for (const { scheme, width, height } of LOOKS) {
      await page.setViewportSize({ width, height })
      await page.emulateMedia({ colorScheme: scheme as 'dark' | 'light' })
      await page.waitForTimeout(400)
      await page.screenshot({ path: `e2e/.output/${name}-${scheme}-${width}x${height}.png` })
    }
  }
  const pictures = page.locator('.samples-body canvas').first()
  const sum = () =>
    pictures.evaluate((canvas: HTMLCanvasElement) => {
      const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? []
      let total = 0
      for (let i = 0; i < data.length; i++) total += (data[i] ?? 0) * ((i % 251) + 1)
      return total
    })
  await app.openTemplate('lenet')

  await test.step('the Data panel shows an epoch, the next one, and the pictures as they are', async () => {
    await app.mode('Data')
    await app.setField('Shift, px', '4')
    await app.setField('Rotate, °', '20')
    await page.getByRole('button', { name: 'Show what the network sees' }).click()
    await expect(page.getByRole('button', { name: 'As trained' })).toHaveAttribute('aria-pressed', 'true')
    const first = await sum()
    await page.getByTitle('The same pictures as the next epoch sees them').click()
    await expect.poll(sum).not.toBe(first)
    const second = await sum()
    await shoot('augmentation')
    await page.getByRole('button', { name: 'As they are' }).click()
    await expect.poll(sum).not.toBe(second)
    await expect(page.getByTitle('The same pictures as the next epoch sees them')).toHaveCount(0)
  })

  await test.step('weight decay and clipping stand behind More', async () => {
    await app.mode('Train')
    await page.getByText('More', { exact: true }).click()
    await page.getByLabel('Optimizer').selectOption('adamw')
    await expect(page.getByLabel('Weight decay')).toHaveValue('4e-3')
    await page.getByLabel('Optimizer').selectOption('nadam')
    await expect(page.getByLabel('Weight decay')).toHaveValue('0')
    await page.getByLabel('Gradients').selectOption('globalNorm')
    await app.setField('At most', '2')
    await shoot('finer')
    await app.setField('Epochs', '2')
    await page.keyboard.press('Control+Enter')
    await app.trainingDone()
  })

  await test.step('the evaluation tells metrics, and precision and recall by class', async () => {
    await app.mode('Explore')
    await page.getByRole('button', { name: /^Evaluate on the/ }).click()
    await expect(page.getByText('Top 5')).toBeVisible({ timeout: 60_000 })
    await page.getByText('Precision and recall by class').click()
    await expect(page.locator('.per-class tbody tr')).toHaveCount(10)
    await shoot('metrics')
  })
})
