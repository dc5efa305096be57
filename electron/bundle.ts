import { readFile } from 'node:fs/promises'
import { addressPath, type BundleFile } from '../node/bundleFiles.ts'
import { SECURITY_HEADERS } from '../node/headers.ts'

/** Scheme and host of the window's own address. */
export const SCHEME = 'app'
export const HOST = 'bundle'

/** The window's start page. */
export const START = `${SCHEME}://${HOST}/index.html`

/** Whether an address belongs to our own window; parsed, never compared by its beginning. */
export const isOurs = (address: string): boolean => {
  try {
    const { protocol, host } = new URL(address)
    return protocol === `${SCHEME}:` && host === HOST
  } catch {
    return false
  }
}

const refuse = (status: number): Response => new Response(null, { status, headers: SECURITY_HEADERS })

/** Answers a request for a file of the window; only files of the manifest exist, and every answer carries the security headers. */
export const answerBundle = async (
  request: { readonly url: string; readonly method: string },
  files: ReadonlyMap<string, BundleFile>,
): Promise<Response> => {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405)
  if (!isOurs(request.url)) return refuse(403)
  const path = addressPath(new URL(request.url).pathname)
  const file = path === null ? undefined : files.get(path)
  if (!file) return refuse(404)
  try {
    const bytes = await readFile(file.path)
    const headers = { ...SECURITY_HEADERS, 'Content-Type': file.type, 'Content-Length': String(bytes.byteLength) }
    return new Response(request.method === 'HEAD' ? null : new Uint8Array(bytes), { status: 200, headers })
  } catch {
    return refuse(404)
  }
}
