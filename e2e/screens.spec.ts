import { expect, THREE, test } from './app.ts'

const SIZES = [
  { width: 1440, height: 900 },
  { width: 1024, height: 680 },
] as const

/** Pictures of the main screens, written to `e2e/.output`, to be looked at; `docs/screenshot.png` is a copy of one. */
for (const scheme of ['dark', 'light'] as const) {
  for (const size of SIZES) {
    test(`screens, ${scheme}, ${size.width}×${size.height}`, async ({ app }, info) => {
      test.skip(info.project.name === 'electron', 'the window is the same page; pictures are taken once')
      const { page } = app
      const shot = (name: string) => page.screenshot({ path: `e2e/.output/${name}-${scheme}-${size.width}x${size.height}.png` })
      await page.setViewportSize(size)
      await page.emulateMedia({ colorScheme: scheme })
      await page.locator('[data-template="lenet"]').waitFor()
      await shot('start')
      await app.openTemplate('lenet')
      await page.waitForTimeout(2500)
      await shot('design')
      await app.mode('Data')
      await page.waitForTimeout(800)
      await shot('data')
      await app.mode('Train')
      await app.setField('Epochs', '4')
      await page.keyboard.press('Control+Enter')
      await app.trainingDone()
      await app.node('conv_1').click()
      await page.waitForTimeout(1200)
      await app.draw(THREE)
      await page.waitForTimeout(1500)
      await shot('train')
      await app.mode('Explore')
      await page.waitForTimeout(1200)
      await shot('explore')
      await app.mode('Deploy')
      await page.waitForTimeout(400)
      await shot('deploy')
      await page.keyboard.press('Control+k')
      await page.waitForTimeout(300)
      await shot('commands')
      await expect(page.locator('.react-flow__node')).toHaveCount(8)
    })
  }
}
