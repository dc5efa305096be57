import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hostCalls } from './calls.ts'
import { hostGuards, isFileName, isFilePath, safeFileName } from './guards.ts'

const bytes = new Uint8Array([1, 2, 3])
const accepted = (call: keyof typeof hostGuards, ...args: unknown[]) => hostGuards[call](args).ok

describe('what the window may ask of the host', () => {
  it('has a guard for every call', () => {
    expect(Object.keys(hostGuards)).toEqual([...hostCalls])
  })

  it('accepts what the window really sends', () => {
    expect(accepted('info')).toBe(true)
    expect(accepted('openRecent', 'a1-b2')).toBe(true)
    expect(accepted('saveProject', { token: null, suggestedName: 'My net.netloom', bytes })).toBe(true)
    expect(accepted('saveExport', 'model', [{ path: 'model/weights.bin', bytes }])).toBe(true)
    expect(accepted('writeRecovery', { id: 'work-1', name: 'Käse 🧀', when: Date.now(), bytes, token: null })).toBe(true)
    expect(accepted('writeSettings', { theme: 'dark', panels: { sizes: [1, 2.5] } })).toBe(true)
    expect(accepted('setMenu', [{ label: 'File', items: [{ command: null, label: '', keys: '', enabled: true }] }])).toBe(true)
  })

  it.each([
    ['a path instead of a token', 'openRecent', ['../../etc/passwd']],
    ['an argument too many', 'info', [1]],
    ['an unknown field', 'saveProject', [{ token: null, suggestedName: 'a', bytes, path: '/etc/passwd' }]],
    ['an export that climbs out', 'saveExport', ['model', [{ path: '../evil.sh', bytes }]]],
    ['an export with an absolute path', 'saveExport', ['model', [{ path: '/evil.sh', bytes }]]],
    ['an export with backslashes', 'saveExport', ['model', [{ path: 'a\\..\\b', bytes }]]],
    ['text for bytes', 'saveExport', ['model', [{ path: 'a', bytes: 'abc' }]]],
    ['shared memory for bytes', 'saveExport', ['model', [{ path: 'a', bytes: new Uint8Array(new SharedArrayBuffer(4)) }]]],
    ['a download from a file', 'download', [{ name: 'a', url: 'file:///etc/passwd', sha256: 'a'.repeat(64), bytes: 1 }]],
    ['an unencrypted download', 'download', [{ name: 'a', url: 'http://example.org/a', sha256: 'a'.repeat(64), bytes: 1 }]],
    ['a function in settings', 'writeSettings', [{ a: () => 1 }]],
    ['a class in settings', 'writeSettings', [{ a: new Date() }]],
    ['settings that are a list', 'writeSettings', [[1]]],
    ['settings with a forged prototype', 'writeSettings', [JSON.parse('{"__proto__":{"a":1}}')]],
    ['a recovery id with a slash', 'clearRecovery', ['a/b']],
    ['nothing', 'setMenu', []],
  ] as const)('refuses %s', (_, call, args) => {
    const result = hostGuards[call](args)
    expect(result.ok).toBe(false)
    expect(result.ok ? '' : result.issues[0].message).toContain(call)
  })

  it('refuses settings that are too deep or too large without running out of stack', () => {
    let deep: unknown = 1
    for (let i = 0; i < 100_000; i++) deep = { deep }
    expect(accepted('writeSettings', { deep })).toBe(false)
    expect(accepted('writeSettings', { text: 'x'.repeat(2_000_000) })).toBe(false)
  })

  it('neither throws nor lets prototypes be changed, whatever arrives', () => {
    fc.assert(
      fc.property(fc.constantFrom(...hostCalls), fc.anything({ withNullPrototype: true, withTypedArray: true }), (call, args) => {
        expect(typeof hostGuards[call](args).ok).toBe('boolean')
        expect(typeof hostGuards[call]([args]).ok).toBe('boolean')
      }),
      { numRuns: 2000 },
    )
    expect(Object.keys(Object.prototype)).toEqual([])
  })
})

describe('file names', () => {
  it.each(['a.netloom', 'Größe 3 (neu).json', '日本.txt'])('takes %s', name => expect(isFileName(name)).toBe(true))
  it.each(['', '.', '..', '.hidden', 'a/b', 'a\\b', 'a\u0000', 'con.txt', 'NUL', 'a.', 'a ', 'a:b', 'x'.repeat(201)])('refuses %j', name =>
    expect(isFileName(name)).toBe(false),
  )

  it('makes any wish a plain name and keeps its ending', () => {
    expect(safeFileName('../../etc/pass wd.netloom')).toBe('-..-etc-pass wd.netloom')
    expect(safeFileName('con.netloom')).toBe('netloom-con.netloom')
    expect(safeFileName(`${'x'.repeat(500)}.netloom.json`)).toMatch(/^x{90}\.netloom\.json$/)
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), wish => isFileName(safeFileName(wish))))
  })

  it('takes relative paths of plain names only', () => {
    expect(isFilePath('a/b/c.bin')).toBe(true)
    for (const path of ['', '/a', 'a//b', 'a/../b', 'a/', 'C:/a']) expect(isFilePath(path)).toBe(false)
  })
})
