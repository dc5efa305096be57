import { downloadFile } from '../node/download.ts'
import type { Download } from '../shared/data/define.ts'
import type { HostApi, HostEvents } from '../shared/host/contract.ts'
import { fail, ok } from '../shared/result.ts'

/** Most often that progress is told, ms. */
const EVERY = 100

/** Fetches files of the catalogue and nothing else, so that the window cannot make the app reach any other address. */
export const makeDownloads = (
  cacheDir: string,
  catalogue: readonly Download[],
  tell: (progress: HostEvents['download']) => void,
): Pick<HostApi, 'download' | 'cancelDownload'> => {
  const running = new Map<string, AbortController>()
  return {
    download: async ({ name, sha256 }) => {
      const listed = catalogue.find(file => file.sha256 === sha256)
      if (!listed) return fail('download/unlisted', `${name} is not in the catalogue of data sets, so it is not fetched.`)
      const control = new AbortController()
      running.get(name)?.abort()
      running.set(name, control)
      let told = 0
      const result = await downloadFile(
        listed,
        cacheDir,
        (done, total) => {
          if (done < total && Date.now() - told < EVERY) return
          told = Date.now()
          tell({ name, done, total })
        },
        control.signal,
      )
      if (running.get(name) === control) running.delete(name)
      return result
    },
    cancelDownload: async name => {
      running.get(name)?.abort()
      return ok(null)
    },
  }
}
