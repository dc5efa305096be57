import { join } from 'node:path'
import { BrowserWindow } from 'electron'
import { START } from './bundle.ts'
import type { Desk } from './desk.ts'
import { webPreferences } from './webPreferences.ts'

/** Opens the window and puts it on the desk. It is shown once it has painted, so that it never flashes white. */
export const setupWindow = (desk: Desk, folder: string, allowDevTools: boolean): BrowserWindow => {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    minWidth: 1024,
    minHeight: 680,
    show: false,
    backgroundColor: '#0e1116',
    title: 'Netloom',
    webPreferences: { ...webPreferences, devTools: allowDevTools, preload: join(folder, 'preload.cjs') },
  })
  desk.window = window
  window.once('ready-to-show', () => window.show())
  window.on('closed', () => {
    desk.window = null
  })
  void window.loadURL(START)
  return window
}
