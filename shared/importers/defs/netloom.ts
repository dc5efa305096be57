import { unpackProject } from '../../project/unpack.ts'
import { fail, ok } from '../../result.ts'
import { namesOf } from '../archive.ts'
import { defineImporter } from '../define.ts'
import { looksLikeJson } from '../keras/json.ts'
import { isRecord } from '../keras/topology.ts'

const isOwnJson = (bytes: Uint8Array): boolean => {
  // Other files may be large, and are not worth reading as text.
  if (!looksLikeJson(bytes)) return false
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return isRecord(value) && value.format === 'netloom'
  } catch {
    return false
  }
}

/** Netloom's own files, so that one way opens every file. */
export const netloom = defineImporter({
  id: 'netloom',
  title: 'Netloom project',
  extensions: ['.netloom', '.netloom.json'],
  matches: files => files.length === 1 && (namesOf(files).includes('header.json') || files.some(f => isOwnJson(f.bytes))),
  run: async ({ files: [file] }) => {
    if (!file) return fail('import/no-file', 'No file was chosen.')
    const opened = await unpackProject(file.bytes, file.path)
    if (!opened.ok) return opened
    const { project, weights, warnings } = opened.value
    return ok({ project, weights, notes: warnings })
  },
})
