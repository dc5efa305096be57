import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder with the files that ship with Netloom: beside the sources, or two up from the bundle. */
export const assetFolder = (): string =>
  [new URL('../assets', import.meta.url), new URL('../../assets', import.meta.url)].map(url => fileURLToPath(url)).find(existsSync) ??
  'assets'
