import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { _electron, test as base, type Locator, type Page } from '@playwright/test'

/** What a person does with Netloom, as verbs. */
export class App {
  readonly page: Page
  constructor(page: Page) {
    this.page = page
  }

  /** The card of a node on the canvas, by the node's id. */
  node(id: string): Locator {
    return this.page.locator(`.react-flow__node[data-id="${id}"]`)
  }

  /** Opens a template from the start page. */
  async openTemplate(id: string): Promise<void> {
    await this.page.locator(`[data-template="${id}"]`).click()
    await this.page.locator('.react-flow__node').first().waitFor()
  }

  /** Goes to one of Design, Data, Train, Explore, Deploy. */
  async mode(name: string): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Modes' }).getByRole('button', { name, exact: true }).click()
  }

  /** The row of the Deploy panel that belongs to a format. */
  exporter(title: string): Locator {
    return this.page.getByRole('listitem').filter({ has: this.page.getByRole('button', { name: title, exact: true }) })
  }

  /** Exports to a format from the Deploy panel; returns where the file lies. */
  exporting(title: string, path: string): Promise<string> {
    return this.downloading(path, () => this.page.getByRole('button', { name: `Export ${title}`, exact: true }).click())
  }

  /** Drags a layer from the palette with the mouse to a point of the page. */
  async dragLayer(title: string, x: number, y: number): Promise<void> {
    const source = this.page.getByRole('navigation', { name: 'Layers' }).getByRole('button', { name: title, exact: true })
    const box = await source.boundingBox()
    if (!box) throw new Error(`The palette does not show ${title}.`)
    const { mouse } = this.page
    await mouse.move(box.x + 40, box.y + box.height / 2)
    await mouse.down()
    await mouse.move(box.x + 60, box.y + box.height / 2 + 8, { steps: 3 })
    await mouse.move(x, y, { steps: 12 })
    await mouse.move(x + 1, y + 1, { steps: 2 })
    await mouse.up()
  }

  /** Waits until the view no longer moves. */
  async settled(id: string): Promise<void> {
    let last = ''
    for (let same = 0; same < 4; ) {
      const now = JSON.stringify(await this.card(id))
      same = now === last ? same + 1 : 0
      last = now
      await this.page.waitForTimeout(150)
    }
  }

  /** The middle of the wire between two nodes, in page pixels. */
  async wireMiddle(from: string, to: string): Promise<{ x: number; y: number }> {
    await this.settled(from)
    const [a, b] = [await this.card(from), await this.card(to)]
    return { x: (a.x + a.width / 2 + b.x + b.width / 2) / 2, y: (a.y + a.height + b.y) / 2 }
  }

  /** Where a node's card lies, in page pixels. */
  async card(id: string): Promise<{ x: number; y: number; width: number; height: number }> {
    const box = await this.node(id).locator('.card').first().boundingBox()
    if (!box) throw new Error(`${id} is not on the canvas.`)
    return box
  }

  /** Total parameters in the status bar. */
  parameters(): Locator {
    return this.page.getByTestId('total-parameters')
  }

  /** Sets a field of the sidebar by its label. */
  async setField(label: string, value: string): Promise<void> {
    const field = this.page.getByLabel(label, { exact: true })
    await field.fill(value)
    await field.press('Enter')
  }

  /** Answers the next file dialog with these files of this computer. */
  async choosing(files: readonly string[], action: () => Promise<void>): Promise<void> {
    const [chooser] = await Promise.all([this.page.waitForEvent('filechooser'), action()])
    await chooser.setFiles([...files])
  }

  /** Does something that ends in a download; returns where the file lies. */
  async downloading(path: string, action: () => Promise<void>): Promise<string> {
    const [download] = await Promise.all([this.page.waitForEvent('download'), action()])
    await download.saveAs(path)
    return path
  }

  /** The answer of the test pad with the largest share, e.g. `3`. */
  async answer(): Promise<string> {
    return (await this.page.getByTestId('answers').locator('.winner .answer-name').first().textContent()) ?? ''
  }

  /** Draws a line through points of the test pad, each 0–1 from its top left corner. */
  async draw(points: readonly (readonly [number, number])[]): Promise<void> {
    const box = await this.page.getByTestId('pad').first().boundingBox()
    if (!box) throw new Error('The test pad is not on the screen.')
    const at = ([x, y]: readonly [number, number]) => [box.x + x * box.width, box.y + y * box.height] as const
    const [first, ...rest] = points
    if (!first) return
    await this.page.mouse.move(...at(first))
    await this.page.mouse.down()
    for (const point of rest) await this.page.mouse.move(...at(point), { steps: 6 })
    await this.page.mouse.up()
  }

  /** Sum of the pixels of a node's film strip, to tell one picture from another. */
  stripSum(id: string): Promise<number> {
    return this.node(id)
      .locator('canvas')
      .first()
      .evaluate((canvas: HTMLCanvasElement) => {
        const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? []
        let sum = 0
        for (let i = 0; i < data.length; i++) sum += (data[i] ?? 0) * ((i % 251) + 1)
        return sum
      })
  }

  /** Waits until the run has ended. */
  async trainingDone(timeout = 150_000): Promise<void> {
    await this.page.locator('.titlebar-right').getByRole('button', { name: 'Train', exact: true }).waitFor({ timeout })
  }
}

const require = createRequire(import.meta.url)

/** Path of Electron's binary, or null when it was never fetched. Asking must not start a download. */
export const electronBinary = (): string | null => {
  const home = dirname(require.resolve('electron/package.json'))
  const named = join(home, 'path.txt')
  if (!existsSync(named)) return null
  const binary = join(home, 'dist', readFileSync(named, 'utf8').trim())
  return existsSync(binary) ? binary : null
}

/** Takes away the browser's own save and open dialogs, which no test can answer; the page then uploads and downloads. */
export const withoutPickers = (page: Page): Promise<unknown> =>
  page.addInitScript(() => {
    for (const name of ['showOpenFilePicker', 'showSaveFilePicker', 'showDirectoryPicker']) Reflect.deleteProperty(window, name)
  })

/** Each story gets an `app`: a browser page, or the desktop's window in the project `electron`. */
export const test = base.extend<{ app: App }>({
  app: async ({ page }, use, info) => {
    if (info.project.name !== 'electron') {
      await withoutPickers(page)
      await page.goto('/')
      await use(new App(page))
      return
    }
    const binary = electronBinary()
    test.skip(binary === null, 'skipped: no Electron binary')
    const desktop = await _electron.launch({
      executablePath: binary ?? '',
      args: ['dist/electron/main.cjs', `--user-data-dir=${info.outputPath('profile')}`],
    })
    await use(new App(await desktop.firstWindow()))
    await desktop.close()
  },
})

export { expect } from '@playwright/test'

/** A 3, as a hand draws it. */
export const THREE = [
  [0.3, 0.25],
  [0.5, 0.15],
  [0.7, 0.25],
  [0.65, 0.4],
  [0.5, 0.48],
  [0.7, 0.58],
  [0.7, 0.75],
  [0.5, 0.85],
  [0.3, 0.78],
] as const
