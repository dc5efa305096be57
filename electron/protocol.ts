import { protocol, type Session } from 'electron'
import { bundleFiles } from '../node/bundleFiles.ts'
import { answerBundle, SCHEME } from './bundle.ts'

/** Makes `app://bundle/` a proper, secure origin. Must run before the app is ready. */
export const setupScheme = (): void =>
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true } },
  ])

/** Serves the built window under that origin. */
export const setupBundle = async (session: Session, folder: string): Promise<void> => {
  const files = await bundleFiles(folder)
  session.protocol.handle(SCHEME, request => answerBundle(request, files))
}
