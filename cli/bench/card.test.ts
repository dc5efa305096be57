import { describe, expect, it } from 'vitest'
import { openDawn } from '../../node/dawn.ts'
import { BENCH_NETS, noise, subjectOf } from '../../shared/bench/nets.ts'
import { unwrap } from '../../shared/result.ts'
import { loadProject } from '../load.ts'
import { cardGroup } from './card.ts'
import { measureGroups } from './processor.ts'

const SOFTWARE = { kind: 'software', flags: ['enable-dawn-features=disable_workgroup_init'] } as const
const dawn = await openDawn(SOFTWARE)
if (!dawn.ok) console.warn(`Skipped: ${dawn.issues[0].message}`)

const mlp = async () => {
  const { project } = unwrap(await loadProject(BENCH_NETS.mlp.template))
  return { ...unwrap(subjectOf('mlp', project, 4)), data: noise([28, 28, 1], 10, 8) }
}

describe.skipIf(!dawn.ok)('the fast engine on a graphics card in Node', () => {
  it('is counted beside stock tfjs, which sends an order of magnitude more', async () => {
    const group = unwrap(await cardGroup(await mlp(), 0.01, SOFTWARE))
    const [record] = await measureGroups([group], { rounds: 1, seconds: 0.01 })
    expect(record).toMatchObject({ backend: 'webgpu', peers: [], rounds: 0, imagesPerSecond: Number.NaN })
    expect(record?.absent[0]?.why).toContain('no rate was measured')
    const [ours, theirs] = record?.counts ?? []
    expect(ours).toMatchObject({ name: 'netloom', dispatches: 11, submits: 1 })
    expect(theirs?.name).toMatch(/^stock tfjs .* webgpu$/)
    expect(theirs?.dispatches).toBeGreaterThan(100)
    expect(theirs?.submits).toBeGreaterThan(5)
  }, 120_000)

  it('gets rates where the card is trusted, here one that computes nothing and so is quick', async () => {
    const group = unwrap(await cardGroup(await mlp(), 0.01, { kind: 'null', trust: true }))
    const [record] = await measureGroups([group], { rounds: 1, seconds: 0.01 })
    expect(record?.imagesPerSecond).toBeGreaterThan(0)
    const stock = record?.peers.find(peer => peer.name.startsWith('stock tfjs'))
    expect(stock?.imagesPerSecond).toBeGreaterThan(0)
    expect(record?.absent.map(a => a.name)).toEqual(['pytorch'])
  }, 120_000)
})
