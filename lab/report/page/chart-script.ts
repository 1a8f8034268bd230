/**
 * Page code (plain JavaScript, runs in the reader's browser): draws every chart, changes theme, prints on
 * light paper, switches axes, and moves through candlesticks with a price axis that follows.
 */
export const chartScript = `
const data = JSON.parse(document.getElementById('gordon-data').textContent)
const root = document.documentElement
const systemDark = matchMedia('(prefers-color-scheme: dark)')
const coarse = matchMedia('(pointer: coarse)').matches
let printing = false

function themeName() {
  if (printing) return 'light'
  return root.dataset.theme || (systemDark.matches ? 'dark' : 'light')
}

/** A copy of a figure with the theme's colours in place of their roles. Columns of numbers are shared. */
function coloured(value, colours) {
  if (typeof value === 'string') return value[0] === '@' && value.slice(1) in colours ? colours[value.slice(1)] : value
  if (Array.isArray(value)) {
    return typeof value[0] === 'object' || typeof value[0] === 'string' ? value.map(inner => coloured(inner, colours)) : value
  }
  if (value === null || typeof value !== 'object' || value.bdata !== undefined) return value
  const copy = {}
  for (const key of Object.keys(value)) copy[key] = coloured(value[key], colours)
  return copy
}

const config = { displaylogo: false, responsive: true, displayModeBar: coarse ? false : 'hover', doubleClick: 'reset',
  modeBarButtonsToRemove: ['select2d', 'lasso2d', 'autoScale2d', 'toImage'], scrollZoom: false }
const charts = [...document.querySelectorAll('.chart')]
const changes = new Map()

function figureOf(element) {
  const id = element.dataset.chart
  return id === 'candles' ? data.candles[candlePicker ? Number(candlePicker.value) : 0] : data.figures[id]
}

function draw(element) {
  const figure = figureOf(element)
  if (!figure) return Promise.resolve()
  const colours = data.palettes[themeName()]
  const layout = coloured(figure.layout, colours)
  for (const [path, value] of Object.entries(changes.get(element.dataset.chart) || {})) {
    const [axis, key] = path.split('.')
    layout[axis] = { ...layout[axis], [key]: value }
  }
  if (coarse) layout.dragmode = false
  if (printing) Object.assign(layout, { width: 690, height: paperHeight(element), autosize: false })
  else if (element.clientWidth < 560) narrow(layout)
  return Plotly.react(element, coloured(figure.data, colours), layout, config).then(() => { element.dataset.drawn = themeName() })
}

/** The heights of the print style sheet: when a browser asks for paper the screen's are still in force. */
function paperHeight(element) {
  return element.classList.contains('tall') ? 380 : element.classList.contains('low') ? 200 : 250
}

/** On a phone: less margin, and fewer words on the axes. */
function narrow(layout) {
  layout.margin = { ...layout.margin, l: 46, r: 8 }
  layout.font = { ...layout.font, size: 11 }
  if (layout.grid) layout.grid = { ...layout.grid, rows: 2, columns: 1, ygap: 0.3 }
  for (const key of Object.keys(layout)) if (/^[xy]axis/.test(key)) layout[key] = { ...layout[key], nticks: 6 }
}

function drawAll() { return Promise.all(charts.map(draw)) }

// ---- theme and paper
for (const button of document.querySelectorAll('[data-set-theme]')) {
  button.addEventListener('click', () => {
    if (button.dataset.setTheme === 'auto') delete root.dataset.theme
    else root.dataset.theme = button.dataset.setTheme
    for (const other of document.querySelectorAll('[data-set-theme]')) other.setAttribute('aria-pressed', String(other === button))
    drawAll()
  })
}
systemDark.addEventListener('change', () => { if (!root.dataset.theme) drawAll() })
function paper(on) { if (printing !== on) { printing = on; drawAll() } }
addEventListener('beforeprint', () => paper(true))
addEventListener('afterprint', () => paper(false))
matchMedia('print').addEventListener('change', event => paper(event.matches))

// ---- switches such as linear and log: data-relayout='{"yaxis.type":"log"}' data-for="equity"
for (const button of document.querySelectorAll('[data-relayout]')) {
  button.addEventListener('click', () => {
    const id = button.dataset.for
    changes.set(id, { ...changes.get(id), ...JSON.parse(button.dataset.relayout) })
    for (const other of button.parentElement.children) other.setAttribute('aria-pressed', String(other === button))
    draw(document.querySelector('[data-chart="' + id + '"]'))
  })
}

// ---- candlesticks
const candleChart = document.querySelector('[data-chart="candles"]')
const candlePicker = document.getElementById('candle-instrument')
const candleNote = document.getElementById('candle-note')

function candleTimes() { return numbers(figureOf(candleChart).data[0].x) }

/** A column, also where it was packed as base64 of float64. */
function numbers(column) {
  if (Array.isArray(column)) return column
  const bytes = Uint8Array.from(atob(column.bdata), sign => sign.charCodeAt(0))
  return Array.from(column.dtype === 'f4' ? new Float32Array(bytes.buffer) : new Float64Array(bytes.buffer))
}

function atOrAfter(times, time) {
  let low = 0, high = times.length - 1
  while (low < high) { const middle = (low + high) >> 1; if (times[middle] < time) low = middle + 1; else high = middle }
  return low
}

/** Shows candles from one row to another, with half a candle of air on both sides and prices to their range. */
function showRows(from, to) {
  const times = candleTimes()
  const last = times.length - 1
  from = Math.max(0, Math.min(from, last)); to = Math.max(from, Math.min(to, last))
  const step = last > 0 ? (times[last] - times[0]) / last : 86400000
  const window = { 'xaxis.range': [times[from] - step, times[to] + step], 'xaxis.autorange': false }
  changes.set('candles', { ...window, ...priceRange(window['xaxis.range']) })
  return draw(candleChart)
}

function priceRange(range) {
  const [candles] = figureOf(candleChart).data
  const times = numbers(candles.x), highs = numbers(candles.high), lows = numbers(candles.low)
  let top = -Infinity, bottom = Infinity
  for (let row = 0; row < times.length; row++) {
    if (times[row] < range[0] || times[row] > range[1]) continue
    top = Math.max(top, highs[row]); bottom = Math.min(bottom, lows[row])
  }
  if (!(top >= bottom)) return {}
  const air = (top - bottom) * 0.06 || top * 0.01
  return { 'yaxis.range': [bottom - air, top + air], 'yaxis.autorange': false }
}

function showLast(candles) {
  const times = candleTimes()
  const right = changes.has('candles') ? atOrAfter(times, changes.get('candles')['xaxis.range'][1]) : times.length - 1
  const to = Math.max(right, Math.min(times.length - 1, candles - 1))
  return showRows(to - candles + 1, to)
}

function time(value) { return typeof value === 'number' ? value : Date.parse(String(value).replace(' ', 'T') + (String(value).length > 10 ? 'Z' : '')) }

/** As many candles as can be told apart in the width there is; more where the last few entries lie further back. */
function candlesInView() {
  if (candleChart.clientWidth < 560) return 90
  const times = candleTimes()
  const entries = numbers(figureOf(candleChart).data.find(trace => trace.name === 'Entry').x).slice().sort((a, b) => a - b)
  if (entries.length === 0) return 250
  const back = times.length - atOrAfter(times, entries[Math.max(0, entries.length - 4)]) + 12
  return Math.min(420, Math.max(250, back))
}

function setCandleNote() { if (candleNote) candleNote.textContent = figureOf(candleChart).note || '' }

if (candleChart) {
  for (const button of document.querySelectorAll('[data-candles]'))
    button.addEventListener('click', () => {
      const wanted = Number(button.dataset.candles)
      if (wanted === 0) showRows(0, Infinity); else showLast(wanted)
    })
  if (candlePicker) candlePicker.addEventListener('change', () => { changes.delete('candles'); setCandleNote(); showLast(candlesInView()) })
  setCandleNote()
}

/** Called by the trade table: the candles around one round trip. */
function showTrade(instrument, entry, exit) {
  const symbol = data.candleInstruments.indexOf(instrument)
  if (symbol < 0 || !candleChart) return
  if (candlePicker) candlePicker.value = String(symbol)
  setCandleNote()
  const times = candleTimes()
  const from = atOrAfter(times, entry), to = atOrAfter(times, exit)
  const air = Math.max(15, Math.round((to - from) * 0.4))
  showRows(from - air, to + air)
  document.getElementById('trades-on-prices').scrollIntoView({ behavior: 'smooth' })
}

async function start() {
  for (const element of charts) {
    if (element === candleChart) { changes.delete('candles'); await showLast(candlesInView()) } else await draw(element)
    await new Promise(done => setTimeout(done))
  }
  if (candleChart) {
    let own = false
    candleChart.on('plotly_relayout', async event => {
      if (own || printing) return
      const x = candleChart.layout.xaxis
      if (!Object.keys(event).some(key => key.startsWith('xaxis'))) return
      const range = x.range.map(time)
      const prices = priceRange(range)
      changes.set('candles', { 'xaxis.range': range, 'xaxis.autorange': false, ...prices })
      own = true
      await Plotly.relayout(candleChart, prices)
      own = false
    })
  }
  root.dataset.charts = 'drawn'
}
`
