import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { app, ipcMain, Menu, session } from 'electron'
import { all } from '../shared/data/catalogue.gen.ts'
import type { HostApi } from '../shared/host/contract.ts'
import { ok } from '../shared/result.ts'
import { setupCrash } from './crash.ts'
import { makeDesk } from './desk.ts'
import { makeDialogs } from './dialogs.ts'
import { makeDocument } from './document.ts'
import { makeDownloads } from './downloads.ts'
import { makeFiles } from './files.ts'
import { serveHost } from './ipc.ts'
import { makeKnownFiles } from './knownFiles.ts'
import { projectArguments } from './launch.ts'
import { menuTemplate } from './menu.ts'
import { setupNavigation } from './navigation.ts'
import { openFromOutside, setupSingleInstance } from './openFile.ts'
import { setupPermissions } from './permissions.ts'
import { setupBundle, setupScheme } from './protocol.ts'
import { makeRecovery } from './recovery.ts'
import { makeSettings } from './settings.ts'
import { setupWindow } from './window.ts'

const here = dirname(fileURLToPath(import.meta.url))
const data = app.getPath('userData')

const desk = makeDesk()
const dialogs = makeDialogs(desk)
const known = makeKnownFiles(data)
const recovery = makeRecovery(join(data, 'recovery'))
const title = makeDocument(desk, dialogs, recovery.discardSession)
const open = (path: string): void => void openFromOutside(path, known, desk)

const platforms: Readonly<Record<string, 'linux' | 'mac' | 'windows'>> = { linux: 'linux', darwin: 'mac', win32: 'windows' }

const files = makeFiles(dialogs, known)

const calls: HostApi = {
  info: async () => ok({ edition: 'desktop', platform: platforms[process.platform] ?? 'other', version: app.getVersion() }),
  ...files,
  saveProject: async request => {
    const saved = await files.saveProject(request)
    if (!saved.ok || saved.value === null) title.stayOpen()
    return saved
  },
  ...makeDownloads(
    join(data, 'downloads'),
    all.flatMap(set => set.downloads),
    progress => desk.tell('download', progress),
  ),
  ...recovery,
  ...makeSettings(data),
  setDocument: title.set,
  setMenu: async menu => {
    title.menu = menu
    const run = (command: string): void => desk.tell('menuCommand', { command })
    Menu.setApplicationMenu(Menu.buildFromTemplate([...menuTemplate(menu, process.platform === 'darwin', run)]))
    return ok(null)
  },
}

const start = async (): Promise<void> => {
  // Rules before any page exists, then what pages are made of, then who answers them, then the page.
  setupPermissions(session.defaultSession)
  await setupBundle(session.defaultSession, join(here, '../renderer'))
  serveHost(ipcMain, calls, () => desk.window?.webContents ?? null)
  openWindow()
  for (const path of projectArguments(process.argv, process.cwd())) open(path)
  app.on('activate', () => desk.window ?? openWindow())
}

const openWindow = (): void => {
  const window = setupWindow(desk, here, !app.isPackaged)
  title.guard(window)
  setupCrash(window, dialogs)
}

// One Netloom at a time, so that two never write the same files; a second one hands over what it was to open.
if (setupSingleInstance(app, open, desk.raise)) {
  // Both must be said before Electron is ready: every page in a sandbox, and `app://` as a secure origin.
  app.enableSandbox()
  setupScheme()
  // Linux keeps WebGPU behind this switch; the only code that can use it is our own.
  if (process.platform === 'linux') app.commandLine.appendSwitch('enable-unsafe-webgpu')
  // Said once for every page that will ever be made.
  setupNavigation(app)
  app.on('window-all-closed', () => app.quit())
  void app.whenReady().then(start)
}
