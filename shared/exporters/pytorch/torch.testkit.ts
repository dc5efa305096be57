import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Pythons that may have PyTorch, best first. */
const CANDIDATES = [process.env.NETLOOM_PYTHON ?? '', '/usr/bin/python3', 'python3'].filter(
  path => path && (!path.startsWith('/') || existsSync(path)),
)

const has = (python: string, modules: string): boolean => spawnSync(python, ['-c', `import ${modules}`]).status === 0

/** A Python that has PyTorch and NumPy, or undefined where there is none. */
export const torchPython = (): string | undefined => CANDIDATES.find(python => has(python, 'torch, numpy'))

/** Runs a Python program to its end. */
export const runPython = (python: string, args: readonly string[], cwd?: string) =>
  spawnSync(python, args, { encoding: 'utf8', cwd, env: { ...process.env, OMP_NUM_THREADS: '1' }, maxBuffer: 2 ** 26, timeout: 150_000 })
