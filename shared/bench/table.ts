import type { Check } from './checks.ts'
import type { BenchRecord } from './record.ts'

const whole = (value: number): string =>
  Number.isFinite(value) ? (value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en')) : '–'

/** `99.5`, `1.44`, `–` for nothing. */
export const ratioText = (value: number): string =>
  Number.isFinite(value) ? (value >= 100 ? value.toFixed(0) : value.toPrecision(3)) : '–'

/** `LeNet in node on wasm (2 threads)`. */
const title = ({ net, where, backend, adapter, configuration }: BenchRecord): string =>
  `${net}, ${backend}${adapter ? ` on ${adapter}` : ''} in ${where}${configuration ? ` (${configuration})` : ''}`

/** A record as lines for people. */
export const recordText = (record: BenchRecord): string => {
  const { peers, absent, counts = [], imagesPerSecond } = record
  const rate = Number.isFinite(imagesPerSecond) ? `${whole(imagesPerSecond)} images/s` : 'no rate measured'
  return [
    `${title(record)}: ${rate}`,
    ...peers.map(p => `  ${ratioText(p.ratio).padStart(6)} × ${p.name} (${p.configuration}): ${whole(p.imagesPerSecond)} images/s`),
    ...counts.map(
      c =>
        `  per step, ${c.name}: ${whole(c.dispatches)} dispatches, ${whole(c.submits)} submits, ${c.cpuMs.toPrecision(3)} ms of processor time`,
    ),
    ...absent.map(({ name, why }) => `       – ${name}: ${why}`),
  ].join('\n')
}

const markdown = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n')

/** All records as one Markdown table, medians and ratios. */
export const recordsTable = (records: readonly BenchRecord[]): string =>
  markdown(
    ['network', 'batch', 'Netloom', 'images/s', 'peer', 'images/s', 'ratio'],
    records.flatMap(record => {
      const { net, batch, backend, adapter, where, configuration, imagesPerSecond, peers, absent } = record
      const own = [
        net,
        String(batch),
        `${backend}${adapter ? `, ${adapter}` : ''}, ${where}${configuration ? `, ${configuration}` : ''}`,
        whole(imagesPerSecond),
      ]
      return [
        ...peers.map(p => [...own, `${p.name}, ${p.configuration}`, whole(p.imagesPerSecond), ratioText(p.ratio)]),
        ...absent.map(({ name, why }) => [...own, name, why, '–']),
      ]
    }),
  )

/** What a step costs, as a Markdown table; empty where nothing was counted. */
export const countsTable = (records: readonly BenchRecord[]): string => {
  const rows = records.flatMap(({ net, counts = [] }) =>
    counts.map(c => [net, c.name, whole(c.dispatches), whole(c.submits), c.cpuMs.toPrecision(3)]),
  )
  return rows.length ? markdown(['network', 'who', 'dispatches per step', 'submits', 'processor time, ms'], rows) : ''
}

/** What every release holds, and whether it does, as a Markdown table. */
export const checksTable = (checks: readonly Check[]): string =>
  markdown(
    ['what every release holds', 'wanted', 'measured', ''],
    checks.map(({ what, wanted, measured, met }) => [
      what,
      wanted,
      ratioText(measured),
      met === null ? 'not measured' : met ? 'met' : '**not met**',
    ]),
  )
