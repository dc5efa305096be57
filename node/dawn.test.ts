import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { softwareVulkan } from './dawn.ts'

const folderWith = (...files: readonly string[]): string => {
  const folder = mkdtempSync(join(tmpdir(), 'netloom-chromium-'))
  for (const file of files) writeFileSync(join(folder, file), '')
  return folder
}
const FILES = ['libvulkan.so.1', 'vk_swiftshader_icd.json']

it('finds the software driver beside the Chromium that the tests were given, links followed, else beside an installed one', () => {
  const own = folderWith('chrome', ...FILES)
  const installed = folderWith(...FILES)
  const links = join(folderWith(), 'bin')
  mkdirSync(links)
  chmodSync(join(own, 'chrome'), 0o755)
  symlinkSync(join(own, 'chrome'), join(links, 'chrome'))
  expect(softwareVulkan(join(own, 'chrome'), [installed])).toBe(own)
  expect(softwareVulkan(join(links, 'chrome'), [installed])).toBe(own)
  expect(softwareVulkan(join(folderWith('chrome'), 'chrome'), [installed])).toBe(installed)
  expect(softwareVulkan('/nowhere/chrome', [installed])).toBe(installed)
  expect(softwareVulkan(undefined, [folderWith('libvulkan.so.1')])).toBeNull()
})
