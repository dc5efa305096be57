import type { WebPreferences } from 'electron'

/** What the window's page may do: nothing but show our own files. Stated in full, also where it is the default. */
export const webPreferences = {
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  plugins: false,
  spellcheck: false,
  safeDialogs: true,
  disableDialogs: true,
} as const satisfies WebPreferences
