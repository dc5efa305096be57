import { fail, ok, type Result } from '../result.ts'
import { FORMAT_VERSION } from './document.ts'

/** One step that turns a file of version `from` into one of the next version. */
export interface Migration {
  readonly from: number
  /** What changed, e.g. "frames got colours". */
  readonly name: string
  up(file: Readonly<Record<string, unknown>>): Record<string, unknown>
}

/** Every step, in order. Version 1 is the first, so there is none yet; a new version adds one here and a frozen fixture to the tests. */
export const migrations: readonly Migration[] = []

/** Brings a file up to this program's version; a newer or unnumbered one is refused. */
export const migrate = (
  file: Readonly<Record<string, unknown>>,
  steps: readonly Migration[] = migrations,
  target: number = FORMAT_VERSION,
): Result<Readonly<Record<string, unknown>>> => {
  const { version } = file
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1)
    return fail('file/no-version', `The project file does not say its version: "version" must be a whole number from 1 to ${target}.`, {
      where: 'version',
      expected: `1 to ${target}`,
    })
  if (version > target)
    return fail(
      'file/too-new',
      `The project was saved by a newer Netloom (file version ${version}, this one reads ${target}): update Netloom.`,
      {
        where: 'version',
        expected: `at most ${target}`,
        received: String(version),
      },
    )
  let current = file
  for (let at = version; at < target; at++) {
    const step = steps.find(({ from }) => from === at)
    if (!step) return fail('file/no-migration', `Netloom cannot read project files of version ${at} any more.`, { where: 'version' })
    current = { ...step.up(current), version: at + 1 }
  }
  return ok(current)
}
