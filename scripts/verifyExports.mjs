// `npm run verify:exports`: runs every template through the real Keras, PyTorch and ONNX Runtime and compares with tfjs.
// It takes the Python of NETLOOM_PYTHON, else one that has the packages, else it makes an environment of its own in node_modules/.cache.
// `--quick` installs nothing, takes small networks only and gives up after 110 s: for continuous integration. `--most N` sets the largest network
// by its multiply-adds.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as esbuild from 'esbuild'
import { root } from './freshness.mjs'

const TOLERANCE = 1e-4
/** Largest difference as a share of the largest answer: a thousand classes have small answers. */
const RELATIVE = 1e-3
const QUICK_SECONDS = 110
const QUICK_ADDS = 5e6
const INSTALL_LIMIT = 15 * 60_000

/** What runs each format, what it imports and what provides that. */
const LIBRARIES = {
  keras: {
    formats: ['keras', 'keras-python'],
    imports: 'numpy, keras',
    packages: ['numpy<2', 'keras', 'jax', 'h5py'],
    env: { KERAS_BACKEND: 'jax' },
  },
  torch: { formats: ['pytorch'], imports: 'numpy, torch', packages: ['torch'], debian: ['python3-torch', 'python3-numpy'], env: {} },
  onnx: { formats: ['onnx'], imports: 'numpy, onnxruntime', packages: ['onnxruntime'], env: {} },
}

const has = (python, { imports, env }) =>
  spawnSync(python, ['-c', `import ${imports}`], { stdio: 'ignore', timeout: 60_000, env: { ...process.env, ...env } }).status === 0

/** Prints and runs; true when it went well. */
const attempt = (command, args) => {
  console.error(`$ ${command} ${args.join(' ')}`)
  return spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], timeout: INSTALL_LIMIT }).status === 0
}

/** Debian's own package where it can be had: PyPI's PyTorch brings gigabytes for graphics cards along. */
const fromDebian = names =>
  process.getuid?.() === 0 && existsSync('/usr/bin/apt-get') && attempt('apt-get', ['install', '-y', '--no-install-recommends', ...names])

/** Debian's Python sees Debian's packages; another one in PATH may come first and does not. */
const systemPythons = ['/usr/bin/python3', 'python3'].filter(path => !path.startsWith('/') || existsSync(path))

/** An environment of its own that sees the system's packages; libraries that cannot be had are missing from it. */
const ownPython = () => {
  const folder = join(root, 'node_modules/.cache/verify-exports')
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
  if (!existsSync(python) && !attempt(systemPythons[0], ['-m', 'venv', '--system-site-packages', folder])) return systemPythons[0]
  for (const library of Object.values(LIBRARIES)) {
    if (has(python, library)) continue
    if (library.debian && fromDebian(library.debian) && has(python, library)) continue
    attempt(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...library.packages])
  }
  return python
}

/** The Python that has most of the libraries. */
const bestPython = () => {
  const count = python => Object.values(LIBRARIES).filter(library => has(python, library)).length
  const [best] = systemPythons.map(python => ({ python, count: count(python) })).sort((a, b) => b.count - a.count)
  return best ?? { python: 'python3', count: 0 }
}

const choosePython = quick => {
  if (process.env.NETLOOM_PYTHON) return process.env.NETLOOM_PYTHON
  const { python, count } = bestPython()
  return quick || count === Object.keys(LIBRARIES).length ? python : ownPython()
}

/** Exports everything and tells what lies where. */
const exportAll = async (folder, formats, most, timeout) => {
  const program = join(root, 'node_modules/.cache/verify-exports.mjs')
  mkdirSync(join(root, 'node_modules/.cache'), { recursive: true })
  spawnSync(process.execPath, [join(root, 'scripts/genRegistry.mjs')])
  spawnSync(process.execPath, [join(root, 'scripts/buildKernels.mjs')])
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: ['bench/verify/exports.ts'],
    outfile: program,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'error',
    external: ['@tensorflow/*', 'h5wasm', 'h5wasm/*', 'onnxruntime-web'],
  })
  const run = spawnSync(process.execPath, [program, folder, root, formats.join(','), ...(most ? [String(most)] : [])], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout,
  })
  if (run.status !== 0)
    throw new Error(run.error?.code === 'ETIMEDOUT' ? 'There was not enough time.' : 'The exports could not be written.')
  return JSON.parse(run.stdout.trim().split('\n').at(-1))
}

