import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import vm from 'node:vm'
import { type Browser, type BrowserContext, chromium, type Page } from '@playwright/test'
import { AppDouble } from './app.ts'
import { makeCodec } from './codec.ts'
import { type Answer, type Asked, makeDialogs } from './dialogs.ts'
import { makeMenu } from './menu.ts'
import { OUT } from './pageSide.ts'
import { serveScheme } from './scheme.ts'
import { makeSession } from './session.ts'
import { type WebContentsDouble, WindowDouble } from './window.ts'

/** How the desktop app is started. */
export interface LaunchOptions {
  /** The built main process, `dist/electron/main.cjs`. */
  readonly main: string
  /** Folder for the app's own data; the same one again stands for a restart. */
  readonly userData: string
  /** Arguments after the program's name, e.g. a project file. */
  readonly args?: readonly string[]
  readonly chromium?: string
  readonly chromiumArgs?: readonly string[]
  readonly viewport?: { readonly width: number; readonly height: number }
}

/** The running app and the hands of its user. */
export interface DesktopDouble {
  /** The window's page; another one after a crash. */
  readonly page: Page
  readonly window: WindowDouble
  readonly app: AppDouble
  /** Answers the dialog that is open, or the next one: paths, a button's label, or null to cancel. */
  answer(answer: Answer): void
  readonly asked: readonly Asked[]
  clickMenu(...labels: readonly string[]): void
  menuLabels(): readonly string[]
  /** As if the program were started again with these arguments in `folder`. */
  secondInstance(args: readonly string[], folder: string): void
  /** As if the system asked for a file to be opened (macOS). */
  openFile(path: string): void
  /** Names of safety rules that the app did not set. */
  missingRules(): readonly string[]
  /** The renderer process dies. */
  crash(): Promise<void>
  /** Everything dies at once: nothing that the page says or the app sends arrives any more. */
  kill(): Promise<void>
  /** The user quits; gives false when the app asked and stayed. */
  quit(): Promise<boolean>
}

type Handler = (event: object, ...args: unknown[]) => unknown

/** Refuses what the double does not have, by name, so that new uses of Electron are noticed. */
const strict = <T extends object>(name: string, object: T): T =>
  new Proxy(object, {
    get: (target, key) => {
      if (!(key in target) && typeof key === 'string' && key !== 'then' && key !== '__esModule')
        throw new Error(`The Electron double has no ${name}.${key} yet.`)
      const value: unknown = Reflect.get(target, key)
      return typeof value === 'function' && !(value.prototype && key === 'BrowserWindow') ? value.bind(target) : value
    },
  })

/** Runs the built main process with `electron` replaced; `process` gets the arguments of this start. */
const runMain = (main: string, electron: object, args: readonly string[]): void => {
  const require = createRequire(main)
  const ours = (name: string): unknown => (name === 'electron' ? electron : require(name))
  const start = Object.create(process, { argv: { value: ['electron', ...args] } }) as NodeJS.Process
  const code = `(function (require, module, exports, __filename, __dirname, process) {${readFileSync(main, 'utf8')}\n})`
  const module = { exports: {} }
  vm.runInThisContext(code, { filename: main })(ours, module, module.exports, main, dirname(main), start)
}

