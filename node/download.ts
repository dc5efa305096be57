import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Download } from '../shared/data/define.ts'
import { failAll, type Issue, IssueError, issue, ok, type Result, toIssue } from '../shared/result.ts'
import { atomicSave } from './atomicSave.ts'
import { readWhole } from './readWhole.ts'

/** Longest silence of a server before a download is given up, ms. */
const SILENCE = 30_000

/** Told with every part that arrives: bytes so far, bytes in all, and the part itself, which is not checked yet. */
export type OnDownload = (done: number, total: number, part: Uint8Array<ArrayBuffer>) => void

/**
 * Gives a catalogue file, from `cacheDir` when it is there and whole, else from the network; only bytes with the right checksum are
 * given or kept. Aborting `signal` ends it with the code `download/cancelled`.
 */
export const downloadFile = async (
  request: Download,
  cacheDir: string,
  onProgress: OnDownload,
  signal?: AbortSignal,
): Promise<Result<Uint8Array<ArrayBuffer>>> => {
  const path = join(cacheDir, request.sha256)
  const cached = await readWhole(path, request.bytes)
  if (cached.ok && sha256(cached.value) === request.sha256) {
    onProgress(request.bytes, request.bytes, cached.value)
    return cached
  }
  const fetched = await fetchChecked(request, onProgress, signal)
  if (!fetched.ok) return fetched
  // A cache that cannot be written costs the next start a download, not this one its data.
  await mkdir(cacheDir, { recursive: true }).then(
    () => atomicSave(path, fetched.value),
    () => undefined,
  )
  return fetched
}

const fetchChecked = async (
  request: Download,
  onProgress: OnDownload,
  signal: AbortSignal | undefined,
): Promise<Result<Uint8Array<ArrayBuffer>>> => {
  const own = new AbortController()
  const cancel = () => own.abort()
  signal?.addEventListener('abort', cancel, { once: true })
  let silence = setTimeout(cancel, SILENCE)
  try {
    if (signal?.aborted) return failAll([cancelled(request)])
    const response = await fetch(request.url, { signal: own.signal, redirect: 'follow' })
    const bytes = await readBody(response, request, (done, part) => {
      clearTimeout(silence)
      silence = setTimeout(cancel, SILENCE)
      onProgress(done, request.bytes, part)
    })
    return sha256(bytes) === request.sha256 ? ok(bytes) : failAll([damaged(request, 'its checksum differs')])
  } catch (error) {
    if (signal?.aborted) return failAll([cancelled(request)])
    return failAll([error instanceof IssueError ? toIssue(error) : unreachable(request)])
  } finally {
    clearTimeout(silence)
    signal?.removeEventListener('abort', cancel)
  }
}

/** Reads exactly the bytes that the catalogue promises; a longer answer is broken off. */
const readBody = async (
  response: Response,
  request: Download,
  onBytes: (done: number, part: Uint8Array<ArrayBuffer>) => void,
): Promise<Uint8Array<ArrayBuffer>> => {
  if (!response.ok || !response.body) {
    throw new IssueError(unreachable(request, `the server answered ${response.status}`))
  }
  const bytes = new Uint8Array(request.bytes)
  let done = 0
  for await (const chunk of response.body) {
    if (done + chunk.byteLength > request.bytes) throw new IssueError(damaged(request, 'it is longer than announced'))
    bytes.set(chunk, done)
    done += chunk.byteLength
    onBytes(done, chunk)
  }
  if (done !== request.bytes) throw new IssueError(damaged(request, `it ended after ${done} of ${request.bytes} bytes`))
  return bytes
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const INSTEAD = 'You can choose the files from your disk instead.'

const cancelled = ({ name }: Download): Issue => issue('download/cancelled', `The download of ${name} was cancelled.`)

const damaged = ({ name, bytes }: Download, how: string): Issue =>
  issue('download/damaged', `${name} arrived damaged: ${how}. Try again later. ${INSTEAD}`, { expected: `${bytes} bytes` })

const unreachable = ({ name, url }: Download, why = 'no connection'): Issue =>
  issue('download/unreachable', `${name} could not be fetched from ${new URL(url).host}: ${why}. ${INSTEAD}`)
