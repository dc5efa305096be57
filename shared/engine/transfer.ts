/** Buffers of the typed arrays in a message, each once, so that it is moved rather than copied; the sender must not need them again. */
export const transferables = (value: unknown): ArrayBuffer[] => {
  const found = new Set<ArrayBuffer>()
  const visit = (v: unknown): void => {
    if (typeof v !== 'object' || v === null) return
    if (ArrayBuffer.isView(v)) {
      if (v.buffer instanceof ArrayBuffer) found.add(v.buffer)
      return
    }
    for (const inner of Object.values(v)) visit(inner)
  }
  visit(value)
  return [...found]
}
