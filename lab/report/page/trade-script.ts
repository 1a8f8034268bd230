/**
 * Page code (plain JavaScript): the trade table. Rows come from columns in the page's data; sorting by any
 * column, pages of 25, filters by instrument and by strategy, and the same rows as a CSV file with full precision.
 */
export const tradeScript = String.raw`
const trades = data.trades
const tradeTable = document.getElementById('trade-table')

function formatted(value, decimals, sign) {
  if (value === null || value === undefined) return ''
  const fixed = Math.abs(value).toFixed(decimals)
  const text = fixed.replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',')
  const zero = /^[0.]*$/.test(fixed)
  return (zero ? '' : value < 0 ? '−' : sign ? '+' : '') + text
}

const show = {
  text: value => value === null ? '' : String(value),
  time: value => new Date(value / 1000).toISOString().slice(0, trades.daily ? 10 : 16).replace('T', ' '),
  count: value => formatted(value, 0),
  quantity: value => formatted(value, Number.isInteger(value) ? 0 : 4),
  price: value => formatted(value, Math.abs(value) < 10 ? 4 : 2),
  money: value => formatted(value, 2),
  result: value => formatted(value, 2, true),
  percent: value => formatted(value * 100, 2, true) + ' %',
}

function startTrades() {
  if (!tradeTable || !trades) return
  const body = tradeTable.tBodies[0]
  const headers = [...tradeTable.tHead.rows[0].cells]
  const filters = ['instrument', 'strategy'].flatMap(key => {
    const select = document.getElementById('trade-' + key)
    return select ? [{ select, column: trades.columns.find(column => column.key === key) }] : []
  })
  const total = trades.columns[0].values.length
  const perPage = 25
  let order = Array.from({ length: total }, (_, row) => row)
  let page = 0
  let sortedBy = -1, falling = false

  function visible() {
    const chosen = filters.filter(({ select }) => select.value !== '')
    return chosen.length === 0 ? order : order.filter(row => chosen.every(({ select, column }) => cell(column, row) === select.value))
  }
  function cell(column, row) { return column.words ? column.words[column.values[row]] : column.values[row] }

  function fill() {
    const rows = visible()
    const pages = Math.max(1, Math.ceil(rows.length / perPage))
    page = Math.min(page, pages - 1)
    body.replaceChildren(...rows.slice(page * perPage, (page + 1) * perPage).map(rowElement))
    document.getElementById('trade-page').textContent =
      rows.length === 0 ? 'no trades' : formatted(page * perPage + 1, 0) + '–' + formatted(Math.min(rows.length, (page + 1) * perPage), 0) + ' of ' + formatted(rows.length, 0)
    document.getElementById('trade-back').disabled = page === 0
    document.getElementById('trade-next').disabled = page >= pages - 1
  }

  function rowElement(row) {
    const line = document.createElement('tr')
    for (const column of trades.columns) {
      const value = cell(column, row)
      const place = line.insertCell()
      place.textContent = show[column.kind](value)
      if (column.kind === 'text' || column.kind === 'time') place.className = 'text'
      if (column.kind === 'result' || column.key === 'return') place.className = value > 0 ? 'gain' : value < 0 ? 'loss' : ''
    }
    const value = key => cell(trades.columns.find(column => column.key === key), row)
    if (data.candleInstruments.includes(value('instrument'))) {
      const button = document.createElement('button')
      button.type = 'button'
      button.textContent = line.cells[0].textContent
      button.setAttribute('aria-label', 'Show trade ' + value('number') + ' on the price chart')
      button.addEventListener('click', () => showTrade(value('instrument'), value('entryTime') / 1000, value('exitTime') / 1000))
      line.cells[0].replaceChildren(button)
    }
    return line
  }

  headers.forEach((header, n) => {
    const button = header.querySelector('button')
    if (!button) return
    button.addEventListener('click', () => {
      falling = sortedBy === n ? !falling : trades.columns[n].kind !== 'text' && trades.columns[n].key !== 'number'
      sortedBy = n
      const column = trades.columns[n]
      const sign = falling ? -1 : 1
      order.sort((a, b) => {
        const x = cell(column, a), y = cell(column, b)
        return x === y ? a - b : x === null ? 1 : y === null ? -1 : x < y ? -sign : sign
      })
      for (const other of headers) other.removeAttribute('aria-sort')
      header.setAttribute('aria-sort', falling ? 'descending' : 'ascending')
      page = 0
      fill()
    })
  })
  document.getElementById('trade-back').addEventListener('click', () => { page--; fill() })
  document.getElementById('trade-next').addEventListener('click', () => { page++; fill() })
  for (const { select } of filters) select.addEventListener('change', () => { page = 0; fill() })
  document.getElementById('trade-csv').addEventListener('click', () => download(trades.fileName, csv()))
  fill()

  function csv() {
    const lines = [trades.columns.map(column => column.csv).join(',')]
    for (let row = 0; row < total; row++) lines.push(trades.columns.map(column => csvCell(column, cell(column, row))).join(','))
    return lines.join('\r\n') + '\r\n'
  }
}

/** RFC 4180; a text that a spreadsheet would run as a formula gets an apostrophe before it. */
function csvCell(column, value) {
  if (value === null || value === undefined) return ''
  if (column.kind === 'time') return isoMicros(value)
  if (typeof value === 'number') return String(value)
  const safe = /^[=+\-@\t\r]/.test(value) ? "'" + value : value
  return /[",\r\n]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe
}

function isoMicros(micros) {
  const rest = ((micros % 1000000) + 1000000) % 1000000
  return new Date(Math.floor(micros / 1000)).toISOString().slice(0, 19) + (rest === 0 ? '' : '.' + String(rest).padStart(6, '0')) + 'Z'
}

function download(name, text) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }))
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10000)
}
`
