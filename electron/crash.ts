import type { BrowserWindow } from 'electron'
import type { Dialogs } from './files.ts'

/** Crashes within this time of each other count as a row, ms. */
const ROW = 60_000

/** Brings a crashed or hung window back; work is then offered from its kept state. After three crashes in a row it stops trying. */
export const setupCrash = (window: BrowserWindow, dialogs: Pick<Dialogs, 'choose'>): void => {
  let crashes: number[] = []
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return
    const now = Date.now()
    crashes = [...crashes.filter(at => now - at < ROW), now]
    if (crashes.length < 3) return window.webContents.reload()
    void dialogs
      .choose('Netloom stopped three times in a row.', `Your work is kept. Reason: ${reason}.`, ['Try again', 'Quit'])
      .then(answer => (answer === 0 ? window.webContents.reload() : window.destroy()))
  })
  window.on('unresponsive', () => {
    void dialogs
      .choose('Netloom does not answer.', 'Wait a little, or restart the window; your work is kept.', ['Wait', 'Restart the window'])
      .then(answer => {
        if (answer === 1 && !window.isDestroyed()) window.webContents.forcefullyCrashRenderer()
      })
  })
}
