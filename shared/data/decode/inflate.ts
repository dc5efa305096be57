import { Inflate } from 'fflate'
import { fail, ok, type Result } from '../../result.ts'

/** Compressed bytes handed over at a time; DEFLATE grows at most 1032-fold, so an overshoot stays below 17 MB. */
const STEP = 16_384
const MOST_GROWTH = 1032

/** Inflates a raw DEFLATE stream that must give exactly `size` bytes; counts real bytes and stops at the first too many. `what` names the file in sentences. */
export const inflateExactly = (packed: Uint8Array, size: number, what: string): Result<Uint8Array<ArrayBuffer>> => {
  if (size > packed.length * MOST_GROWTH)
    return fail(
      'data/damaged',
      `${what} says it holds ${size} bytes, more than ${packed.length} packed bytes can ever hold: it is damaged.`,
    )
  const out = new Uint8Array(size)
  let at = 0
  let whole = false
  const stream = new Inflate((chunk, final) => {
    if (at + chunk.length <= size) out.set(chunk, at)
    at += chunk.length
    whole = final
  })
  try {
    for (let from = 0; from < packed.length && at <= size; from += STEP) {
      stream.push(packed.subarray(from, from + STEP), from + STEP >= packed.length)
    }
  } catch {
    return fail('data/damaged', `${what} is damaged or cut short: it cannot be unpacked past byte ${at}.`)
  }
  if (at > size) return fail('data/damaged', `${what} unpacks to more than the ${size} bytes it announces, so it is not opened.`)
  if (at < size || !whole) return fail('data/damaged', `${what} is cut short: it unpacks to ${at} of ${size} bytes.`)
  return ok(out)
}
