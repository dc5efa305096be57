import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tempFolder } from './atomicSave.testkit.ts'
import { downloadFile } from './download.ts'

const content = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31) % 251)
const sha256 = createHash('sha256').update(content).digest('hex')

let server: Server
let asked = 0
let base = ''
let folder = { path: '', remove: () => {} }

beforeEach(async () => {
  folder = tempFolder()
  asked = 0
  server = createServer((request, response) => {
    asked += 1
    if (request.url === '/missing') return response.writeHead(404).end()
    if (request.url === '/moved') return response.writeHead(302, { location: '/good' }).end()
    if (request.url === '/bad') return response.end(content.map(b => b ^ 1))
    if (request.url === '/long') return response.end(Buffer.concat([content, content]))
    if (request.url === '/short') return response.end(content.subarray(0, 1000))
    if (request.url === '/stuck') return void response.write(content.subarray(0, 100_000))
    return response.end(content)
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
  folder.remove()
})

const request = (path: string) => ({ name: 'train-images.gz', url: base + path, sha256, bytes: content.length })
const fetchIt = (path: string, onProgress: (done: number, total: number) => void = () => {}, signal?: AbortSignal) =>
  downloadFile(request(path), folder.path, onProgress, signal)

describe('downloading a data file', () => {
  it('tells its progress, checks the bytes and keeps them for the next time', async () => {
    const seen: number[] = []
    const first = await fetchIt('/moved', (done, total) => seen.push(done / total))
    expect(first).toEqual({ ok: true, value: content })
    expect(seen.at(-1)).toBe(1)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    const before = asked
    expect((await fetchIt('/moved')).ok).toBe(true)
    expect(asked).toBe(before)
  })

  it('fetches again when the kept file was damaged', async () => {
    await fetchIt('/good')
    writeFileSync(join(folder.path, sha256), 'rotten')
    expect((await fetchIt('/good')).ok).toBe(true)
    expect(new Uint8Array(readFileSync(join(folder.path, sha256)))).toEqual(content)
  })

  it.each([
    ['/missing', 'download/unreachable', '404'],
    ['/bad', 'download/damaged', 'checksum'],
    ['/long', 'download/damaged', 'longer'],
    ['/short', 'download/damaged', '1000 of 300000'],
  ])('refuses %s with a sentence that offers local files, and keeps nothing', async (path, code, word) => {
    const result = await fetchIt(path)
    expect(result.ok ? 'ok' : result.issues[0].code).toBe(code)
    expect(result.ok ? '' : result.issues[0].message).toContain(word)
    expect(result.ok ? '' : result.issues[0].message).toContain('from your disk')
    expect(readdirSync(folder.path)).toEqual([])
  })

  it('says when there is no connection', async () => {
    server.close()
    const result = await downloadFile({ ...request('/good'), url: 'http://127.0.0.1:1/x' }, folder.path, () => {})
    expect(result.ok ? '' : result.issues[0].message).toMatch(/no connection/)
  })

  it('stops at once when cancelled in the middle', async () => {
    const control = new AbortController()
    const started = Date.now()
    const result = await fetchIt('/stuck', () => control.abort(), control.signal)
    expect(result.ok ? 'ok' : result.issues[0].code).toBe('download/cancelled')
    expect(Date.now() - started).toBeLessThan(2000)
    expect(readdirSync(folder.path)).toEqual([])
  })

  it('gives the data even when the cache cannot be written', async () => {
    writeFileSync(join(folder.path, 'file'), '')
    expect((await downloadFile(request('/good'), join(folder.path, 'file'), () => {})).ok).toBe(true)
  })
})
