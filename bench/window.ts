import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Browser, chromium, type Page } from '@playwright/test'
import { App, withoutPickers } from '../e2e/app.ts'
import type { WindowFigures } from '../shared/bench/checks.ts'
import { median, quantile } from '../shared/bench/rounds.ts'
import { costsOf, framesOf, type TraceEvent, threadsNamed } from './trace.ts'

const CATEGORIES = [
  'devtools.timeline',
  'disabled-by-default-devtools.timeline',
  'devtools.timeline.frame',
  'disabled-by-default-devtools.timeline.frame',
  '__metadata',
]

/** How long film strips are on or off before that is measured, and how long it is measured, ms. */
const SETTLE = 400
const STRETCH = 1500

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
  /** Whether the page asks the browser to draw every frame. */
  everyFrame: boolean
}

type Spied = typeof globalThis & { spy: Spy }

/** Runs in the page before anything else: listens to the engine's worker, and asks for every frame as long as that is wanted. */
const install = (): void => {
  const Original = globalThis.Worker
  let engine: Worker | null = null
  const spy: Spy = {
    ...{ last: null, probes: 0, watch: null, everyFrame: true },
    look: watch => engine?.postMessage({ id: -1, call: 'watch', args: watch ?? { input: null, every: 0 } }),
  }
  globalThis.Worker = class extends Original {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options)
      if (!String(url).includes('trainer')) return
      engine = this
      this.addEventListener('message', ({ data }) => {
        if (data.kind === 'probe') spy.probes += 1
        const batch = data.kind === 'train' && data.events.findLast((event: { type: string }) => event.type === 'batch')
        if (batch) spy.last = { step: batch.step, at: performance.now() }
      })
    }
    override postMessage(message: unknown, ...rest: unknown[]): void {
      const { id, call, args } = message as { id: number; call: string; args: Watch }
      if (call === 'watch' && id >= 0 && args.input) spy.watch = args
      Reflect.apply(super.postMessage, this, [message, ...rest])
    }
  }
  const frame = (): void => {
    if (spy.everyFrame) requestAnimationFrame(frame)
  }
  frame()
  Object.assign(globalThis, { spy })
}

const look = (page: Page, on: boolean): Promise<void> =>
  page.evaluate(watching => {
    const { spy } = globalThis as Spied
    spy.look(watching ? spy.watch : null)
  }, on)

/** The window's thread per frame over some seconds with film strips on: milliseconds of work at the 95th percentile of frames that draw something new. */
const traceFrames = async (browser: Browser, page: Page, seconds: number, keep: string | null): Promise<number> => {
  await browser.startTracing(page, { categories: CATEGORIES })
  await page.waitForTimeout(1000 * seconds)
  const buffer = await browser.stopTracing()
  if (keep) writeFileSync(keep, buffer)
  const { traceEvents: events } = JSON.parse(buffer.toString()) as { traceEvents: TraceEvent[] }
  const [main] = threadsNamed(events, 'CrRendererMain')
  if (!main) throw new Error('The window is not in the trace.')
  const frames = framesOf(events, main)
  const costs = costsOf(events, main).slice(0, 10)
  console.log(
    `${frames.frames} frames, work p50 ${frames.p50.toFixed(2)} p95 ${frames.p95.toFixed(2)} max ${frames.max.toFixed(1)} ms; ` +
      `${frames.busyFrames} with something new, p95 ${frames.busyP95.toFixed(2)} ms; in all ${costs.map(([name, ms]) => `${name} ${ms.toFixed(0)}`).join(', ')}`,
  )
  return frames.busyP95
}

/** One stretch of training, with film strips or without: batches and probes per second. */
const stretch = async (page: Page, on: boolean): Promise<{ readonly rate: number; readonly probes: number }> => {
  await look(page, on)
  await page.waitForTimeout(SETTLE)
  const read = () => page.evaluate(() => ({ last: (globalThis as Spied).spy.last, probes: (globalThis as Spied).spy.probes }))
  const before = await read()
  await page.waitForTimeout(STRETCH)
  const after = await read()
  if (!before.last || !after.last || after.last.at === before.last.at) throw new Error('The window did not train.')
  const per = 1000 / (after.last.at - before.last.at)
  return { rate: per * (after.last.step - before.last.step), probes: per * (after.probes - before.probes) }
}

/** Part of the training rate that live probes cost, 0–1: the median over many short stretches with film strips, each against those just before and after it without. */
const measureCost = async (page: Page, pairs: number): Promise<number> => {
  await page.evaluate(() => {
    const { spy } = globalThis as Spied
    spy.everyFrame = false
  })
  const costs: number[] = []
  const probes: number[] = []
  let without = (await stretch(page, false)).rate
  for (let pair = 0; pair < pairs; pair++) {
    const on = await stretch(page, true)
    const next = (await stretch(page, false)).rate
    costs.push(1 - on.rate / Math.sqrt(without * next))
    probes.push(on.probes)
    without = next
  }
  const percent = (share: number): string => (100 * quantile(costs, share)).toFixed(1)
  // Ranks between which the median of a whole lies in 95 of 100 samples of this size.
  const reach = 0.98 / Math.sqrt(pairs)
  console.log(
    `live probes, ${median(probes).toFixed(1)} a second, cost ${(100 * median(costs)).toFixed(1)} % of the rate: median of ${pairs} pairs, ` +
      `95 % interval ${percent(0.5 - reach)} to ${percent(0.5 + reach)} %, quartiles ${percent(0.25)} and ${percent(0.75)} %.`,
  )
  return median(costs)
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

/** Trains LeNet in the window, and tells how long its thread works per frame and what film strips cost of the rate. */
export const measureWindow = async (executablePath: string, url: string, args: readonly string[]): Promise<WindowFigures> => {
  const { values } = parseArgs({
    args: args.filter(arg => arg !== '--no-build'),
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
      pairs: { type: 'string', default: '80' },
      trace: { type: 'string' },
    },
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
    const rounds: number[] = []
    for (let round = 0; round < Number(values.rounds); round++)
      rounds.push(await traceFrames(browser, page, Number(values.seconds), round === 0 ? (values.trace ?? null) : null))
    const p95 = median(rounds)
    console.log(`p95 of work per frame that draws something new: ${p95.toFixed(2)} ms`)
    return { p95, probeCost: await measureCost(page, Number(values.pairs)) }
  } finally {
    await browser.close()
  }
}
