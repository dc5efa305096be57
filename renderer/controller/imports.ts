import type { EngineCalls, ExportedFile, ImportAnswer } from '../../shared/engine/protocol.ts'
import type { ProjectFile } from '../../shared/graph/document.ts'
import { fail, type Issue, type Result } from '../../shared/result.ts'

/** What reads foreign files: a worker of its own, so that a file which hangs or breaks it costs neither a training nor the open model. */
export interface Reader {
  call(name: 'import', args: EngineCalls['import']['args']): Promise<Result<ImportAnswer>>
  /** Ends the worker and frees all its memory. */
  restart(): void
}

let connect: (() => Promise<Reader>) | null = null

/** Sets how a reader is started; called once at start, and by tests with a reader of their own. */
export const setReader = (make: () => Promise<Reader>): void => {
  connect = make
}

const LOST = new Set(['engine/hung', 'engine/died', 'engine/unreachable'])

/** A worker that was lost says so in words about the file, not about itself. */
const aboutFile = (issue: Issue, files: readonly ExportedFile[]): Result<never> =>
  LOST.has(issue.code)
    ? fail(
        'import/gave-up',
        `Reading ${files[0]?.path ?? 'the files'} was given up, because the reader hung or broke on it: the file is probably damaged.`,
      )
    : { ok: false, issues: [issue] }

/** Reads foreign files in a worker that is started for them and ended after. */
export const readForeign = async (files: readonly ExportedFile[], open: ProjectFile | null): Promise<Result<ImportAnswer>> => {
  if (!connect) return fail('import/not-ready', 'The program is still starting; try again in a moment.')
  const reader = await connect()
  try {
    const answer = await reader.call('import', { files, open })
    return answer.ok ? answer : aboutFile(answer.issues[0], files)
  } finally {
    reader.restart()
  }
}
