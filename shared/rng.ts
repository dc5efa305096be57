/** A seeded generator of random numbers; the same seed gives the same sequence wherever Netloom runs. */
export interface Rng {
  /** A number in [0, 1) with 32 random bits. */
  next(): number
  /** A whole number in [0, n), without bias; n is at least 1 and at most 2^32. */
  int(n: number): number
  /** A number from the standard normal distribution. */
  normal(): number
  /** Puts the values of an array in random order, in place, and returns it. */
  shuffle<T extends { length: number; [index: number]: unknown }>(array: T): T
}

/** splitmix32 (a Weyl sequence through a 32-bit mixer): spreads one seed over the state of the generator. */
const splitmix = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let z = state
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return (z ^ (z >>> 15)) >>> 0
  }
}

/** sfc32 (Chris Doty-Humphrey's small fast counting generator, period at least 2^32): 32 random bits per call. */
const sfc32 = (seed: number): (() => number) => {
  const fill = splitmix(mixSeed(seed))
  let a = fill()
  let b = fill()
  let c = fill()
  let counter = 1
  return () => {
    const out = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + out) | 0
    return out >>> 0
  }
}

/** Makes a generator from any finite seed; fractions and large numbers count too. */
export const rng = (seed: number): Rng => {
  const bits = sfc32(seed)
  for (let i = 0; i < 12; i++) bits()
  const next = () => bits() / 0x1_0000_0000
  const int = (n: number) => {
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % n)
    let value = bits()
    while (value >= limit) value = bits()
    return value % n
  }
  let spare: number | undefined
  // Marsaglia's polar method: only log and sqrt, which every JavaScript engine of ours rounds alike.
  const normal = () => {
    if (spare !== undefined) {
      const value = spare
      spare = undefined
      return value
    }
    for (;;) {
      const x = 2 * next() - 1
      const y = 2 * next() - 1
      const s = x * x + y * y
      if (s === 0 || s >= 1) continue
      const factor = Math.sqrt((-2 * Math.log(s)) / s)
      spare = y * factor
      return x * factor
    }
  }
  const shuffle = <T extends { length: number; [index: number]: unknown }>(array: T): T => {
    for (let i = array.length - 1; i > 0; i--) {
      const j = int(i + 1)
      const held = array[i]
      ;(array as { [index: number]: unknown })[i] = array[j]
      ;(array as { [index: number]: unknown })[j] = held
    }
    return array
  }
  return { next, int, normal, shuffle }
}

/** Derives an independent 32-bit seed for one purpose (FNV-1a over seed and parts, then mixed), e.g. `mixSeed(seed, 'shuffle', epoch)`. */
export const mixSeed = (seed: number, ...parts: readonly (string | number)[]): number => {
  let hash = 0x811c9dc5
  for (const char of [seed, ...parts].map(part => `${typeof part === 'number' ? 'n' : 's'}${part};`).join('')) {
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193)
  }
  return splitmix(hash)()
}
