/**
 * HTML that cannot be injected into: in html`<p>${text}</p>` every text is escaped, and only what another
 * html`` made goes in as it is. Strategy names, tags, symbols and log lines are other people's texts.
 */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toString(): string {
    return this.text
  }
}

export type HtmlPart = Html | string | number | undefined | false | readonly HtmlPart[]

/** Template tag. undefined and false leave nothing; lists are joined. */
export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  let text = strings[0]
  parts.forEach((part, i) => {
    text += piece(part) + strings[i + 1]
  })
  return new Html(text)
}

/** Text made safe for element content and for quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, sign => ENTITY[sign])
}

/** JSON that may stand inside a script element: no `</script`, no `<!--`, no line separators. */
export function scriptJson(value: unknown): Html {
  return new Html(JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, sign => UNICODE[sign]))
}

const ENTITY: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const UNICODE: Record<string, string> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
}

function piece(part: HtmlPart): string {
  if (part === undefined || part === false) return ''
  if (part instanceof Html) return part.text
  if (typeof part === 'string') return escapeHtml(part)
  if (typeof part === 'number') return String(part)
  return part.map(piece).join('')
}
