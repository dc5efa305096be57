import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Browser, chromium, type Page } from '@playwright/test'
import { App, withoutPickers } from '../e2e/app.ts'
import type { WindowFigures } from '../shared/bench/checks.ts'
import { median } from '../shared/bench/rounds.ts'
import { costsOf, cpuOf, type FrameFigures, framesOf, type TraceEvent, threadsNamed } from './trace.ts'

const CATEGORIES = [
  'devtools.timeline',
  'disabled-by-default-devtools.timeline',
  'devtools.timeline.frame',
  'disabled-by-default-devtools.timeline.frame',
  '__metadata',
]

interface Watch {
  readonly input: unknown
  readonly every: number
}

/** What the page remembers of the engine's worker, for the measurement only. */
interface Spy {
  /** Batches trained so far and when that was told, ms. */
  last: { readonly step: number; readonly at: number } | null
  probes: number
  /** What the window watches. */
  watch: Watch | null
  /** Sets what the engine looks at while it trains; null for nothing. */
  look(watch: Watch | null): void
}

type Spied = typeof globalThis & { spy: Spy }

/** Runs in the page before anything else: listens to the engine's worker, and has the browser draw every frame. */
const install = (): void => {
  const Original = globalThis.Worker
  let engine: Worker | null = null
  const spy: Spy = {
    ...{ last: null, probes: 0, watch: null },
    look: watch => engine?.postMessage({ id: -1, call: 'watch', args: watch ?? { input: null, every: 0 } }),
  }
  globalThis.Worker = class extends Original {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options)
      if (!String(url).includes('trainer')) return
      engine = this
      this.addEventListener('message', ({ data }) => {
        if (data.kind === 'probe') spy.probes += 1
        if (data.kind === 'train' && data.event.type === 'batch') spy.last = { step: data.event.step, at: performance.now() }
      })
    }
    override postMessage(message: unknown, ...rest: unknown[]): void {
      const { id, call, args } = message as { id: number; call: string; args: Watch }
      if (call === 'watch' && id >= 0 && args.input) spy.watch = args
      Reflect.apply(super.postMessage, this, [message, ...rest])
    }
  }
  const frame = (): void => void requestAnimationFrame(frame)
  requestAnimationFrame(frame)
  Object.assign(globalThis, { spy })
}

/** One stretch of training with or without film strips. */
interface Stretch {
  readonly frames: FrameFigures
  /** Batches per second. */
  readonly rate: number
  /** Processor time of the engine's own thread per batch, ms. */
  readonly engineMs: number
  readonly probes: number
  readonly costs: readonly (readonly [string, number])[]
}

const stretch = async (browser: Browser, page: Page, on: boolean, seconds: number, keep: string | null): Promise<Stretch> => {
  await page.evaluate(watching => {
    const { spy } = globalThis as Spied
    spy.look(watching ? spy.watch : null)
  }, on)
  await page.waitForTimeout(500)
  await browser.startTracing(page, { categories: CATEGORIES })
  const read = () => page.evaluate(() => ({ last: (globalThis as Spied).spy.last, probes: (globalThis as Spied).spy.probes }))
  const before = await read()
  await page.waitForTimeout(1000 * seconds)
  const after = await read()
  const buffer = await browser.stopTracing()
  if (keep) writeFileSync(keep, buffer)
  const { traceEvents: events } = JSON.parse(buffer.toString()) as { traceEvents: TraceEvent[] }
  const [main] = threadsNamed(events, 'CrRendererMain')
  const [engine] = threadsNamed(events, 'DedicatedWorker thread')
  if (!main || !engine || !before.last || !after.last) throw new Error('The window did not train, or its threads are not in the trace.')
  const steps = after.last.step - before.last.step
  return {
    frames: framesOf(events, main),
    rate: (1000 * steps) / (after.last.at - before.last.at),
    engineMs: cpuOf(events, engine) / steps,
    probes: after.probes - before.probes,
    costs: costsOf(events, main),
  }
}

const begin = async (page: Page, url: string): Promise<void> => {
  await withoutPickers(page)
  await page.addInitScript(install)
  await page.goto(url)
  const app = new App(page)
  await app.openTemplate('lenet')
  await app.mode('Train')
  await app.setField('Epochs', '100000')
  await page.keyboard.press('Control+Enter')
  await page.waitForFunction(() => (globalThis as Spied).spy.last !== null && (globalThis as Spied).spy.probes > 2, null, {
    timeout: 120_000,
  })
  await page.waitForTimeout(2000)
}

const text = ({ frames, rate, engineMs, probes }: Stretch, on: boolean): string =>
  `film strips ${on ? 'on ' : 'off'}: ${frames.frames} frames, work p50 ${frames.p50.toFixed(2)} p95 ${frames.p95.toFixed(2)} max ${frames.max.toFixed(1)} ms; ` +
  `${frames.busyFrames} with something new, p95 ${frames.busyP95.toFixed(2)} ms; ${rate.toFixed(1)} batches/s, engine ${engineMs.toFixed(2)} ms each, ${probes} probes`

/** Trains LeNet in the window, film strips on and off in turn, and tells what they cost. */
export const measureWindow = async (executablePath: string, url: string, args: readonly string[]): Promise<WindowFigures> => {
  const { values } = parseArgs({
    args: args.filter(arg => arg !== '--no-build'),
    options: { rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '4' }, trace: { type: 'string' } },
  })
  const flags = [
    '--disable-background-networking',
    '--disable-component-update',
    '--no-first-run',
    '--disable-features=WebGPU,WebGPUService',
  ]
  const browser = await chromium.launch({ executablePath, args: [...flags, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])] })
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await begin(page, url)
    const [with_, without]: [Stretch[], Stretch[]] = [[], []]
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const [on, into] of [
        [true, with_],
        [false, without],
      ] as const) {
        const found = await stretch(browser, page, on, Number(values.seconds), on && round === 0 ? (values.trace ?? null) : null)
        into.push(found)
        console.log(text(found, on))
      }
    }
    const cost = (pick: (s: Stretch) => number): number => median(with_.map((s, i) => pick(s) / pick(without[i] ?? s)))
    const byRate = 1 - cost(s => s.rate)
    const byCpu = 1 - 1 / cost(s => s.engineMs)
    const p95 = median(with_.map(s => s.frames.busyP95))
    console.log(
      `largest costs of the window's thread, ms: ${with_[0]?.costs
        .slice(0, 14)
        .map(([name, ms]) => `${name} ${ms.toFixed(0)}`)
        .join(', ')}`,
    )
    console.log(
      `p95 of work per frame that draws something new: ${p95.toFixed(2)} ms; live probes cost ${(100 * byRate).toFixed(1)} % of the rate, ${(100 * byCpu).toFixed(1)} % of the engine's processor time.`,
    )
    return { p95, probeCost: byRate }
  } finally {
    await browser.close()
  }
}
