import type { Call, CallValue } from '../layers/define.ts'

/** Words that a variable in generated Python must not take: keywords, built-in functions, and the names the program itself uses. */
const RESERVED = new Set(
  `and as assert async await break class continue def del elif else except finally for from global if import in is lambda match case nonlocal
  not or pass raise return try while with yield abs all any dict eval exec filter float format id input int iter len list map max min next object
  open pow print range repr round set slice sorted str sum super tuple type vars zip keras layers model build_model`.split(/\s+/),
)

/** A Python string literal: quotes, backslashes, line ends, invisible and control characters are escaped, so that text never becomes code. */
export const pyString = (text: string): string => {
  let out = ''
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0
    if (char === '"' || char === '\\') out += `\\${char}`
    else if (char === '\n') out += '\\n'
    else if (code >= 0xd800 && code <= 0xdfff) out += '\ufffd'
    else if (/[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(char)) out += char
    else out += code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
  }
  return `"${out}"`
}

const pyNumber = (value: number): string => {
  if (Number.isNaN(value)) return 'float("nan")'
  return Number.isFinite(value) ? String(value) : `float("${value < 0 ? '-' : ''}inf")`
}

const isCall = (value: Call | readonly CallValue[]): value is Call => !Array.isArray(value)

/** A value as Python writes it; lists become tuples, calls are made where they stand. */
export const pyValue = (value: CallValue): string => {
  if (value === null) return 'None'
  if (typeof value === 'string') return pyString(value)
  if (typeof value === 'number') return pyNumber(value)
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (isCall(value)) return pyCall(value)
  return `(${value.map(pyValue).join(', ')}${value.length === 1 ? ',' : ''})`
}

/** A call with its arguments, e.g. `layers.Dense(10, activation="relu")` with every argument named. */
export const pyCall = (call: Call): string =>
  `${call.name}(${Object.entries(call.args)
    .map(([key, value]) => `${key}=${pyValue(value)}`)
    .join(', ')})`

/** Gives each text a name nobody else has: `conv`, `conv_2`, …; `taken` remembers across calls. */
const unique = (wanted: string, taken: Set<string>): string => {
  let name = wanted
  for (let n = 2; taken.has(name); n++) name = `${wanted.replace(/_$/, '')}_${n}`
  taken.add(name)
  return name
}

/** A new Python variable made from any text: ASCII, lower case, no keyword, not used before. */
export const pyVariable = (text: string, taken: Set<string>): string => {
  const plain = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 40)
  const start = plain === '' ? 'node' : /^[0-9]/.test(plain) ? `node_${plain}` : RESERVED.has(plain) ? `${plain}_` : plain
  return unique(start, taken)
}

/** A Keras layer name made from any text: no slash (Keras refuses it), not empty, not used before. */
export const kerasName = (text: string, taken: Set<string>): string => unique(text.replaceAll('/', '_').trim() || 'layer', taken)
