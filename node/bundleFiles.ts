import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { mediaType } from './headers.ts'

/** A file of the built window. */
export interface BundleFile {
  readonly path: string
  readonly type: string
}

/**
 * Lists the built window once: address path (`/index.html`, `/assets/x.js`) to file. Requests are looked up here and nowhere else, so no
 * address can lead out of the folder.
 */
export const bundleFiles = async (folder: string): Promise<ReadonlyMap<string, BundleFile>> => {
  const found = new Map<string, BundleFile>()
  const walk = async (path: string, address: string): Promise<void> => {
    for (const entry of await readdir(path, { withFileTypes: true })) {
      if (entry.isDirectory()) await walk(join(path, entry.name), `${address}${entry.name}/`)
      else if (entry.isFile()) found.set(address + entry.name, { path: join(path, entry.name), type: mediaType(entry.name) })
    }
  }
  await walk(folder, '/')
  const index = found.get('/index.html')
  if (index) found.set('/', index)
  return found
}

/** The part of an address that names a file, decoded once; null when it cannot be decoded. */
export const addressPath = (pathname: string): string | null => {
  try {
    return decodeURIComponent(pathname)
  } catch {
    return null
  }
}
