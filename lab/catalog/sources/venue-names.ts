/** Names like the one that nobody knows: fewest letters to change (Levenshtein's distance), then by alphabet. */

/** @returns at most `most` of the names, the nearest first; none that has little in common with the word */
export function nearNames(word: string, names: Iterable<string>, most = 5): string[] {
  const plain = plainName(word)
  const found: { name: string; distance: number }[] = []
  for (const name of new Set(names)) {
    const other = plainName(name)
    const farthest = Math.max(1, Math.floor(Math.max(plain.length, other.length) / 3))
    const begins = plain.length >= 3 && other.startsWith(plain)
    if (!begins && Math.abs(other.length - plain.length) > farthest) continue
    const distance = begins ? 1 : editDistance(plain, other)
    if (distance <= farthest) found.push({ name, distance })
  }
  found.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
  return found.slice(0, most).map(({ name }) => name)
}

/** `: did you mean a, b or c` or, where none is near, the mend. */
export function meant(near: readonly string[], mend: string): string {
  if (near.length === 0) return mend
  return `did you mean ${near.length === 1 ? near[0] : `${near.slice(0, -1).join(', ')} or ${near.at(-1)}`}?`
}

/** `BTC/USDT` → `btcusdt` */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

function editDistance(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++)
      row[j] = Math.min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1))
    before = row
  }
  return before[b.length]
}
