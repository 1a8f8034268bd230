/** Contrast as WCAG 2.2 defines it (relative luminance, section 1.4.3 and 1.4.11: at least 3:1 for graphics). */
import { expect, it } from 'vitest'
import { chart } from './chart.ts'
import { pagePalette } from './page-palette.ts'
import { JUPYTER } from './table.ts'

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map(at => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (light + 0.05) / (dark + 0.05)
}

it('the measure is that of the norm: black on white is 21:1, #767676 on white 4.54:1', () => {
  expect(contrast('#000000', '#ffffff')).toBe(21)
  expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2)
})

const solid = Object.entries(pagePalette).filter(([, colour]) => colour.startsWith('#'))
it.each(solid)('%s, %s, is seen on a light page and on a dark one', (_name, colour) => {
  expect(contrast(colour, '#ffffff')).toBeGreaterThanOrEqual(3)
  expect(contrast(colour, '#111111')).toBeGreaterThanOrEqual(3)
})

it('a chart lies on the page itself, and what it says of its axes stays', () => {
  const figure = chart([{ y: [1] }], { yaxis: { type: 'log', gridcolor: 'red' }, height: 100 })[JUPYTER]()
  expect(figure['application/vnd.plotly.v1+json']).toMatchObject({
    layout: {
      height: 100,
      paper_bgcolor: 'rgba(0,0,0,0)',
      plot_bgcolor: 'rgba(0,0,0,0)',
      yaxis: { type: 'log', gridcolor: 'red' },
      xaxis: { gridcolor: pagePalette.rule },
    },
  })
})
