import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Answers a request of a scheme of the app's own. */
export type SchemeHandler = (request: Request) => Response | Promise<Response>

/** Shows `app://bundle/` to Chromium as a local address, which it takes for as secure as Electron takes the scheme. */
export interface SchemeServer {
  readonly origin: string
  /** From `app://bundle/x` to the local address; other addresses stay. */
  toLocal(url: string): string
  /** And back. */
  toApp(url: string): string
  close(): Promise<void>
}

/** Starts the local server behind one scheme and host; whatever is asked goes to the app's handler. */
export const serveScheme = async (base: string, handler: () => SchemeHandler | undefined): Promise<SchemeServer> => {
  const server: Server = createServer(async (request, response) => {
    const handle = handler()
    if (!handle) return response.writeHead(500).end('The scheme has no handler.')
    const answer = await handle(new Request(base + request.url, { method: request.method ?? 'GET' }))
    response.writeHead(answer.status, Object.fromEntries(answer.headers))
    response.end(Buffer.from(await answer.arrayBuffer()))
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    toLocal: url => (url.startsWith(`${base}/`) ? origin + url.slice(base.length) : url),
    toApp: url => (url.startsWith(`${origin}/`) ? base + url.slice(origin.length) : url),
    close: () =>
      new Promise(done => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
