import { isAbsolute, resolve } from 'node:path'

/** Project files among the arguments of a start, made absolute from the folder of that start; options and everything else are left out. */
export const projectArguments = (argv: readonly string[], folder: string): readonly string[] =>
  argv
    .slice(1)
    .filter(arg => !arg.startsWith('-') && !arg.includes('\0') && /\.netloom(\.json)?$/i.test(arg))
    .filter(arg => !/^[\\/]{2}/.test(arg))
    .map(arg => (isAbsolute(arg) ? arg : resolve(folder, arg)))
