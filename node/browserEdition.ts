import { all } from '../shared/data/catalogue.gen.ts'
import { cacheFolder } from './places.ts'
import { type RunningServer, startServer } from './server.ts'

export { dataFolder } from './places.ts'

/** Ports tried in turn. They stay the same from start to start, because a browser keeps work and settings by address. */
const PORTS = [47_380, 47_381, 47_382, 47_383]

/** A server of the browser edition, started here or found running; `own` tells which. */
export interface Edition extends RunningServer {
  readonly own: boolean
}

const isNetloom = async (port: number): Promise<boolean> => {
  const answer = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1000) }).catch(() => null)
  return /<title>Netloom<\/title>/.test((await answer?.text().catch(() => '')) ?? '')
}

/** Serves the built window in `folder`; without a port on the first free one of ours, or joins a Netloom that runs there already. */
export const serveEdition = async (folder: string, port?: number): Promise<Edition> => {
  const downloads = all.flatMap(set => set.downloads)
  for (const tried of port === undefined ? PORTS : [port]) {
    try {
      const server = await startServer({ folder, port: tried, cacheDir: cacheFolder(), downloads })
      return { ...server, own: true }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
      if (port === undefined && (await isNetloom(tried))) {
        return { url: `http://127.0.0.1:${tried}/`, own: false, close: async () => undefined }
      }
    }
  }
  throw new Error(port === undefined ? `The ports ${PORTS.join(', ')} are all taken; name another with --port.` : `Port ${port} is taken.`)
}
