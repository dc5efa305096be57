import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Frame, Page, Route } from '@playwright/test'
import { makeCodec } from './codec.ts'
import { IN, preloadScript } from './pageSide.ts'
import type { SchemeServer } from './scheme.ts'

/** What a window needs from around it. */
export interface Surroundings {
  newPage(): Promise<Page>
  readonly scheme: SchemeServer
  lets(url: string): Promise<boolean>
  isDead(): boolean
  onWindow(window: WindowDouble): void
  onContents(contents: WebContentsDouble): void
  onClosed(window: WindowDouble): void
}

/** A frame as the app sees it; one object per frame, so that they can be compared. */
export interface FrameDouble {
  readonly url: string
}

const codec = makeCodec()

const preventable = () => ({
  defaultPrevented: false,
  preventDefault() {
    this.defaultPrevented = true
  },
})

/** A page behind a window. */
export class WebContentsDouble extends EventEmitter {
  page: Page | null = null
  private readonly frames = new WeakMap<Frame, FrameDouble>()
  private readonly around: Surroundings
  private openHandler: (details: { url: string }) => { action: string } = () => ({ action: 'allow' })
  private sending: Promise<unknown> = Promise.resolve()
  readonly reopen: () => Promise<void>

  constructor(around: Surroundings, reopen: () => Promise<void>) {
    super()
    this.around = around
    this.reopen = reopen
  }

  frame(frame: Frame): FrameDouble {
    const { scheme } = this.around
    const known = this.frames.get(frame) ?? {
      get url() {
        return scheme.toApp(frame.url())
      },
    }
    this.frames.set(frame, known)
    return known
  }

  get mainFrame(): FrameDouble | null {
    return this.page ? this.frame(this.page.mainFrame()) : null
  }

  send(channel: string, ...args: unknown[]): void {
    const text = codec.encode(args)
    const { page } = this
    if (!page || this.around.isDead()) return
    const call = ([name, how, what]: readonly [string, string, string]) => Reflect.get(window, name)?.(how, what)
    this.sending = this.sending.then(() => page.evaluate(call, [IN, channel, text] as const).catch(() => undefined))
  }

  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler
  }

  reload(): void {
    void this.reopen()
  }

  forcefullyCrashRenderer(): void {
    this.emit('render-process-gone', {}, { reason: 'killed' })
  }

  /** Meets the page's wishes to go elsewhere with the app's own rules. */
  async watch(page: Page): Promise<void> {
    this.page = page
    page.on('load', () => this.emit('did-finish-load'))
    page.on('popup', popup => {
      const { action } = this.openHandler({ url: this.around.scheme.toApp(popup.url()) })
      if (action === 'deny') void popup.close()
    })
    page.on('crash', () => this.emit('render-process-gone', {}, { reason: 'crashed' }))
    await page.route(
      url => url.origin !== this.around.scheme.origin,
      route => this.meet(route),
    )
  }

  private async meet(route: Route): Promise<void> {
    const url = route.request().url()
    if (route.request().isNavigationRequest()) {
      const event = { ...preventable(), url }
      this.emit(route.request().frame() === this.page?.mainFrame() ? 'will-navigate' : 'will-frame-navigate', event)
      // An answer without content leaves a page where it is.
      if (event.defaultPrevented) return route.fulfill({ status: 204 })
    }
    await ((await this.around.lets(url)) ? route.continue() : route.abort())
  }
}

interface Options {
  readonly webPreferences?: { readonly preload?: string; readonly [name: string]: unknown }
  readonly [name: string]: unknown
}

/** A window: a page of Chromium and what the app set on it. */
export class WindowDouble extends EventEmitter {
  readonly options: Options
  readonly webContents: WebContentsDouble
  title = ''
  edited = false
  shown = false
  private destroyed = false
  private address = ''
  private readonly around: Surroundings

  constructor(around: Surroundings, options: Options) {
    super()
    this.around = around
    this.options = options
    this.title = String(options.title ?? '')
    this.webContents = new WebContentsDouble(around, () => this.open())
    around.onWindow(this)
    around.onContents(this.webContents)
  }

  async loadURL(url: string): Promise<void> {
    this.address = url
    await this.open()
  }

  private async open(): Promise<void> {
    const old = this.webContents.page
    const page = await this.around.newPage()
    const preload = this.options.webPreferences?.preload
    if (preload) await page.addInitScript(preloadScript(readFileSync(preload, 'utf8'), this.around.scheme.origin))
    await this.webContents.watch(page)
    this.webContents.emit('did-start-loading')
    await page.goto(this.around.scheme.toLocal(this.address))
    this.emit('ready-to-show')
    await old?.close().catch(() => undefined)
  }

  /** As the user's click on the cross: the app may prevent it. */
  close(): void {
    const event = preventable()
    this.emit('close', event)
    if (!event.defaultPrevented) this.destroy()
  }

  destroy(): void {
    if (this.destroyed) return
    this.destroyed = true
    void this.webContents.page?.close().catch(() => undefined)
    this.emit('closed')
    this.around.onClosed(this)
  }

  isDestroyed(): boolean {
    return this.destroyed
  }
  isMinimized(): boolean {
    return false
  }
  restore(): void {}
  focus(): void {
    this.emit('focus')
  }
  show(): void {
    this.shown = true
  }
  setTitle(title: string): void {
    this.title = title
  }
  setDocumentEdited(edited: boolean): void {
    this.edited = edited
  }
}
