const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Text as HTML text or attribute value. */
export function escapeHtml(text: unknown): string {
  return String(text).replace(/[&<>"]/g, character => ENTITIES[character])
}
