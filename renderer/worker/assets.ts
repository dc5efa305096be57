import { gzipSync } from 'fflate'
import { fail, ok, type Result } from '../../shared/result.ts'

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

/** Reads files that ship with Netloom from beside the page, whose address is `base`. */
export const assetReader =
  (base: string) =>
  async (path: string): Promise<Result<Uint8Array<ArrayBuffer>>> => {
    const missing = (why: string) => fail('data/asset-missing', `The file ${path}, which ships with Netloom, could not be read: ${why}.`)
    try {
      const response = await fetch(new URL(path, base))
      if (!response.ok) return missing(`the server answered ${response.status}`)
      const bytes = new Uint8Array(await response.arrayBuffer())
      // Some static servers unpack .gz files on the way.
      return ok(path.endsWith('.gz') && !isGzip(bytes) ? new Uint8Array(gzipSync(bytes, { level: 0 })) : bytes)
    } catch (error) {
      return missing(error instanceof Error ? error.message : String(error))
    }
  }