/** Starts the built app on Chromium; resolves when its window has loaded. */
export const launchDouble = async (options: LaunchOptions): Promise<DesktopDouble> => {
  const codec = makeCodec()
  const windows: WindowDouble[] = []
  const handlers = new Map<string, Handler>()
  const { dialog, asked, answer } = makeDialogs()
  const { Menu, click, labels } = makeMenu()
  const { session, schemes, lets, missing } = makeSession()
  const app = new AppDouble(options.userData, () => windows)
  const scheme = await serveScheme('app://bundle', () => schemes.get('app'))
  let dead = false
  let browser: Browser | null = null
  let context: Promise<BrowserContext> | null = null

  const end = async (): Promise<void> => {
    dead = true
    await browser?.close()
    await scheme.close()
  }
  const ended = new Promise<void>(done => {
    app.onQuit = () => void end().then(done)
  })

  const answerPage = async (page: Page, frame: Parameters<WebContentsDouble['frame']>[0], text: string): Promise<string> => {
    const contents = windows.find(window => window.webContents.page === page)?.webContents
    const { channel, args } = codec.decode(text) as { channel: string; args: unknown[] }
    const handler = handlers.get(channel)
    if (dead || !contents || !handler) return codec.encode({ error: `No handler registered for '${channel}'` })
    try {
      const value = await handler({ sender: contents, senderFrame: contents.frame(frame) }, ...args)
      // A killed app answers nothing, not even what it had begun.
      if (dead) return new Promise<string>(() => undefined)
      return codec.encode({ value })
    } catch (error) {
      return codec.encode({ error: String(error) })
    }
  }

  const openContext = async (): Promise<BrowserContext> => {
    const root = process.getuid?.() === 0 ? ['--no-sandbox'] : []
    const args = [...root, '--enable-unsafe-webgpu', ...app.switches, ...(options.chromiumArgs ?? [])]
    browser = await chromium.launch({ args, ...(options.chromium ? { executablePath: options.chromium } : {}) })
    const made = await browser.newContext({ viewport: options.viewport ?? { width: 1440, height: 900 } })
    await made.exposeBinding(OUT, ({ page, frame }, text: string) => answerPage(page, frame, text))
    return made
  }

  const around = {
    newPage: async () => {
      context ??= openContext()
      return (await context).newPage()
    },
    scheme,
    lets,
    isDead: () => dead,
    onWindow: (window: WindowDouble) => void windows.push(window),
    onContents: (contents: WebContentsDouble) => void app.emit('web-contents-created', {}, contents),
    onClosed: () => {
      if (windows.every(window => window.isDestroyed())) app.emit('window-all-closed')
    },
  }
  const BrowserWindow = class extends WindowDouble {
    constructor(settings: WindowDouble['options']) {
      super(around, settings)
    }
  }
  const ipcMain = {
    handle: (channel: string, handler: Handler) => {
      if (handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`)
      handlers.set(channel, handler)
    },
  }
  const protocol = { registerSchemesAsPrivileged: () => app.early('protocol.registerSchemesAsPrivileged') }
  const electron = strict('electron', {
    app: strict('app', app),
    BrowserWindow,
    dialog: strict('dialog', dialog),
    ipcMain: strict('ipcMain', ipcMain),
    Menu: strict('Menu', Menu),
    protocol: strict('protocol', protocol),
    session: strict('session', { defaultSession: strict('session.defaultSession', session) }),
  })

  runMain(options.main, electron, [options.main, ...(options.args ?? [])])
  app.setReady()
  const window = await new Promise<WindowDouble>(done => {
    const look = (): void => {
      const [first] = windows
      if (first) first.once('ready-to-show', () => done(first))
      else setTimeout(look, 10)
    }
    look()
  })
  return {
    get page() {
      const { page } = window.webContents
      if (!page) throw new Error('The window has no page.')
      return page
    },
    window,
    app,
    answer,
    asked,
    clickMenu: click,
    menuLabels: labels,
    secondInstance: (args, folder) => void app.emit('second-instance', {}, ['electron', ...args], folder),
    openFile: path => void app.emit('open-file', { preventDefault: () => undefined }, path),
    missingRules: missing,
    crash: async () => {
      const back = new Promise(done => window.once('ready-to-show', done))
      const cdp = await window.webContents.page?.context().newCDPSession(window.webContents.page)
      void cdp?.send('Page.crash').catch(() => undefined)
      await back
    },
    kill: end,
    quit: async () => {
      app.quit()
      const stays = new Promise<'stays'>(done => setTimeout(() => done('stays'), 1500))
      return (await Promise.race([ended.then(() => 'ended' as const), stays])) === 'ended'
    },
  }
}

/** The built main process of this checkout. */
export const BUILT_MAIN = join(import.meta.dirname, '../../../dist/electron/main.cjs')
