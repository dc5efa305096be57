import type { MenuGroup } from '../shared/host/contract.ts'
import { ok, type Result } from '../shared/result.ts'
import type { Desk } from './desk.ts'
import type { Dialogs } from './files.ts'
import { saveCommand } from './menu.ts'

/** What the window shows in its title, and the question before it closes with unsaved work. */
export interface DocumentState {
  set(state: { readonly name: string; readonly dirty: boolean }): Promise<Result<null>>
  /** Called with each window, so that its closing is asked about. */
  guard(window: Electron.BrowserWindow): void
  /** A save was cancelled or failed, so a window that waited for it stays. */
  stayOpen(): void
  /** The menu as last sent; its Ctrl+S saves before closing. */
  menu: readonly MenuGroup[]
}

/** Title, dirty mark and closing. `discard` drops the kept working state once the user said so. */
export const makeDocument = (desk: Desk, dialogs: Pick<Dialogs, 'choose'>, discard: () => Promise<void>): DocumentState => {
  let state = { name: '', dirty: false }
  let asking = false
  let closeWhenSaved = false

  /** Asks; true when the window may close now. A save that was asked for closes it later, when the window says that it is clean. */
  const mayClose = async (): Promise<boolean> => {
    const save = saveCommand(document.menu)
    const buttons = save ? ['Save', 'Close without saving', 'Cancel'] : ['Close without saving', 'Cancel']
    const answer =
      buttons[await dialogs.choose(`Save the changes to ${state.name || 'this network'}?`, 'Unsaved changes are lost.', buttons)]
    if (answer === 'Save' && save) {
      closeWhenSaved = true
      desk.tell('menuCommand', { command: save })
    }
    if (answer !== 'Close without saving') return false
    await discard()
    return true
  }

  const document: DocumentState = {
    menu: [],
    set: async next => {
      state = { ...next }
      desk.window?.setTitle(state.name ? `${state.dirty ? '• ' : ''}${state.name} – Netloom` : 'Netloom')
      desk.window?.setDocumentEdited(state.dirty)
      if (!state.dirty && closeWhenSaved) desk.window?.destroy()
      return ok(null)
    },
    stayOpen: () => {
      closeWhenSaved = false
    },
    guard: window => {
      closeWhenSaved = false
      window.on('close', event => {
        if (!state.dirty) return
        event.preventDefault()
        if (asking) return
        asking = true
        closeWhenSaved = false
        void mayClose()
          .then(may => may && window.destroy())
          .finally(() => {
            asking = false
          })
      })
    },
  }
  return document
}
