import { toBase64 } from '../base64.ts'
import { sha256 } from '../hash.ts'
import { PAYLOAD_ID, type PagePayload, type Player } from './payload.ts'

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text for HTML, also inside attributes. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, c => ESCAPES[c] ?? c)

/** JSON in which no markup can begin, whatever names it holds. */
const safeJson = (value: object): string => JSON.stringify(value).replaceAll('<', '\\u003c')

const bytesOfHex = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], pair => Number.parseInt(pair, 16))

const source = async (text: string): Promise<string> => `'sha256-${toBase64(bytesOfHex(await sha256(text)))}'`

/** The policy of the page: its own script and style and nothing else, no connection to anywhere. */
const policyOf = async (script: string, style: string): Promise<string> =>
  [
    "default-src 'none'",
    `script-src ${await source(script)}`,
    `style-src ${await source(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')

/** A whole page that works from a file and without a network: player, network and all. */
export const pageOf = async ({ script, style }: Player, payload: PagePayload): Promise<string> => {
  const name = escapeHtml(payload.name)
  const about = payload.about.map(sentence => `<p>${escapeHtml(sentence)}</p>`).join('\n')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${await policyOf(script, style)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<meta name="generator" content="Netloom">
<title>${name}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${name}</h1>
<p id="status" role="status">Loading the network…</p>
</header>
<main id="stage"><noscript>This page needs JavaScript to run the network.</noscript></main>
<footer>
${about}
<p>Made with Netloom. Everything runs in this page; nothing is sent anywhere.</p>
</footer>
<script type="application/json" id="${PAYLOAD_ID}">${safeJson(payload)}</script>
<script type="module">${script}</script>
</body>
</html>
`
}

/** Reads the payload back out of a finished page, as the page itself does. */
export const payloadOf = (html: string): PagePayload | null => {
  const start = `<script type="application/json" id="${PAYLOAD_ID}">`
  const from = html.indexOf(start)
  if (from < 0) return null
  return JSON.parse(html.slice(from + start.length, html.indexOf('</script>', from))) as PagePayload
}
