import { homedir } from 'node:os'
import { join } from 'node:path'

const base = (kind: 'cache' | 'data'): string => {
  const home = homedir()
  if (process.platform === 'win32') return process.env.LOCALAPPDATA || join(home, 'AppData', 'Local')
  if (process.platform === 'darwin') return join(home, 'Library', kind === 'cache' ? 'Caches' : 'Application Support')
  return kind === 'cache' ? process.env.XDG_CACHE_HOME || join(home, '.cache') : process.env.XDG_DATA_HOME || join(home, '.local', 'share')
}

/** Where things lie that can be fetched again: downloaded data sets. */
export const cacheFolder = (): string => join(base('cache'), 'netloom')

/** Where things lie that cannot be had again: the browser profile of the browser edition. */
export const dataFolder = (): string => join(base('data'), 'netloom')
