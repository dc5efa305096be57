import { fail, IssueError, ok, type Result, toIssue } from '../../shared/result.ts'

const REASONS: Readonly<Record<string, readonly [code: string, reason: string]>> = {
  QuotaExceededError: ['file/no-space', 'there is no room left. Free some space and try again.'],
  NotAllowedError: ['file/no-permission', 'the browser does not allow it. Choose the file again, or use "Save as".'],
  SecurityError: ['file/no-permission', 'the browser does not allow it here. Allow this site to keep data, or use the desktop edition.'],
  NoModificationAllowedError: ['file/busy', 'another program or window holds the file. Close it there and try again.'],
  InvalidStateError: ['file/busy', 'the file changed on disk meanwhile. Try again.'],
  NotFoundError: ['file/not-found', 'the file is not there any more. Use "Save as", or choose another file.'],
  NotReadableError: ['file/no-permission', 'the file cannot be read. Check its permissions.'],
}

/** Runs a step of the browser and turns whatever it throws into one sentence that starts with `failed`. */
export const attempt = async <T>(failed: string, step: () => Promise<T>): Promise<Result<T>> => {
  try {
    return ok(await step())
  } catch (error) {
    if (error instanceof IssueError) return { ok: false, issues: [toIssue(error)] }
    const name = error instanceof DOMException ? error.name : ''
    const [code, reason] = REASONS[name] ?? ['file/failed', `the browser reported "${error instanceof Error ? error.message : name}".`]
    return fail(code, `${failed}: ${reason}`)
  }
}
