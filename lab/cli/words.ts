/** Figures and rows of the summaries that fit a terminal. */

/** `  return        335.25 %` */
export function row(name: string, value: string): string {
  return `  ${name.padEnd(13)} ${value}`
}

export function money(value: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
}

export function percent(value: number | undefined): string {
  return value === undefined ? 'undefined' : `${(value * 100).toFixed(2)} %`
}

export function ratio(value: number | undefined): string {
  return value === undefined ? 'undefined' : value.toFixed(2)
}
