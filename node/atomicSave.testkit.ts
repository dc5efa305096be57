import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buildSync } from 'esbuild'

/** Makes an empty folder that `remove` deletes again. */
export const tempFolder = (): { readonly path: string; remove(): void } => {
  const path = mkdtempSync(join(tmpdir(), 'netloom-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Compiles a TypeScript script so that a bare Node can run it; gives the path of the result. */
export const compileScript = (source: string, folder: string): string => {
  const outfile = join(folder, 'script.mjs')
  buildSync({
    stdin: { contents: source, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
  })
  return outfile
}

/** Runs a script and kills it without warning `ms` after it said that it started; gives what it printed. */
export const runAndKill = (script: string, args: readonly string[], ms: number): Promise<string> =>
  new Promise((done, failed) => {
    const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
    let printed = ''
    let armed = false
    child.stdout.on('data', chunk => {
      printed += String(chunk)
      if (!armed) setTimeout(() => child.kill('SIGKILL'), ms)
      armed = true
    })
    child.on('error', failed)
    child.on('close', () => done(printed))
  })

/** Whether this machine lets a test make a small file system of its own. */
export const canMountTmpfs = (): boolean => spawnSync('unshare', ['-rm', 'true']).status === 0

/** Runs a script with `folder` replaced by an empty file system of `size` bytes; gives what it printed. */
export const runOnSmallDisk = (script: string, folder: string, size: number): string => {
  const command = 'mount -t tmpfs -o size="$2" tmpfs "$1" && exec "$3" "$4" "$1"'
  const run = spawnSync('unshare', ['-rm', 'sh', '-c', command, 'sh', folder, String(size), process.execPath, script], { encoding: 'utf8' })
  if (run.status !== 0) throw new Error(run.stderr)
  return run.stdout
}

/** Runs a script as somebody who may not write everywhere, with `folder` belonging to them; gives the JSON that it printed. */
export const runAsOrdinaryUser = (script: string, folder: string): unknown => {
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
  if (user.uid) {
    chmodSync(dirname(folder), 0o755)
    chownSync(folder, user.uid, user.gid)
  }
  const run = spawnSync(process.execPath, [script, folder], { encoding: 'utf8', ...user })
  if (run.status !== 0) throw new Error(run.stderr)
  return JSON.parse(run.stdout)
}
