import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, request as httpRequest, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tempFolder } from './atomicSave.testkit.ts'
import { CONTENT_SECURITY_POLICY } from './headers.ts'
import { type RunningServer, startServer } from './server.ts'

const content = Buffer.from('some data')
const sha256 = createHash('sha256').update(content).digest('hex')

let folder = { path: '', remove: () => {} }
let server: RunningServer
let source: Server

beforeEach(async () => {
  folder = tempFolder()
  mkdirSync(join(folder.path, 'www/assets'), { recursive: true })
  writeFileSync(join(folder.path, 'www/index.html'), '<!doctype html>')
  writeFileSync(join(folder.path, 'www/assets/a b.js'), 'export {}')
  writeFileSync(join(folder.path, 'www/assets/k.wasm'), '')
  writeFileSync(join(folder.path, 'secret'), 'secret')
  source = createServer((request, response) => (request.url === '/gone' ? response.writeHead(404).end() : response.end(content)))
  await new Promise<void>(done => source.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(source.address() as AddressInfo).port}`
  server = await startServer({
    folder: join(folder.path, 'www'),
    port: 0,
    cacheDir: join(folder.path, 'cache'),
    downloads: [
      { name: 'data.gz', url: `${url}/data`, sha256, bytes: content.length },
      { name: 'gone.gz', url: `${url}/gone`, sha256: 'f'.repeat(64), bytes: 9 },
    ],
  })
})
afterEach(async () => {
  await server.close()
  source.closeAllConnections()
  source.close()
  folder.remove()
})

/** Sends a request line as it is, which `fetch` would tidy up first. */
const raw = (target: string, host = new URL(server.url).host): Promise<string> =>
  new Promise((done, failed) => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () =>
      socket.write(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
    )
    let text = ''
    socket.on('data', chunk => {
      text += String(chunk)
    })
    socket.on('close', () => done(text))
    socket.on('error', failed)
  })

describe('the server of the browser edition', () => {
  it('serves the window with its media types and every security header', async () => {
    const page = await fetch(server.url)
    expect(page.status).toBe(200)
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY)
    expect(page.headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(page.headers.get('cross-origin-embedder-policy')).toBe('require-corp')
    expect(page.headers.get('x-content-type-options')).toBe('nosniff')
    expect((await fetch(`${server.url}assets/a%20b.js?v=1`)).headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect((await fetch(`${server.url}assets/k.wasm`)).headers.get('content-type')).toBe('application/wasm')
  })

  it('lets the browser keep what did not change', async () => {
    const tag = (await fetch(server.url)).headers.get('etag') ?? ''
    const status = await new Promise(done =>
      httpRequest(server.url, { headers: { 'if-none-match': tag } }, response => done(response.resume().statusCode)).end(),
    )
    expect(status).toBe(304)
  })

  it.each([
    '/../secret',
    '/%2e%2e/secret',
    '/..%2fsecret',
    '/assets/..%5c..%5csecret',
    '/%00',
    '/%',
    '//etc/passwd',
    '/assets/',
    '/download/../../secret',
  ])('gives nothing for %s', async target => {
    const answer = await raw(target)
    expect(answer).toMatch(/^HTTP\/1.1 404/)
    expect(answer).not.toContain('\r\n\r\nsecret')
  })

  it('refuses other methods and other host names', async () => {
    expect((await fetch(server.url, { method: 'POST', body: 'x' })).status).toBe(405)
    expect(await raw('/', 'evil.example')).toMatch(/^HTTP\/1.1 403/)
  })

  it('is not reachable from other machines', () => expect(new URL(server.url).hostname).toBe('127.0.0.1'))

  it('passes catalogue files through, and only those', async () => {
    const file = await fetch(`${server.url}download/${sha256}`)
    expect(file.headers.get('x-netloom-download')).toBe('yes')
    expect(Buffer.from(await file.arrayBuffer())).toEqual(content)
    source.close()
    expect((await fetch(`${server.url}download/${sha256}`)).status).toBe(200)
    expect((await fetch(`${server.url}download/${'0'.repeat(64)}`)).status).toBe(404)
  })

  it('says in words why a catalogue file cannot be had', async () => {
    const answer = await fetch(`${server.url}download/${'f'.repeat(64)}`)
    expect(answer.status).toBe(502)
    expect(await answer.json()).toMatchObject({ code: 'download/unreachable', message: expect.stringContaining('404') })
  })
})
