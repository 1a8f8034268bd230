/**
 * Colours by role. Gain is blue and loss vermilion, which every common colour blindness tells apart
 * (Okabe and Ito 2008), in shades with at least 4.5:1 contrast on their paper. A chart takes a palette; the
 * report hands in `rolePalette`, whose colours are names, and the page puts the theme's own in their place.
 */
export interface Palette {
  readonly paper: string
  readonly ink: string
  readonly muted: string
  readonly rule: string
  readonly strategy: string
  readonly strategyFill: string
  readonly benchmark: string
  readonly gain: string
  readonly loss: string
  readonly lossFill: string
  readonly candle: string
  readonly candleFill: string
  readonly second: string
  readonly third: string
  readonly fourth: string
}

export const lightPalette: Palette = {
  paper: '#ffffff',
  ink: '#15191e',
  muted: '#59626d',
  rule: '#e4e7eb',
  strategy: '#0a5ca8',
  strategyFill: 'rgba(10,92,168,0.10)',
  benchmark: '#77808b',
  gain: '#0a5ca8',
  loss: '#b5430f',
  lossFill: 'rgba(181,67,15,0.16)',
  candle: '#6b7480',
  candleFill: '#aab2bc',
  second: '#8a5a00',
  third: '#00705a',
  fourth: '#8b3f78',
}

export const darkPalette: Palette = {
  paper: '#14181d',
  ink: '#e8ebef',
  muted: '#9da7b3',
  rule: '#2b323a',
  strategy: '#6cb4f5',
  strategyFill: 'rgba(108,180,245,0.14)',
  benchmark: '#98a2ae',
  gain: '#6cb4f5',
  loss: '#f18d5f',
  lossFill: 'rgba(241,141,95,0.20)',
  candle: '#8a94a0',
  candleFill: '#4a535e',
  second: '#e0ab3e',
  third: '#4cc3a5',
  fourth: '#d795c4',
}

/** Every colour is `@` and its role: `@gain`. */
export const rolePalette: Palette = Object.fromEntries(
  Object.keys(lightPalette).map(role => [role, '@' + role]),
) as unknown as Palette
