#!/usr/bin/env node
// Starts the command line tool; in a checkout it is built first when it is missing or older than its sources.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

const prepare = async () => {
  if (!existsSync(join(root, 'cli/netloom.ts'))) return true
  const { isStale } = await import('../scripts/freshness.mjs')
  if (!isStale('cli')) return true
  try {
    const { build } = await import('../scripts/build.mjs')
    return await build('cli')
  } catch (error) {
    const missing = error.code === 'ERR_MODULE_NOT_FOUND'
    console.error(
      missing ? 'Netloom is not installed yet: run "npm ci" in its folder first.' : `Netloom could not be built: ${error.message}`,
    )
    return false
  }
}

if (await prepare()) await import('../dist/cli/netloom.mjs')
else process.exitCode = 1
