import { chromium } from '@playwright/test'
import { App, expect, test, withoutPickers } from './app.ts'

test('work survives a kill of the whole program', async ({ launchOptions, baseURL }, info) => {
  test.skip(info.project.name === 'electron', 'the desktop has its own kill story in electronDouble.spec.ts')
  const profile = info.outputPath('profile')
  const start = async () => {
    const context = await chromium.launchPersistentContext(profile, { ...launchOptions, viewport: { width: 1440, height: 900 } })
    const page = context.pages()[0] ?? (await context.newPage())
    await withoutPickers(page)
    await page.goto(baseURL ?? '')
    return { context, app: new App(page) }
  }

  const before = await start()
  await before.app.openTemplate('fc64')
  await before.app.node('fc_1').click()
  await before.app.setField('Units', '100')
  await expect(before.app.parameters()).toHaveText('79,510 parameters')
  await before.app.page.keyboard.press('Escape')
  await before.app.page.keyboard.press('Control+Enter')
  await before.app.trainingDone()
  await before.app.page.waitForTimeout(3000)
  const answers = await before.app.page.getByTestId('answers').first().textContent()
  const session = await before.context.newCDPSession(before.app.page)
  const crashed = before.context.waitForEvent('close')
  await session.send('Browser.crash').catch(() => undefined)
  await crashed

  const after = await start()
  await expect(after.app.page.getByText('Nothing is lost.')).toBeVisible()
  await after.app.page.getByRole('button', { name: 'Go on with it' }).click()
  await expect(after.app.parameters()).toHaveText('79,510 parameters')
  await expect.poll(() => after.app.page.getByTestId('answers').first().textContent()).toBe(answers)
  await after.context.close()
})

test('a dead engine ends the run in a sentence, and the weights of its last epoch stay, work and can be saved', async ({ app }, info) => {
  const { page } = app
  await app.openTemplate('iris-mlp')
  await app.mode('Train')
  await app.setField('Epochs', '100000')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByTestId('run-progress')).toContainText(/epoch (\d{2,}|[2-9]) /, { timeout: 60_000 })
  const engine = page.workers().find(worker => worker.url().includes('trainer.worker'))
  if (!engine) throw new Error('The engine has no worker.')
  await engine.evaluate(() => void setTimeout(() => reportError(new Error('pulled the plug'))))
  const sentence = /^The engine stopped: .*pulled the plug\. The weights of epoch \d+ are kept\.$/
  await expect(page.getByRole('status').filter({ hasText: 'The engine stopped' })).toHaveText(sentence)
  await expect(page.getByRole('alert').filter({ hasText: 'The engine stopped' }).first()).toHaveText(sentence)
  await app.trainingDone()

  await test.step('a new engine goes on from them', async () => {
    await expect.poll(() => page.workers().filter(worker => worker.url().includes('trainer.worker')).length).toBe(1)
    await app.mode('Explore')
    await page.getByRole('button', { name: /^Evaluate on/ }).click()
    await expect(page.getByText(/^(9\d|100)(\.\d+)?\s?%$/).first()).toBeVisible()
  })

  await test.step('and they are in the file', async () => {
    const path = info.outputPath('kept.netloom')
    await app.downloading(path, () => page.keyboard.press('Control+s'))
    const { readFileSync } = await import('node:fs')
    const { unzipSync } = await import('fflate')
    const { 'weights.safetensors': weights } = unzipSync(readFileSync(path))
    expect(weights?.length).toBeGreaterThan(193 * 4)
  })
})

test('a broken file is refused in one sentence and the open work stays', async ({ app }, info) => {
  await app.openTemplate('iris-mlp')
  await app.mode('Design')
  const { writeFileSync } = await import('node:fs')
  const broken = info.outputPath('broken.netloom')
  writeFileSync(broken, 'PK this is no project')
  await app.choosing([broken], () => app.page.keyboard.press('Control+o'))
  await expect(app.page.getByRole('status')).toContainText('broken.netloom cannot be opened')
  await expect(app.parameters()).toHaveText('193 parameters')
})
