import { type Issue, issue } from '../shared/result.ts'

/** What the system calls a failure (`ENOSPC`, …); empty when it gives no name. */
export const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

const KINDS: Readonly<Record<string, readonly [code: string, what: string, remedy: string]>> = {
  ENOSPC: ['file/no-space', 'there is no room left on the disk', 'Free some space or choose another place.'],
  EDQUOT: ['file/no-space', 'your share of the disk is used up', 'Free some space or choose another place.'],
  EFBIG: ['file/no-space', 'it is larger than this disk allows for one file', 'Choose another place.'],
  EACCES: ['file/no-permission', 'the file or its folder is closed to you', 'Choose another place or change its permissions.'],
  EPERM: ['file/no-permission', 'the file or its folder is closed to you', 'Choose another place or change its permissions.'],
  EROFS: ['file/no-permission', 'this disk can only be read', 'Choose another place.'],
  EISDIR: ['file/is-folder', 'there is a folder of that name', 'Choose another name.'],
  ENOENT: ['file/not-found', 'it or its folder does not exist', 'Check the name, or choose another place.'],
  ENOTDIR: ['file/not-found', 'a part of its place is a file, not a folder', 'Choose another place.'],
  ENAMETOOLONG: ['file/bad-name', 'the name is too long', 'Choose a shorter name.'],
  EINVAL: ['file/bad-name', 'the disk does not accept this name', 'Choose another name.'],
  ELOOP: ['file/bad-name', 'its links lead in a circle', 'Choose another place.'],
  EBUSY: ['file/busy', 'another program holds it', 'Close that program and try again.'],
  ETXTBSY: ['file/busy', 'another program holds it', 'Close that program and try again.'],
  EMFILE: ['file/busy', 'too many files are open', 'Close some programs and try again.'],
  EIO: ['file/device', 'the disk reported an error', 'Save to another disk and check this one.'],
}

/** Says in one sentence why a file could not be read or written; names the file, never its path. */
export const fileIssue = (error: unknown, name: string, verb: 'read' | 'saved'): Issue => {
  const system = errorCode(error)
  const kind = KINDS[system]
  const untouched = verb === 'saved' ? ' What was there before is untouched.' : ''
  if (!kind)
    return issue(
      'file/failed',
      `${name} could not be ${verb} (${system || 'unknown reason'}).${untouched} Try again or choose another place.`,
    )
  const [code, what, remedy] = kind
  return issue(code, `${name} could not be ${verb}: ${what}.${untouched} ${remedy}`, { received: system })
}
