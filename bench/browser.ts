import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from '@playwright/test'
import { build, type InlineConfig, preview } from 'vite'
import { type Group, named } from '../cli/bench/processor.ts'
import { BENCH_NETS, type BenchNet } from '../shared/bench/nets.ts'
import { recordOf } from '../shared/bench/record.ts'
import type { Contender } from '../shared/bench/rounds.ts'
import { isolationHeaders } from '../vite.config.ts'
import type { BenchPage, Opened, Who } from './page/calls.ts'

/** A Chromium with the page of the bench. */
export interface BenchBrowser {
  /** Our engine and stock tfjs on each backend that trains this network here: on the processor and, where there is one, on a graphics card. */
  open(net: BenchNet, seconds: number): Promise<Group[]>
  close(): Promise<void>
}

/** Backends of stock tfjs that need a graphics card, and those that do not. */
const GRAPHICS = ['webgpu', 'webgl'] as const
const PROCESSOR = ['wasm', 'cpu'] as const
type Stock = (typeof GRAPHICS | typeof PROCESSOR)[number]
/** Peers slower than this part of the fastest one are measured once and not in every round. */
const WORTH = 1 / 3

const FLAGS = [
  '--enable-unsafe-webgpu',
  '--ignore-gpu-blocklist',
  '--enable-unsafe-swiftshader',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
]

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/** Isolated, so that threads are allowed, but without the product's content policy, which stock tfjs does not know. */
const PAGE: InlineConfig = {
  ...{ configFile: false, logLevel: 'warn', root: root('bench/page'), base: './', publicDir: root('assets') },
  worker: { format: 'es' },
  build: { outDir: root('dist/bench/page'), emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0, chunkSizeWarningLimit: 5000 },
  preview: { headers: isolationHeaders, host: '127.0.0.1', port: 0 },
}

/** Starts Chromium as the measurements need it. */
export const launch = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, args: [...FLAGS, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])] })

type Bench = typeof globalThis & { readonly bench: BenchPage }

const sentence = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error))
    .replace(/^page\.evaluate: (Error: )?/, '')
    .split('\n')[0]
    ?.slice(0, 200) ?? ''

/** A page of its own process, with its contender open; or why not. */
const openPage = async (browser: Browser, url: string, who: Who, net: BenchNet, seconds: number, limit: number) => {
  // A context of its own keeps contenders out of each other's process.
  const context = await browser.newContext()
  const page = await context.newPage()
  const late = Symbol('late')
  let timer: NodeJS.Timeout | undefined
  try {
    await page.goto(url)
    await page.waitForFunction(() => 'bench' in globalThis)
    const opening = page.evaluate(([w, n, s]) => (globalThis as Bench).bench.open(w, n, s), [who, net, seconds] as const)
    const patience = new Promise<typeof late>(resolve => {
      timer = setTimeout(() => resolve(late), 1000 * limit)
    })
    const opened = await Promise.race([opening, patience])
    if (opened !== late) return { page, opened, why: '' }
    opening.catch(() => undefined)
    void context.close()
    return { page: null, opened: null, why: `two steps of model.fit were not done in ${limit} s` }
  } catch (error) {
    await context.close()
    return { page: null, opened: null, why: sentence(error) }
  } finally {
    clearTimeout(timer)
  }
}

const contenderOf = (page: Page, { name }: Opened): Contender => ({
  name,
  // A page that dies loses its round, not the measurement.
  round: seconds => page.evaluate(s => (globalThis as Bench).bench.round(s), seconds).catch(() => ({})),
  close: () => page.context().close(),
})

/** A page with what shall be measured. */
type OpenPage = (who: Who) => ReturnType<typeof openPage>

/** Opens the peers one by one, each within `limit` seconds, and keeps those that are worth a round. */
const openPeers = async (open: OpenPage, backends: readonly Stock[]) => {
  const peers: { contender: Contender; rate: number }[] = []
  const absent: { name: string; why: string }[] = []
  for (const backend of backends) {
    const { page, opened, why } = await open({ maker: 'stock', backend })
    if (!page || !opened) {
      absent.push({ name: `stock tfjs ${backend}`, why })
      continue
    }
    const contender = { ...contenderOf(page, opened), name: `${opened.name}${opened.adapter ? ` (${opened.adapter})` : ''}` }
    peers.push({ contender, rate: opened.calibrated })
  }
  const best = Math.max(0, ...peers.map(({ rate }) => rate))
  for (const { contender, rate } of peers.filter(peer => peer.rate < WORTH * best)) {
    absent.push({ name: contender.name, why: `about ${rate.toPrecision(2)} images/s in one step, too slow for every round` })
    await contender.close()
  }
  return { peers: peers.filter(peer => peer.rate >= WORTH * best).map(({ contender }) => contender), absent }
}

/** Our engine on one backend beside stock tfjs on some. */
const openGroup = async (
  { where, net, open }: { readonly where: string; readonly net: BenchNet; readonly open: OpenPage },
  backend: 'wasm' | 'webgpu',
  { page, opened, why }: Awaited<ReturnType<OpenPage>>,
  stock: readonly Stock[],
): Promise<Group> => {
  if (!page || !opened) throw new Error(`The fast engine does not start in ${where}: ${why}`)
  const { peers, absent } = await openPeers(open, stock)
  const place = { net, where, backend, adapter: opened.adapter, batch: BENCH_NETS[net].batch, absent } as const
  return { own: contenderOf(page, opened), peers, absent, record: (mine, others) => recordOf(place, mine, named(peers, others)) }
}

/** Builds and serves the bench's page and starts Chromium; `limit` is how long a peer may take to start, s. */
export const openBrowser = async (executablePath: string, limit: number, note: (line: string) => void): Promise<BenchBrowser> => {
  await build(PAGE)
  const server = await preview(PAGE)
  const url = server.resolvedUrls?.local[0] ?? ''
  const browser = await launch(executablePath)
  const where = `Chromium ${browser.version().split('.')[0]}`
  return {
    open: async (net, seconds) => {
      const open: OpenPage = who => openPage(browser, url, who, net, seconds, limit)
      const card = await open({ maker: 'netloom', backend: 'webgpu' })
      const processor = await open({ maker: 'netloom', backend: 'wasm' })
      const here = { where, net, open }
      if (card.page) return [await openGroup(here, 'webgpu', card, GRAPHICS), await openGroup(here, 'wasm', processor, PROCESSOR)]
      note(`${net} in ${where} on a graphics card: not measured, ${card.why}`)
      // Where the processor imitates the card, all of stock tfjs runs on the processor.
      return [await openGroup(here, 'wasm', processor, [...GRAPHICS, ...PROCESSOR])]
    },
    close: async () => {
      await browser.close()
      await server.close()
    },
  }
}
