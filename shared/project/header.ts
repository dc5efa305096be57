import { z } from 'zod'
import { fail, ok, type Result } from '../result.ts'
import { readJson } from './json.ts'

/** Version of the program, written into every file; equal to that of package.json. */
export const APP_VERSION = '0.1.0'

/** Version of the container, not of the project in it. */
export const CONTAINER_VERSION = 1

/** The parts of a `.netloom` file, in the order they are written. */
export const PARTS = ['project.json', 'weights.safetensors', 'history.json', 'thumbnail.png'] as const
export type PartFile = (typeof PARTS)[number]

const partSchema = z.strictObject({
  name: z.enum(PARTS),
  bytes: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})

const headerSchema = z.strictObject({
  format: z.literal('netloom'),
  version: z.literal(CONTAINER_VERSION),
  appVersion: z.string().max(40),
  parts: z.array(partSchema).min(1).max(PARTS.length),
})

/** First entry of a `.netloom` file: what the others are, how long, and their SHA-256. */
export type Header = z.infer<typeof headerSchema>

const versionOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined

/** Reads `header.json`. */
export const readHeader = (bytes: Uint8Array): Result<Header> => {
  const json = readJson(bytes, 'header.json')
  if (!json.ok) return json
  const version = versionOf(json.value)
  if (typeof version === 'number' && version > CONTAINER_VERSION)
    return fail(
      'file/newer',
      `This file was saved by a newer Netloom (format ${version}; this one reads up to ${CONTAINER_VERSION}): update to open it.`,
    )
  const parsed = headerSchema.safeParse(json.value)
  if (parsed.success) return ok(parsed.data)
  const [first] = parsed.error.issues
  const where = first?.path.join('.') || 'the top'
  return fail(
    'file/invalid',
    `header.json of the project file is not valid at ${where}: ${first?.message.replace(/\.$/, '') ?? 'unknown'}.`,
    { where },
  )
}
