import type { Download } from '../../shared/data/define.ts'
import type { HostApi } from '../../shared/host/contract.ts'
import { type Issue, IssueError, issue } from '../../shared/result.ts'
import { attempt } from './attempt.ts'
import { browserStore } from './browserStore.ts'

type OnProgress = (progress: { name: string; done: number; total: number }) => void

const sha256 = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))].map(b => b.toString(16).padStart(2, '0')).join('')

const refused = (code: string, name: string, why: string): IssueError =>
  new IssueError(issue(`download/${code}`, `${name} could not be fetched: ${why}. You can choose the files from your disk instead.`))

const readBody = async (
  response: Response,
  { name, bytes: total }: Download,
  onBytes: (done: number) => void,
): Promise<Uint8Array<ArrayBuffer>> => {
  const reader = response.body?.getReader()
  const bytes = new Uint8Array(total)
  let done = 0
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    if (done + part.value.byteLength > total) throw refused('damaged', name, 'it is longer than announced')
    bytes.set(part.value, done)
    done += part.value.byteLength
    onBytes(done)
  }
  if (done !== total) throw refused('damaged', name, `it ended after ${done} of ${total} bytes`)
  return bytes
}

const isIssue = (value: unknown): value is Issue => typeof value === 'object' && value !== null && 'code' in value && 'message' in value

/** Asks the server that Netloom came from, which may fetch catalogue files for us; null when it is a plain static server. */
const throughServer = async ({ sha256: id }: Download, signal: AbortSignal): Promise<Response | null> => {
  const response = await fetch(`./download/${id}`, { signal }).catch(() => null)
  if (response?.headers.get('x-netloom-download') !== 'yes') return null
  if (response.ok) return response
  const answer: unknown = await response.json().catch(() => null)
  if (isIssue(answer)) throw new IssueError(issue(answer.code, answer.message))
  return null
}

const fetchFile = async (request: Download, signal: AbortSignal, onProgress: OnProgress): Promise<Uint8Array<ArrayBuffer>> => {
  const response =
    (await throughServer(request, signal)) ??
    (await fetch(request.url, { signal, referrerPolicy: 'no-referrer', credentials: 'omit' }).catch(() => {
      throw refused('unreachable', request.name, 'there is no connection, or its server does not serve web pages')
    }))
  if (!response.ok) throw refused('unreachable', request.name, `the server answered ${response.status}`)
  const bytes = await readBody(response, request, done => onProgress({ name: request.name, done, total: request.bytes })).catch(
    (error: unknown) => {
      throw error instanceof IssueError ? error : refused('damaged', request.name, 'the connection broke off')
    },
  )
  if ((await sha256(bytes)) !== request.sha256) throw refused('damaged', request.name, 'its checksum differs')
  return bytes
}

/** Fetching catalogue files, kept by checksum in the browser's storage. */
export const browserDownload = (onProgress: OnProgress): Pick<HostApi, 'download' | 'cancelDownload'> => {
  const running = new Map<string, AbortController>()

  const load = async (request: Download): Promise<Uint8Array<ArrayBuffer>> => {
    const kept = await browserStore().then(
      db => db.get('downloads', request.sha256),
      () => undefined,
    )
    if (kept && (await sha256(kept)) === request.sha256) return kept
    const control = new AbortController()
    running.get(request.name)?.abort()
    running.set(request.name, control)
    try {
      const bytes = await fetchFile(request, control.signal, onProgress)
      // No room to keep it costs the next start a download, not this one its data.
      await browserStore()
        .then(db => db.put('downloads', bytes, request.sha256))
        .catch(() => undefined)
      return bytes
    } catch (error) {
      throw control.signal.aborted ? new IssueError(issue('download/cancelled', `The download of ${request.name} was cancelled.`)) : error
    } finally {
      if (running.get(request.name) === control) running.delete(request.name)
    }
  }

  return {
    download: request => attempt(`${request.name} could not be fetched`, () => load(request)),
    cancelDownload: async name => {
      running.get(name)?.abort()
      return { ok: true, value: null }
    },
  }
}
