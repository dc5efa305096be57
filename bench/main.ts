import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { type Group, measureGroups, processorGroup } from '../cli/bench/processor.ts'
import { processIo } from '../cli/io.ts'
import { loadProject } from '../cli/load.ts'
import { checksOf, type WindowFigures } from '../shared/bench/checks.ts'
import { BENCH_NETS, type BenchNet, NET_NAMES, type Subject, subjectOf } from '../shared/bench/nets.ts'
import type { BenchRecord } from '../shared/bench/record.ts'
import { checksTable, countsTable, recordsTable, recordText } from '../shared/bench/table.ts'
import { unwrap } from '../shared/result.ts'
import { type BenchBrowser, openBrowser } from './browser.ts'

interface Wish {
  readonly nets: readonly BenchNet[]
  readonly rounds: number
  readonly seconds: number
  /** Longest that a peer may take to start in the browser, s. */
  readonly limit: number
  readonly browser: boolean
  readonly card: boolean
  readonly frames: boolean
}

const io = processIo()

const readWish = (args: readonly string[]): Wish => {
  const flag = { type: 'boolean', default: false } as const
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...{ rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '1' }, limit: { type: 'string', default: '60' } },
      ...{ 'no-browser': flag, 'no-card': flag, 'no-frames': flag },
    },
  })
  const unknown = positionals.filter(name => !NET_NAMES.some(net => net === name) && name !== 'all')
  if (unknown.length) throw new Error(`There is no network "${unknown[0]}" to measure: choose ${NET_NAMES.join(', ')} or all.`)
  const nets = NET_NAMES.filter(net => positionals.length === 0 || positionals.includes('all') || positionals.includes(net))
  const number = (name: 'rounds' | 'seconds' | 'limit'): number => {
    const value = Number(values[name])
    if (!(value > 0)) throw new Error(`--${name} must be a number above 0, but is "${values[name]}".`)
    return value
  }
  return {
    ...{ nets, rounds: number('rounds'), seconds: number('seconds'), limit: number('limit') },
    ...{ browser: !values['no-browser'], card: !values['no-card'], frames: !values['no-frames'] },
  }
}

const machine = (): string => {
  const [first] = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${cpus().length} × ${first?.model.trim() ?? 'processor'}, ${memory} GiB, ${process.platform} ${release()}, Node ${process.versions.node}, load ${loadavg()[0]?.toFixed(1)} at the start`
}

const measureNet = async (subject: Subject, wish: Wish, browser: BenchBrowser | null): Promise<BenchRecord[]> => {
  const { net } = subject
  io.note(`${net}: opening what is measured …`)
  const groups: Group[] = []
  if (browser) groups.push(...(await browser.open(net, wish.seconds)))
  groups.push(unwrap(await processorGroup(subject, wish.seconds, io)))
  const progress = (round: number): void => io.note(`${net}: round ${round + 1} of ${wish.rounds}`)
  const records = await measureGroups(groups, { rounds: wish.rounds, seconds: wish.seconds, stopped: () => io.signal.aborted, progress })
  for (const record of records) io.say(recordText(record))
  return records
}

const tool = fileURLToPath(new URL('../../bin/netloom.mjs', import.meta.url))

/** Rates and counts through WebGPU, by the tool in a process of its own: what it does to tfjs must not meet the other measurements. */
const measureCard = async (net: BenchNet, { rounds, seconds }: Wish): Promise<BenchRecord[]> => {
  const args = [tool, 'bench', net, '--backend', 'webgpu', '--rounds', String(rounds), '--seconds', String(seconds), '--json']
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, { signal: io.signal })
    const record = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as BenchRecord
    io.say(recordText(record))
    return [record]
  } catch (error) {
    io.note(`${net} through WebGPU was not measured: ${String((error as { stderr?: string }).stderr ?? error).slice(-300)}`)
    return []
  }
}

const report = (records: readonly BenchRecord[], window: WindowFigures | null, command: string): string => {
  const date = new Date().toISOString().slice(0, 10)
  const head = `## ${date}: \`${command}\`\n\n${about}`
  return [head, recordsTable(records), countsTable(records), checksTable(checksOf(records, window))].filter(Boolean).join('\n\n')
}

let about = ''

/** Measures everything asked for; writes the record to `out/` as JSON and as Markdown. */
export const main = async (
  args: readonly string[],
  browserPath: string | null,
  measureFrames: () => Promise<WindowFigures>,
): Promise<void> => {
  const wish = readWish(args)
  about = machine()
  const subjects: Subject[] = []
  for (const net of wish.nets) subjects.push(unwrap(subjectOf(net, unwrap(await loadProject(BENCH_NETS[net].template)).project)))
  const records: BenchRecord[] = []
  if (wish.card) for (const net of wish.nets) records.push(...(await measureCard(net, wish)))
  if (wish.browser && !browserPath) io.note('stock tfjs in a browser: no Chromium was found; set NETLOOM_BROWSER to its path.')
  const browser = wish.browser && browserPath ? await openBrowser(browserPath, wish.limit, io.note) : null
  try {
    for (const subject of subjects) if (!io.signal.aborted) records.push(...(await measureNet(subject, wish, browser)))
  } finally {
    await browser?.close()
  }
  const window = wish.frames && browserPath && !io.signal.aborted ? await measureFrames() : null
  const command = ['npm run bench', ...(args.length ? ['--', ...args] : [])].join(' ')
  const text = report(records, window, command)
  io.say(`\n${text}`)
  mkdirSync('out', { recursive: true })
  const name = `out/bench-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}`
  const checks = checksOf(records, window)
  writeFileSync(
    `${name}.json`,
    `${JSON.stringify({ command, machine: about, date: new Date().toISOString(), records, window, checks }, null, 2)}\n`,
  )
  writeFileSync(`${name}.md`, `${text}\n`)
  io.note(`Written to ${name}.json and ${name}.md.`)
}
