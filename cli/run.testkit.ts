import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Root of the repository. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/** How a run of the tool ended. */
export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs a program to its end. */
export const runProgram = (args: readonly string[], cwd = root): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let [out, err] = ['', '']
    child.stdout.on('data', chunk => {
      out += String(chunk)
    })
    child.stderr.on('data', chunk => {
      err += String(chunk)
    })
    child.on('error', reject)
    child.on('close', code => resolve({ code, out, err }))
  })

/** The tool as people start it. */
export const bin = join(root, 'bin/netloom.mjs')

/** Runs the tool as people do. */
export const netloom = (...args: string[]): Promise<Ran> => runProgram([bin, ...args])

/** A folder that lasts for one test file. */
export const workFolder = (): { readonly path: string; remove(): void } => {
  const path = mkdtempSync(join(tmpdir(), 'netloom-cli-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
