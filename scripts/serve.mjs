// Serves the browser edition from dist/renderer: `node scripts/serve.mjs [--port N]`. The server itself is node/server.ts.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { root, youngest } from './freshness.mjs'

const BUNDLE = join(root, 'dist/serve/server.mjs')

/** The compiled server, made anew when a source is younger. */
const loadServer = async () => {
  const sources = Math.max(...['node', 'shared', 'scripts'].map(name => youngest(join(root, name))))
  if (!existsSync(BUNDLE) || youngest(BUNDLE) < sources) {
    const { build } = await import('esbuild')
    await build({
      entryPoints: [join(root, 'node/browserEdition.ts')],
      outfile: BUNDLE,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      logLevel: 'error',
    })
  }
  return import(pathToFileURL(BUNDLE).href)
}

/** Starts the server, or finds the one that runs; gives its address, how to stop it and where a browser may keep its profile. */
export const serve = async port => {
  const { serveEdition, dataFolder } = await loadServer()
  return { ...(await serveEdition(join(root, 'dist/renderer'), port)), profile: join(dataFolder(), 'browser') }
}

/** Reads `--port N`; undefined without it. */
export const portOf = args => {
  const at = args.findIndex(arg => arg === '--port' || arg.startsWith('--port='))
  if (at < 0) return undefined
  const text = args[at].includes('=') ? args[at].slice(7) : (args[at + 1] ?? '')
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new Error(`--port wants a number from 0 to 65535, not "${text}".`)
  return port
}

const main = async args => {
  const port = portOf(args)
  if (!existsSync(join(root, 'dist/renderer/index.html'))) throw new Error('The window is not built yet: run "npm run build" first.')
  const { url, close, own } = await serve(port)
  console.log(own ? `Netloom is served at ${url} (Ctrl+C ends it).` : `Netloom is served already at ${url}.`)
  const end = () => void close().then(() => process.exit(0))
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  main(process.argv.slice(2)).catch(error => {
    console.error(error.message)
    process.exitCode = 1
  })
