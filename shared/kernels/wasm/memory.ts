/** Hands out addresses in a memory that does not exist yet; the memory is then made as large as was asked for. */
export interface Arena {
  /** Address in bytes of `floats` float32 values, aligned to a cache line, with readable space behind them. */
  floats(count: number): number
  /** Bytes handed out so far, the control words and static data of the kernels included. */
  readonly bytes: number
}

/** Below this lie the kernels' control words and constants (`kernels/asm/schedule.ts`). */
const START = 65_536
const LINE = 64
/** Kernels may read up to 8 floats behind a buffer, and distances that are multiples of 4 KiB are slow. */
const SLACK = 192

/** A new arena. */
export const makeArena = (): Arena => {
  let end = START
  return {
    floats(count) {
      const address = end
      end += Math.ceil((4 * count + SLACK) / LINE) * LINE
      return address
    },
    get bytes() {
      return end
    },
  }
}

/** Most bytes a WebAssembly memory may have. */
export const MEMORY_LIMIT = 2 ** 31
export const PAGE = 65_536
