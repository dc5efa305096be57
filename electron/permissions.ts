import type { Session } from 'electron'

/** Everything else that a page can ask for is refused. */
export const ALLOWED_PERMISSIONS: ReadonlySet<string> = new Set(['clipboard-sanitized-write', 'fullscreen'])

const LOCAL = /^(app|blob|data|devtools):/

/** Refuses what Electron would grant by itself, and everything that is not of this machine. */
export const setupPermissions = (session: Session): void => {
  session.setPermissionRequestHandler((_contents, permission, answer) => answer(ALLOWED_PERMISSIONS.has(permission)))
  session.setPermissionCheckHandler((_contents, permission) => ALLOWED_PERMISSIONS.has(permission))
  session.setDevicePermissionHandler(() => false)
  session.setDisplayMediaRequestHandler((_request, answer) => answer({}))
  session.on('file-system-access-restricted', (_event, _details, answer) => answer('deny'))
  session.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !LOCAL.test(details.url) }))
}
