/**
 * A name for Plotly's legends and labels: Plotly reads a little HTML in texts, and other people's names must
 * neither be links nor markup; nor a hover template.
 */
export function plainName(name: string): string {
  const short = name.length > 60 ? name.slice(0, 59) + '…' : name
  return short
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[%$]\{/g, '{')
}
