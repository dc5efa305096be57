import { guardJson } from '../../graph/guard.ts'
import { MAX_FILE_BYTES } from '../../graph/limits.ts'
import { fail, ok, type Result, toIssue } from '../../result.ts'
import { quoted } from './topology.ts'

/** Files people take for models, by their first characters. */
const STRANGERS: readonly (readonly [RegExp, string])[] = [
  [/^version https:\/\/git-lfs/, 'it is only a pointer of Git LFS, not the file itself'],
  [/^\s*</, 'it is a web page or XML'],
]

/** True when bytes begin like a JSON object or list. */
export const looksLikeJson = (bytes: Uint8Array): boolean => /^(\xef\xbb\xbf)?\s*[{[]/.test(String.fromCharCode(...bytes.subarray(0, 64)))

/** Reads foreign JSON, guarded against size, depth and names that reach a prototype; `path` names the file in sentences. */
export const readModelJson = (bytes: Uint8Array, path: string): Result<unknown> => {
  if (bytes.length === 0) return fail('import/empty', `${quoted(path)} is empty.`)
  if (bytes.length > MAX_FILE_BYTES)
    return fail('import/too-large', `${quoted(path)} has ${bytes.length} bytes; at most ${MAX_FILE_BYTES} of JSON can be read.`)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return fail('import/not-text', `${quoted(path)} is not UTF-8 text.`)
  }
  const stranger = STRANGERS.find(([start]) => start.test(text))
  if (stranger) return fail('import/not-json', `${quoted(path)} cannot be opened: ${stranger[1]}.`)
  let value: unknown
  try {
    value = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text)
  } catch (error) {
    return fail('import/not-json', `${quoted(path)} is not valid JSON: ${toIssue(error).message.slice(0, 120)}`)
  }
  const guarded = guardJson(value)
  return guarded.ok ? ok(value) : fail('import/refused-json', `${quoted(path)} cannot be opened: ${guarded.issues[0].message}`)
}
