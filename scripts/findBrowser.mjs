// Finds a Chromium that is already on this machine. Loads nothing but Node's own modules.
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
  'microsoft-edge-stable',
  'brave-browser',
]
const MAC = ['Google Chrome', 'Chromium', 'Microsoft Edge', 'Brave Browser']
const WINDOWS = ['Google/Chrome/Application/chrome.exe', 'Chromium/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe']

const candidates = () => {
  if (process.platform === 'darwin') {
    return ['/Applications', join(process.env.HOME ?? '', 'Applications')].flatMap(folder =>
      MAC.map(name => join(folder, `${name}.app/Contents/MacOS/${name}`)),
    )
  }
  if (process.platform === 'win32') {
    const roots = [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA].filter(Boolean)
    return roots.flatMap(folder => WINDOWS.map(path => join(folder, path)))
  }
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin', '/snap/bin']
  return NAMES.flatMap(name => folders.map(folder => join(folder, name)))
}

/** Path of an installed Chromium, Chrome or Edge, or of the one in NETLOOM_BROWSER; null when there is none. */
export const findBrowser = () => {
  const named = process.env.NETLOOM_BROWSER
  if (named) return existsSync(named) ? named : null
  return candidates().find(path => existsSync(path)) ?? null
}
