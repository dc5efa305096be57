import { z } from 'zod'
import { fail, failAll, issue, ok, type Result } from '../result.ts'
import type { HostApi } from './contract.ts'

/** Largest file that crosses between window and host, bytes. */
export const BYTES_LIMIT = 1 << 30
const NAME_LIMIT = 200
const SETTINGS_DEPTH = 16
const SETTINGS_ITEMS = 10_000

const bytes = z.custom<Uint8Array<ArrayBuffer>>(
  v => v instanceof Uint8Array && v.buffer instanceof ArrayBuffer && v.byteLength <= BYTES_LIMIT,
  `bytes, at most ${BYTES_LIMIT}`,
)
const token = z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'a file token')
const label = z.string().max(1000)

/** A name that can stand in any folder of any system: no separators, no control characters, no device names, no dots at an end. */
export const isFileName = (name: string): boolean =>
  name.length > 0 &&
  name.length <= NAME_LIMIT &&
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
  !/[\u0000-\u001f\u007f<>:"/\\|?*]/.test(name) &&
  !/^\.|[. ]$/.test(name) &&
  !/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name)

/** A wish for a name, made fit for every system; what a project is called may hold anything. */
export const safeFileName = (name: string): string => {
  const clean = name
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must go
    .replace(/[\u0000-\u001f\u007f<>:"/\\|?*]+/g, '-')
    .replace(/^[. ]+|[. ]+$/g, '')
  const short =
    [...clean].length > 120 ? `${[...clean].slice(0, 90).join('')}${/(\.[A-Za-z0-9]{1,10}){0,2}$/.exec(clean)?.[0] ?? ''}` : clean
  return isFileName(short) ? short : `netloom-${short}`.slice(0, NAME_LIMIT)
}

/** A relative path whose every part is a plain file name, e.g. `model/weights.bin`. */
export const isFilePath = (path: string): boolean => path.length <= 500 && path.split('/').length <= 8 && path.split('/').every(isFileName)

const wishedName = z.string().min(1).max(1000).transform(safeFileName)
const files = z.array(z.strictObject({ path: z.string().refine(isFilePath, 'a plain relative path'), bytes })).max(1000)

/** Plain data of limited depth and size; anything that JSON cannot carry is refused. */
const isPlain = (value: unknown, depth: number, room: { left: number }): boolean => {
  room.left -= 1
  if (room.left < 0 || depth > SETTINGS_DEPTH) return false
  if (typeof value === 'string') {
    room.left -= value.length / 100
    return room.left >= 0
  }
  if (value === null || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (Array.isArray(value)) return value.every(v => isPlain(v, depth + 1, room))
  if (typeof value !== 'object') return false
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return false
  return Object.entries(value).every(([k, v]) => k !== '__proto__' && isPlain(v, depth + 1, room))
}

const settings = z.custom<Readonly<Record<string, unknown>>>(
  v => typeof v === 'object' && v !== null && !Array.isArray(v) && isPlain(v, 0, { left: SETTINGS_ITEMS }),
  'settings as plain data',
)

const download = z.strictObject({
  name: z.string().refine(isFileName, 'a plain file name'),
  url: z.url({ protocol: /^https$/ }).max(2000),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().min(1).max(BYTES_LIMIT),
})

const recoveryId = z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'an id of letters, digits and dashes')

const menu = z
  .array(
    z.strictObject({
      label: label.max(100),
      items: z
        .array(
          z.strictObject({
            command: z.string().max(100).nullable(),
            label: label.max(200),
            keys: z.string().max(50),
            enabled: z.boolean(),
          }),
        )
        .max(200),
    }),
  )
  .max(20)

const schemas = {
  info: z.tuple([]),
  openProject: z.tuple([]),
  openRecent: z.tuple([token]),
  recentFiles: z.tuple([]),
  saveProject: z.tuple([z.strictObject({ token: token.nullable(), suggestedName: wishedName, bytes })]),
  saveExport: z.tuple([wishedName, files]),
  openData: z.tuple([]),
  openModel: z.tuple([]),
  download: z.tuple([download]),
  cancelDownload: z.tuple([z.string().max(NAME_LIMIT)]),
  writeRecovery: z.tuple([
    z.strictObject({ id: recoveryId, name: label, when: z.number().min(0).max(1e14), bytes, token: token.nullable() }),
  ]),
  recoveries: z.tuple([]),
  clearRecovery: z.tuple([recoveryId]),
  readSettings: z.tuple([]),
  writeSettings: z.tuple([settings]),
  setDocument: z.tuple([z.strictObject({ name: label, dirty: z.boolean() })]),
  setMenu: z.tuple([menu]),
} satisfies { [K in keyof HostApi]: z.ZodType<Parameters<HostApi[K]>> }

const guard =
  <T>(call: string, schema: z.ZodType<T>) =>
  (args: unknown): Result<T> => {
    try {
      const parsed = schema.safeParse(args)
      if (parsed.success) return ok(parsed.data)
      return failAll(
        parsed.error.issues.slice(0, 5).map(({ path, message }) => {
          const where = path.join('.')
          return issue('host/bad-arguments', `The call ${call} was refused: argument ${where || 'list'} is wrong (${message}).`, { where })
        }),
      )
    } catch {
      return fail('host/bad-arguments', `The call ${call} was refused: its arguments cannot be read.`)
    }
  }

/** Checks the arguments of each host call, given as the list that arrived; names are made safe on the way. */
export const hostGuards: { readonly [K in keyof HostApi]: (args: unknown) => Result<Parameters<HostApi[K]>> } = {
  info: guard('info', schemas.info),
  openProject: guard('openProject', schemas.openProject),
  openRecent: guard('openRecent', schemas.openRecent),
  recentFiles: guard('recentFiles', schemas.recentFiles),
  saveProject: guard('saveProject', schemas.saveProject),
  saveExport: guard('saveExport', schemas.saveExport),
  openData: guard('openData', schemas.openData),
  openModel: guard('openModel', schemas.openModel),
  download: guard('download', schemas.download),
  cancelDownload: guard('cancelDownload', schemas.cancelDownload),
  writeRecovery: guard('writeRecovery', schemas.writeRecovery),
  recoveries: guard('recoveries', schemas.recoveries),
  clearRecovery: guard('clearRecovery', schemas.clearRecovery),
  readSettings: guard('readSettings', schemas.readSettings),
  writeSettings: guard('writeSettings', schemas.writeSettings),
  setDocument: guard('setDocument', schemas.setDocument),
  setMenu: guard('setMenu', schemas.setMenu),
}
