import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import type { Download } from '../shared/data/define.ts'
import { addressPath, bundleFiles } from './bundleFiles.ts'
import { downloadFile } from './download.ts'
import { SECURITY_HEADERS } from './headers.ts'

/** What the browser edition's server needs. */
export interface ServerOptions {
  /** The built window. */
  readonly folder: string
  /** 0 takes any free port. */
  readonly port: number
  /** Where fetched catalogue files are kept. */
  readonly cacheDir: string
  /** Files that may be asked for below `/download/`, by SHA-256. */
  readonly downloads: readonly Download[]
}

/** A running server. */
export interface RunningServer {
  readonly url: string
  close(): Promise<void>
}

/** Serves the built window to this machine only, with the headers that it needs, and passes catalogue files through. */
export const startServer = async ({ folder, port, cacheDir, downloads }: ServerOptions): Promise<RunningServer> => {
  const files = await bundleFiles(folder)
  const byHash = new Map(downloads.map(download => [download.sha256, download]))
  let hosts: readonly string[] = []
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value)
    // Another host name means a page elsewhere that had its name point here.
    if (!hosts.includes(request.headers.host ?? '')) return refuse(response, 403, 'Wrong host.')
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'Only GET and HEAD.')
    const path = addressPath((request.url ?? '/').split('?')[0] ?? '/')
    const file = path === null ? undefined : files.get(path)
    if (file) return sendFile(request, response, file.path, file.type)
    const wanted = path?.startsWith('/download/') ? byHash.get(path.slice(10)) : undefined
    if (wanted) return passThrough(request, response, wanted, cacheDir)
    return refuse(response, 404, 'Not found.')
  }
  const server = createServer((request, response) => {
    answer(request, response).catch(() => (response.headersSent ? response.destroy() : refuse(response, 500, 'Failed.')))
  })
  await new Promise<void>((done, failed) => {
    server.once('error', failed)
    server.listen(port, '127.0.0.1', done)
  })
  const { port: taken } = server.address() as AddressInfo
  hosts = [`127.0.0.1:${taken}`, `localhost:${taken}`]
  return {
    url: `http://127.0.0.1:${taken}/`,
    close: () =>
      new Promise(done => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

const refuse = (response: ServerResponse, status: number, text: string): void => {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(text)
}

const sendFile = async (request: IncomingMessage, response: ServerResponse, path: string, type: string): Promise<void> => {
  const { size, mtimeMs } = await stat(path)
  const tag = `"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}"`
  const headers = { 'Content-Type': type, ETag: tag, 'Cache-Control': 'no-cache' }
  if (request.headers['if-none-match'] === tag) return void response.writeHead(304, headers).end()
  response.writeHead(200, { ...headers, 'Content-Length': size })
  if (request.method === 'HEAD') return void response.end()
  await pipeline(createReadStream(path), response)
}

/** Hands parts on as they arrive, so that the window can show progress; the last one waits until the whole is known to be right. */
const passThrough = async (request: IncomingMessage, response: ServerResponse, wanted: Download, cacheDir: string): Promise<void> => {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  response.setHeader('X-Netloom-Download', 'yes')
  if (request.method === 'HEAD') return void response.end()
  const begin = { 'Content-Type': 'application/octet-stream', 'Content-Length': wanted.bytes, 'Cache-Control': 'no-store' }
  let last: Uint8Array | undefined
  const file = await downloadFile(
    wanted,
    cacheDir,
    (_done, _total, part) => {
      if (!response.headersSent) response.writeHead(200, begin)
      if (last) response.write(last)
      last = part
    },
    gone.signal,
  )
  if (file.ok) return void response.end(last)
  if (response.headersSent) return void response.destroy()
  response.writeHead(502, { 'Content-Type': 'application/json' }).end(JSON.stringify(file.issues[0]))
}
