/** Bytes of a project file on disk. */
export const MAX_FILE_BYTES = 50_000_000
/** Nesting of a project file. */
export const MAX_DEPTH = 64
export const MAX_NODES = 10_000
export const MAX_WIRES = 50_000
/** Characters of any string in a project file, and of names and ids. */
export const MAX_STRING = 1_000_000
export const MAX_NAME = 200
/** Parameters above which a network cannot be built, and above which training it is announced as heavy. */
export const MAX_PARAMETERS = 500_000_000
export const HEAVY_PARAMETERS = 50_000_000
/** Values of one layer's output for one sample (2 GiB as float32). */
export const MAX_OUTPUT_VALUES = 2 ** 29
