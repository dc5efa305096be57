/** A whole number with thousands separators, e.g. `921,601,000`. */
export const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ',')

/** Arguments that differ from the Keras defaults, so that generated code says only what matters. */
export const unlessDefault = <V>(args: Readonly<Record<string, V>>, defaults: Readonly<Record<string, V>>): Record<string, V> =>
  Object.fromEntries(Object.entries(args).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(defaults[key])))
