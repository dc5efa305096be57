const ROUNDS = 64

/** The first 32 bits of the fractional part. */
const fraction = (value: number) => ((value - Math.floor(value)) * 0x1_0000_0000) | 0

const primes = (count: number): number[] => {
  const found: number[] = []
  for (let n = 2; found.length < count; n++) if (found.every(prime => n % prime !== 0)) found.push(n)
  return found
}

const CONSTANTS = Int32Array.from(primes(ROUNDS), prime => fraction(Math.cbrt(prime)))
const START = Int32Array.from(primes(8), prime => fraction(Math.sqrt(prime)))

const turn = (value: number, by: number) => (value >>> by) | (value << (32 - by))

/** The message with a one bit, zeros and its length in bits, so that it fills whole blocks of 64 bytes. */
const padded = (bytes: Uint8Array): DataView => {
  const out = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64)
  out.set(bytes)
  out[bytes.length] = 0x80
  const view = new DataView(out.buffer)
  view.setBigUint64(out.length - 8, BigInt(bytes.length) * 8n)
  return view
}

const schedule = (view: DataView, block: number, words: Int32Array): void => {
  for (let i = 0; i < 16; i++) words[i] = view.getInt32(block + 4 * i)
  for (let i = 16; i < ROUNDS; i++) {
    const [early, late] = [words[i - 15] ?? 0, words[i - 2] ?? 0]
    const first = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3)
    const second = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10)
    words[i] = (words[i - 16] ?? 0) + first + (words[i - 7] ?? 0) + second
  }
}

/** SHA-256 (FIPS 180-4) without the platform's help, for pages served over plain http, where browsers withhold `crypto.subtle`. */
export const digestSha256 = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => {
  const view = padded(bytes)
  const words = new Int32Array(ROUNDS)
  const state = START.slice()
  for (let block = 0; block < view.byteLength; block += 64) {
    schedule(view, block, words)
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
    for (let i = 0; i < ROUNDS; i++) {
      const first = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + (CONSTANTS[i] ?? 0) + (words[i] ?? 0)) | 0
      const second = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
      h = g
      g = f
      f = e
      e = (d + first) | 0
      d = c
      c = b
      b = a
      a = (first + second) | 0
    }
    for (const [i, value] of [a, b, c, d, e, f, g, h].entries()) state[i] = (state[i] ?? 0) + value
  }
  const out = new DataView(new ArrayBuffer(32))
  for (const [i, value] of state.entries()) out.setInt32(4 * i, value)
  return new Uint8Array(out.buffer)
}
