/** How bad an issue is: an error forbids training, a warning only informs. */
export type Severity = 'error' | 'warning'

/** A repair the user can apply with one click; data, so that it crosses workers and shows in `--json`. */
export type Fix =
  | {
      readonly kind: 'insertBefore'
      readonly label: string
      readonly node: string
      readonly type: string
      readonly params?: Readonly<Record<string, unknown>>
    }
  | { readonly kind: 'setParams'; readonly label: string; readonly node: string; readonly params: Readonly<Record<string, unknown>> }
  | { readonly kind: 'removeWire'; readonly label: string; readonly wire: string }
  | { readonly kind: 'removeNode'; readonly label: string; readonly node: string }

/** The only shape of an error in Netloom: a stable code, one plain sentence, and where it happened. */
export interface Issue {
  /** Stable and machine-readable, `area/what`, e.g. `layer/kernel-too-large`. */
  readonly code: string
  /** One sentence for people: what happened, where, and what to do. */
  readonly message: string
  readonly severity: Severity
  readonly node?: string
  readonly wire?: string
  readonly param?: string
  /** Path inside a file, e.g. `graph.nodes[3].params.filters`, or a byte or line. */
  readonly where?: string
  readonly expected?: string
  readonly received?: string
  readonly fixes?: readonly Fix[]
}

/** Either a value or the issues that prevented it; issues is never empty. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly issues: readonly [Issue, ...Issue[]] }

/** Wraps a value as success. */
export const ok = <T>(value: T): Result<T> => ({ ok: true, value })

/** Makes one issue; severity defaults to error. */
export const issue = (code: string, message: string, more: Partial<Issue> = {}): Issue => ({ severity: 'error', ...more, code, message })

/** Fails with one issue. */
export const fail = (code: string, message: string, more: Partial<Issue> = {}): Result<never> => ({
  ok: false,
  issues: [issue(code, message, more)],
})

/** Fails with issues gathered before; an empty list is a programming error and becomes one internal issue. */
export const failAll = (issues: readonly Issue[]): Result<never> => {
  const [first, ...rest] = issues
  return { ok: false, issues: [first ?? issue('internal/no-issue', 'Something failed without giving a reason.'), ...rest] }
}

/** Unwraps a result or throws an Error that carries the first sentence; for callers that cannot go on (tests, scripts). */
export const unwrap = <T>(result: Result<T>): T => {
  if (result.ok) return result.value
  throw new IssueError(result.issues[0])
}

/** Carries an issue through code that can only throw; turn it back with `toIssue`. */
export class IssueError extends Error {
  readonly issue: Issue
  constructor(issue: Issue) {
    super(issue.message)
    this.name = 'IssueError'
    this.issue = issue
  }
}

/** Turns anything thrown into an issue without a stack. */
export const toIssue = (error: unknown, code = 'internal/unexpected'): Issue =>
  error instanceof IssueError ? error.issue : issue(code, error instanceof Error ? error.message : String(error))

/** Makes a missing case a compile error. */
export const assertNever = (value: never): never => {
  throw new Error(`Unexpected value ${JSON.stringify(value)}.`)
}
