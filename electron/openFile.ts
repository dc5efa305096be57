import type { App } from 'electron'
import type { Desk } from './desk.ts'
import { openPath, projectPlace } from './files.ts'
import type { KnownFiles } from './knownFiles.ts'
import { projectArguments } from './launch.ts'

/** Claims to be the only Netloom; a second start hands its files over and ends. False when we are that second one. */
export const setupSingleInstance = (app: App, open: (path: string) => void, raise: () => void): boolean => {
  if (!app.requestSingleInstanceLock()) {
    app.quit()
    return false
  }
  app.on('second-instance', (_event, argv, folder) => {
    raise()
    for (const path of projectArguments(argv, folder)) open(path)
  })
  // A Mac names files by event, and may do so before the app is ready.
  app.on('open-file', (event, path) => {
    event.preventDefault()
    open(path)
  })
  return true
}

/** Opens a file named from outside: only a plain project file, by its real place; the window asks about unsaved work itself. */
export const openFromOutside = async (path: string, known: KnownFiles, desk: Desk): Promise<void> => {
  const place = await projectPlace(path)
  if (!place) return
  const opened = await openPath(place, known)
  if (opened.ok) desk.tell('fileOpened', opened.value)
}
