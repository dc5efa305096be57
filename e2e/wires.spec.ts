import { expect, test } from './app.ts'

test('a wire is picked up by its end: it goes to another card, is refused with a reason, or is dropped', async ({ app }) => {
  const { page } = app
  await app.openTemplate('lenet')
  await app.settled('output')
  const edge = (from: string, to: string) => page.getByRole('group', { name: `wire from ${from} to ${to}`, exact: true })
  const pickUp = async (into: string) => {
    const card = await app.card(into)
    await page.mouse.move(card.x + card.width / 2, card.y - 6)
    await page.mouse.down()
    await page.mouse.move(card.x + card.width / 2 + 40, card.y - 20, { steps: 4 })
  }
  const dropOn = async (id: string) => {
    const card = await app.card(id)
    await page.mouse.move(card.x + card.width / 2, card.y + 4, { steps: 8 })
    await page.mouse.up()
  }

  await test.step('another card takes it', async () => {
    await pickUp('fc_1')
    await dropOn('output')
    await expect(edge('flatten', 'output')).toHaveCount(1)
    await expect(edge('flatten', 'fc_1')).toHaveCount(0)
    await page.keyboard.press('Control+z')
    await expect(edge('flatten', 'fc_1')).toHaveCount(1)
  })

  await test.step('a loop is refused, and the wire stays', async () => {
    await pickUp('fc_1')
    await dropOn('conv_1')
    await expect(page.getByText(/would close a loop|cannot feed/)).toBeVisible()
    await expect(edge('flatten', 'fc_1')).toHaveCount(1)
  })

  await test.step('in empty space it is gone, in one undo step', async () => {
    await pickUp('fc_1')
    const card = await app.card('flatten')
    await page.mouse.move(card.x - 60, card.y + 10, { steps: 6 })
    await page.mouse.up()
    await expect(edge('flatten', 'fc_1')).toHaveCount(0)
    await page.keyboard.press('Control+z')
    await expect(page.locator('.react-flow__edge')).toHaveCount(7)
  })
})
