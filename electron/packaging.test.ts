import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const require = createRequire(import.meta.url)
const fromBuilder = createRequire(require.resolve('electron-builder'))
const { load } = fromBuilder('js-yaml') as { load(text: string): Record<string, unknown> }
const { validateConfiguration } = fromBuilder('app-builder-lib/out/util/config/config.js') as {
  validateConfiguration(config: unknown, log: { isEnabled: boolean }): Promise<void>
}

const config = load(readFileSync(join(root, 'electron-builder.yml'), 'utf8'))
const check = (value: unknown) => validateConfiguration(value, { isEnabled: false })

describe('the packaging of the desktop edition', () => {
  it('is valid by the packager’s own schema', () => check(config))

  it('would be refused with a wrong option', async () => {
    await expect(check({ ...config, asarr: true })).rejects.toThrow(/asarr/)
  })

  it('makes packages for Linux, Windows and macOS, and opens our files', () => {
    expect(config).toMatchObject({
      linux: { target: ['AppImage', 'deb'] },
      win: { target: ['nsis'] },
      mac: { target: ['dmg'] },
      fileAssociations: [{ ext: 'netloom' }],
      asar: true,
    })
  })

  it('switches off what could turn Electron against its user', () => {
    expect(config.electronFuses).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    })
  })

  it('has an icon of 512 by 512 and starts where the build puts the main process', () => {
    const icon = readFileSync(join(root, 'assets/icon.png'))
    expect([icon.readUInt32BE(16), icon.readUInt32BE(20)]).toEqual([512, 512])
    expect(existsSync(join(root, 'assets/icon.svg'))).toBe(true)
    expect(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).main).toBe('dist/electron/main.cjs')
  })
})
