import type { ExportedFile } from '../engine/protocol.ts'
import { isZip, readZip, zipNames } from '../project/zip.ts'
import { ok, type Result } from '../result.ts'

/** Bytes that one import may unpack to and that its files may have together; with copies in the reader this stays below 1 GB. */
export const MOST_IMPORT_BYTES = 256 * 2 ** 20
/** Files in a zip of a model. */
const MOST_ENTRIES = 2000

const LIMITS = { entries: MOST_ENTRIES, bytes: MOST_IMPORT_BYTES, folders: true }

/** True when one zip is all there is. */
export const isArchive = (files: readonly ExportedFile[]): boolean => onlyZip(files) !== null

/** The only file when it is a zip, else null. */
const onlyZip = (files: readonly ExportedFile[]): ExportedFile | null => {
  const [only, ...more] = files
  return only && more.length === 0 && isZip(only.bytes) ? only : null
}

/** Paths of the files given, or of those in the zip given; nothing is unpacked. */
export const listed = (files: readonly ExportedFile[]): Result<readonly string[]> => {
  const zip = onlyZip(files)
  return zip ? zipNames(zip.bytes, LIMITS) : ok(files.map(f => f.path))
}

/** The same for telling a format: a zip that cannot be read has no paths. */
export const namesOf = (files: readonly ExportedFile[]): readonly string[] => {
  const names = listed(files)
  return names.ok ? names.value : []
}

const isHousekeeping = (path: string): boolean => /(^|\/)(__MACOSX\/|\.DS_Store$|\._)/.test(path)

/** The files given, or what the zip given holds. */
export const unzipped = (files: readonly ExportedFile[]): Result<readonly ExportedFile[]> => {
  const zip = onlyZip(files)
  if (!zip) return ok(files)
  const read = readZip(zip.bytes, LIMITS)
  if (!read.ok) return read
  return ok(
    [...read.value].filter(([path]) => !isHousekeeping(path)).map(([path, bytes]) => ({ path, bytes: bytes as Uint8Array<ArrayBuffer> })),
  )
}
