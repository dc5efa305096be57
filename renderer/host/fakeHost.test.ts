import { describe, expect, it } from 'vitest'
import type { HostUnderTest } from '../../shared/host/contract.testkit.ts'
import { hostContract } from '../../shared/host/contract.testkit.ts'
import { issue } from '../../shared/result.ts'
import { platformOf } from './browserHost.ts'
import { type FakeSurroundings, makeFakeHost } from './fakeHost.ts'

const underTest = (before?: FakeSurroundings): HostUnderTest => {
  const { host, around } = makeFakeHost(before)
  return {
    host,
    put: async (name, bytes) => void around.disk.set(name, bytes),
    read: async name => around.disk.get(name) ?? null,
    choose: name => around.choices.push(name),
    restart: async () => underTest(around),
  }
}

describe('the fake host keeps the contract', () => {
  for (const { story, run } of hostContract) it(story, () => run(underTest()))

  it('fails once when told to', async () => {
    const { host, around } = makeFakeHost()
    around.failNext('readSettings', issue('file/device', 'The disk reported an error.'))
    expect((await host.readSettings()).ok).toBe(false)
    expect((await host.readSettings()).ok).toBe(true)
  })

  it('sends events until the listener stops', () => {
    const { host, around } = makeFakeHost()
    const seen: string[] = []
    const stop = host.on('menuCommand', ({ command }) => seen.push(command))
    around.emit('menuCommand', { command: 'file.save' })
    stop()
    around.emit('menuCommand', { command: 'file.open' })
    expect(seen).toEqual(['file.save'])
  })
})

describe('naming the system', () => {
  it.each([
    ['MacIntel', 'mac'],
    ['Win32', 'windows'],
    ['Linux x86_64', 'linux'],
    ['', 'other'],
  ])('takes %j for %s', (told, named) => expect(platformOf(told)).toBe(named))
})
