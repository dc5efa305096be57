import { dialog, type FileFilter } from 'electron'
import { modelEndings } from '../shared/importers/registry.ts'
import type { Desk } from './desk.ts'
import type { Dialogs } from './files.ts'

const extensions = modelEndings.map(ending => ending.slice(1))
const PROJECT: FileFilter[] = [
  { name: 'Netloom project', extensions: ['netloom', 'json'] },
  { name: 'Model of another program', extensions },
  { name: 'All files', extensions: ['*'] },
]
const MODEL: FileFilter[] = [
  { name: 'Model files', extensions },
  { name: 'All files', extensions: ['*'] },
]
const DATA: FileFilter[] = [{ name: 'IDX data', extensions: ['gz', 'idx', 'ubyte', '*'] }]

/** The system's own dialogs, on top of the window where there is one. */
export const makeDialogs = (desk: Desk): Dialogs => {
  const open = async (options: Electron.OpenDialogOptions): Promise<readonly string[] | null> => {
    const { canceled, filePaths } = await (desk.window ? dialog.showOpenDialog(desk.window, options) : dialog.showOpenDialog(options))
    return canceled || filePaths.length === 0 ? null : filePaths
  }
  const save = async (options: Electron.SaveDialogOptions): Promise<string | null> => {
    const { canceled, filePath } = await (desk.window ? dialog.showSaveDialog(desk.window, options) : dialog.showSaveDialog(options))
    return canceled || !filePath ? null : filePath
  }
  return {
    openProject: async () => (await open({ title: 'Open a project', filters: PROJECT, properties: ['openFile'] }))?.[0] ?? null,
    saveProject: name =>
      save({
        title: 'Save the project',
        defaultPath: name,
        filters: PROJECT,
        properties: ['showOverwriteConfirmation', 'createDirectory'],
      }),
    saveFile: name => save({ title: 'Save the export', defaultPath: name, properties: ['showOverwriteConfirmation', 'createDirectory'] }),
    chooseFolder: async () =>
      (await open({ title: 'Choose where the export goes', properties: ['openDirectory', 'createDirectory'] }))?.[0] ?? null,
    openModel: () => open({ title: 'Choose the files of a model', filters: MODEL, properties: ['openFile', 'multiSelections'] }),
    openData: () => open({ title: 'Choose data files', filters: DATA, properties: ['openFile', 'multiSelections'] }),
    choose: async (message, detail, buttons) => {
      const options = {
        type: 'question' as const,
        message,
        detail,
        buttons: [...buttons],
        defaultId: 0,
        cancelId: buttons.length - 1,
        noLink: true,
      }
      const { response } = await (desk.window ? dialog.showMessageBox(desk.window, options) : dialog.showMessageBox(options))
      return response
    },
  }
}
