import { EventEmitter } from 'node:events'

/** The `app` object: what the main process says before it is ready, and what the system tells it later. */
export class AppDouble extends EventEmitter {
  readonly isPackaged = false
  readonly switches: string[] = []
  isSandboxed = false
  isReady = false
  /** Called once the app has ended. */
  onQuit: () => void = () => undefined
  private readonly userData: string
  private becomeReady: () => void = () => undefined
  private readonly ready: Promise<void>
  private readonly windows: () => readonly { close(): void; isDestroyed(): boolean }[]

  constructor(userData: string, windows: () => readonly { close(): void; isDestroyed(): boolean }[]) {
    super()
    this.userData = userData
    this.windows = windows
    this.ready = new Promise(done => {
      this.becomeReady = done
    })
  }

  readonly commandLine = {
    appendSwitch: (name: string, value?: string): void => {
      this.early('commandLine.appendSwitch')
      this.switches.push(value === undefined ? `--${name}` : `--${name}=${value}`)
    },
  }

  /** Refuses what Electron takes only before it is ready. */
  early(what: string): void {
    if (this.isReady) throw new Error(`${what} must be called before the app is ready.`)
  }

  setReady(): void {
    this.isReady = true
    this.becomeReady()
    this.emit('ready')
  }

  whenReady(): Promise<void> {
    return this.ready
  }
  getPath(name: string): string {
    if (name !== 'userData') throw new Error(`The double knows no path ${name}.`)
    return this.userData
  }
  getVersion(): string {
    return '0.0.0-double'
  }
  enableSandbox(): void {
    this.early('app.enableSandbox')
    this.isSandboxed = true
  }
  requestSingleInstanceLock(): boolean {
    return true
  }

  quit(): void {
    this.emit('before-quit', {})
    for (const window of this.windows()) window.close()
    if (this.windows().some(window => !window.isDestroyed())) return
    this.emit('will-quit', {})
    this.emit('quit', {}, 0)
    this.onQuit()
  }
}
