import type { Host, HostApi } from './contract.ts'

/** A host under test and the hands of its user. */
export interface HostUnderTest {
  readonly host: Host
  /** Puts a file where the user can choose it. */
  put(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>
  /** Reads a file that the host wrote; null when it is not there. */
  read(name: string): Promise<Uint8Array | null>
  /** What the user answers in the next dialog that asks for a file or a place: a name, or null to cancel. */
  choose(name: string | null): void
  /** Another window of the same user after this one was killed. */
  restart(): Promise<HostUnderTest>
}

const text = (s: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(s)

/** JSON with sorted keys and bytes as numbers, so that equal things read equal. */
const say = (value: unknown): string =>
  JSON.stringify(value, (_, v: unknown) => {
    if (v instanceof Uint8Array) return [...v]
    return typeof v === 'object' && v !== null && !Array.isArray(v) ? Object.fromEntries(Object.entries(v).sort()) : v
  }) ?? 'undefined'

const same = (actual: unknown, expected: unknown, what: string): void => {
  if (say(actual) !== say(expected)) throw new Error(`${what}: expected ${say(expected)}, got ${say(actual)}`)
}

const value = <T>(result: { ok: true; value: T } | { ok: false; issues: readonly { message: string }[] }): T => {
  if (!result.ok) throw new Error(`The host refused: ${result.issues[0]?.message}`)
  return result.value
}

const there = <T>(found: T | null | undefined, what: string): T => {
  if (found === null || found === undefined) throw new Error(`${what} is missing.`)
  return found
}

const refusal = async (call: Promise<Awaited<ReturnType<HostApi[keyof HostApi]>>>): Promise<string> => {
  const result = await call
  return result.ok ? 'accepted' : result.issues[0].code
}

/** What every host keeps, told as stories; each throws when its host does not. Free of any test runner, so that they also run in a page. */
export const hostContract: readonly { readonly story: string; run(t: HostUnderTest): Promise<void> }[] = [
  {
    story: 'says what it is',
    run: async ({ host }) => {
      const info = value(await host.info())
      same(['desktop', 'browser'].includes(info.edition), true, 'edition')
      same(info.version.length > 0, true, 'version')
    },
  },
  {
    story: 'opens the file that the user chose',
    run: async t => {
      await t.put('first.netloom', text('first'))
      t.choose('first.netloom')
      const file = there(value(await t.host.openProject()), 'The opened file')
      same(file.name, 'first.netloom', 'name')
      same(file.bytes, text('first'), 'bytes')
    },
  },
  {
    story: 'does nothing when the user cancels',
    run: async t => {
      t.choose(null)
      same(value(await t.host.openProject()), null, 'open')
      t.choose(null)
      same(value(await t.host.saveProject({ token: null, suggestedName: 'a.netloom', bytes: text('x') })), null, 'save')
      t.choose(null)
      same(value(await t.host.saveExport('model', [{ path: 'a.py', bytes: text('x') }])), null, 'export')
    },
  },
  {
    story: 'saves where the user says, then again in the same place without asking, and lists the file as recent',
    run: async t => {
      t.choose('new.netloom')
      const saved = there(value(await t.host.saveProject({ token: null, suggestedName: 'new.netloom', bytes: text('one') })), 'The save')
      same([saved.name, saved.durable], ['new.netloom', true], 'saved')
      same(await t.read('new.netloom'), text('one'), 'on disk')
      const again = there(
        value(await t.host.saveProject({ token: saved.token, suggestedName: 'other.netloom', bytes: text('two') })),
        'The save',
      )
      same(again.token, saved.token, 'token')
      same(await t.read('new.netloom'), text('two'), 'on disk')
      const recent = value(await t.host.recentFiles())
      same(recent[0]?.token, saved.token, 'newest recent file')
      same(value(await t.host.openRecent(saved.token)).bytes, text('two'), 'reopened')
    },
  },
  {
    story: 'knows a file by one token, and knows it again after a restart',
    run: async t => {
      await t.put('a.netloom', text('a'))
      t.choose('a.netloom')
      const first = there(value(await t.host.openProject()), 'The file')
      t.choose('a.netloom')
      const second = there(value(await t.host.openProject()), 'The file')
      same(second.token, first.token, 'token')
      const later = await t.restart()
      same(value(await later.host.openRecent(first.token)).bytes, text('a'), 'reopened')
      value(await later.host.saveProject({ token: first.token, suggestedName: 'a.netloom', bytes: text('b') }))
      same(await later.read('a.netloom'), text('b'), 'on disk')
    },
  },
  {
    story: 'answers an unknown token with an issue, not an exception',
    run: async t => same((await refusal(t.host.openRecent('nothing-here'))) === 'accepted', false, 'accepted'),
  },
  {
    story: 'writes an export of one file',
    run: async t => {
      t.choose('net.py')
      same(typeof value(await t.host.saveExport('net', [{ path: 'net.py', bytes: text('print()') }])), 'string', 'place in words')
      same(await t.read('net.py'), text('print()'), 'file')
    },
  },
  {
    story: 'keeps working states over a restart, newest first, until they are cleared',
    run: async t => {
      const work = (id: string, when: number, token: string | null) => ({ id, name: 'My net', when, bytes: text(id), token })
      value(await t.host.writeRecovery(work('one', 1000, null)))
      value(await t.host.writeRecovery(work('two', 3000, 'tok-1')))
      value(await t.host.writeRecovery(work('one', 2000, null)))
      const later = await t.restart()
      same(value(await later.host.recoveries()), [work('two', 3000, 'tok-1'), work('one', 2000, null)], 'kept')
      value(await later.host.clearRecovery('two'))
      value(await later.host.clearRecovery('two'))
      same(
        value(await later.host.recoveries()).map(r => r.id),
        ['one'],
        'after clearing',
      )
    },
  },
  {
    story: 'keeps settings over a restart',
    run: async t => {
      same(value(await t.host.readSettings()), {}, 'at first')
      value(await t.host.writeSettings({ theme: 'dark', sizes: [1, 2] }))
      const later = await t.restart()
      same(value(await later.host.readSettings()), { theme: 'dark', sizes: [1, 2] }, 'later')
    },
  },
  {
    story: 'takes title and menu, and stops telling a listener that stopped',
    run: async ({ host }) => {
      value(await host.setDocument({ name: 'My net', dirty: false }))
      value(await host.setMenu([{ label: 'File', items: [{ command: 'file.save', label: 'Save', keys: 'Ctrl+S', enabled: true }] }]))
      const stop = host.on('menuCommand', () => undefined)
      same(typeof stop, 'function', 'way to stop')
      stop()
    },
  },
  {
    story: 'answers a cancel of a download that does not run',
    run: async ({ host }) => same(value(await host.cancelDownload('nothing')), null, 'cancel'),
  },
]
