/** Hands out names that ONNX allows everywhere, ASCII letters, digits and `_`, made from any text and never twice. */
export class Names {
  private readonly taken = new Set<string>()

  /** `wanted` made harmless, with a number behind it if it is taken. */
  make(wanted: string): string {
    const plain = wanted
      .normalize('NFKD')
      .replace(/[^A-Za-z0-9_]+/g, '_')
      .replace(/^_+|_+$/g, '')
      .slice(0, 60)
    const start = plain === '' ? 'node' : /^[0-9]/.test(plain) ? `node_${plain}` : plain
    let name = start
    for (let n = 2; this.taken.has(name); n++) name = `${start}_${n}`
    this.taken.add(name)
    return name
  }
}