/** Runs one library over its rows; a row without an answer failed. */
const runLibrary = (python, name, rows, timeout) => {
  const { formats, env } = LIBRARIES[name]
  const own = rows.filter(row => formats.includes(row.format) && row.refused === null)
  const run = spawnSync(python, [join(root, 'bench/verify/run.py'), name], {
    input: JSON.stringify(own),
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    timeout,
    env: { ...process.env, ...env },
  })
  const answers = run.stdout
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line))
  return own.map(
    row => answers.find(a => a.folder === row.folder) ?? { ...row, error: run.error?.message ?? run.stderr.trim().split('\n').at(-1) },
  )
}

const good = row => row.difference <= TOLERANCE && row.relative <= RELATIVE && row.same_class

const cellOf = row => {
  if (!row) return '–'
  if (row.refused !== null) return 'refused'
  if (row.error !== undefined) return 'failed'
  return `${row.difference.toExponential(1)}${row.same_class ? '' : ', other class'}${good(row) ? '' : ' (!)'}`
}

/** Rows: networks. Columns: formats. Cells: the largest difference. */
const printTable = (answers, formats) => {
  const networks = [...new Set(answers.map(a => a.network))]
  const lines = [
    ['largest difference to tfjs', ...formats],
    ...networks.map(network => [
      network,
      ...formats.map(format => cellOf(answers.find(a => a.network === network && a.format === format))),
    ]),
  ]
  const widths = lines[0].map((_, i) => Math.max(...lines.map(line => line[i].length)))
  for (const line of lines)
    console.log(
      line
        .map((cell, i) => cell.padEnd(widths[i]))
        .join('  ')
        .trimEnd(),
    )
  for (const a of answers) {
    if (a.refused !== null) console.log(`${a.network} as ${a.format}: ${a.refused}`)
    else if (a.error !== undefined) console.log(`${a.network} as ${a.format} failed: ${a.error}`)
  }
}

const main = async args => {
  const quick = args.includes('--quick')
  const most = args.includes('--most') ? Number(args[args.indexOf('--most') + 1]) : quick ? QUICK_ADDS : undefined
  const end = quick ? Date.now() + QUICK_SECONDS * 1000 : Number.POSITIVE_INFINITY
  const left = () => (quick ? Math.max(end - Date.now(), 1) : undefined)
  const python = choosePython(quick)
  const here = Object.keys(LIBRARIES).filter(name => has(python, LIBRARIES[name]))
  for (const name of Object.keys(LIBRARIES))
    if (!here.includes(name)) console.log(`Skipped: ${LIBRARIES[name].imports} cannot be imported by ${python}.`)
  if (here.length === 0) return quick ? 0 : 1
  const formats = here.flatMap(name => LIBRARIES[name].formats)
  const folder = mkdtempSync(join(tmpdir(), 'netloom-verify-'))
  try {
    const rows = await exportAll(folder, formats, most, left())
    const known = rows.filter(row => row.refused !== 'there is no such format')
    const answers = [...known.filter(row => row.refused !== null), ...here.flatMap(name => runLibrary(python, name, known, left()))]
    printTable(answers, formats)
    const late = quick && Date.now() >= end
    if (late) console.log(`Stopped after ${QUICK_SECONDS} s; rows without an answer do not count.`)
    const bad = answers.filter(a => a.refused === null && !good(a) && !(late && a.difference === undefined))
    console.log(
      bad.length
        ? `${bad.length} of ${answers.length} differ by more than ${TOLERANCE} (or ${RELATIVE} of the largest answer) or failed.`
        : `All within ${TOLERANCE}.`,
    )
    return bad.length ? 1 : 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

main(process.argv.slice(2)).then(
  code => {
    process.exitCode = code
  },
  error => {
    console.error(error.message)
    process.exitCode = process.argv.includes('--quick') && error.message === 'There was not enough time.' ? 0 : 1
  },
)
