/** A progress bar that moves in place in a notebook, and stays silent elsewhere. */
import { escapeHtml } from './escape.ts'
import { liveOutput } from './display.ts'

const REDRAW_MS = 100

export interface Progress {
  /** Draws at most ten times a second. */
  at(done: number): void
  /** The last word. */
  done(text?: string): void
}

/** @param total what `at` counts towards */
export function progress(total: number, label = ''): Progress {
  const put = liveOutput()
  const start = performance.now()
  let drawn = Number.NEGATIVE_INFINITY
  const draw = (value: number, text: string) =>
    put({
      'text/html': `<progress max="${total}" value="${value}" style="width:20em"></progress> ${escapeHtml(text)}`,
      'text/plain': text,
    })
  return {
    at(done) {
      const now = performance.now()
      if (now - drawn < REDRAW_MS) return
      drawn = now
      const left = done > 0 ? `, ${seconds(((now - start) / done) * (total - done))} left` : ''
      draw(done, `${label} ${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}${left}`.trim())
    },
    done(text) {
      draw(total, text ?? `${label} done in ${seconds(performance.now() - start)}`.trim())
    },
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
