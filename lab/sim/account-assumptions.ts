/** What a result tells of the account that it was run in, in words, beside the assumptions about fills. */
import type { BorrowTerms, InterestTerms } from '../costs/financing.ts'
import type { RunAssumptions } from '../domain/run-result.ts'
import type { Session } from './session.ts'

type Told = Pick<
  RunAssumptions,
  'latency' | 'queue' | 'leverage' | 'margin' | 'currencies' | 'financing' | 'borrow'
>

/** @param books the run has books of orders, in which orders queue */
export function accountAssumptions({ settings, engine, instruments, borrow }: Session, books: boolean): Told {
  const { account } = engine.members[0]
  const { leverage, margin, financing, latency, queue } = settings
  account.rates.refresh()
  return {
    ...(latency.description === 'none' ? {} : { latency: latency.description }),
    ...(books ? { queue: queue.description } : {}),
    ...(settings.account === 'cash' ? {} : { leverage, margin: marginText(margin) }),
    ...(account.currencies.length === 1
      ? {}
      : { currencies: account.currencies.slice(1).map((_, place) => account.rates.describe(place + 1)) }),
    ...(financing === undefined ? {} : { financing: financingText(financing) }),
    ...(borrow === undefined
      ? {}
      : {
          borrow: borrowTexts(
            instruments.map(one => one.id),
            borrow,
          ),
        }),
  }
}

function marginText(terms: Session['settings']['margin']): string {
  const { leverage, maintenanceOverInitial = 0.5, pools = 'cross', tiers, closeFirst, closeWhole } = terms
  const initial = Math.min(1, 1 / leverage)
  const own = tiers === undefined || tiers.size === 0 ? '' : ', or by brackets of value'
  const order = closeFirst === 'largestLoss' ? 'the largest loss' : 'the largest maintenance margin'
  return (
    `${percent(initial)} to open and ${percent(initial * maintenanceOverInitial)} to keep, unless the instrument names its own${own}; ` +
    `${pools === 'cross' ? 'all money backs all positions' : 'each currency backs its own positions'}; ` +
    `below that orders are cancelled and positions closed at the next price, ${order} first${closeWhole === true ? ', each whole' : ''}`
  )
}

function financingText({ credit, debit }: NonNullable<Session['settings']['financing']>): string {
  const side = (name: string, terms: Readonly<Record<string, InterestTerms>> | undefined) =>
    Object.entries(terms ?? {}).map(([currency, one]) => `${currency} ${name} ${interestText(one)}`)
  const texts = [...side('earns', credit), ...side('borrowed costs', debit)]
  return texts.length === 0 ? 'no interest' : texts.join('; ')
}

function interestText({ tiers, dayCount }: InterestTerms): string {
  const parts = tiers.map(({ from, rate }) => (from === 0 ? percent(rate) : `${percent(rate)} above ${from}`))
  return `${parts.join(', ')} a year of ${dayCount} days`
}

/** Instruments of equal terms are told together. */
function borrowTexts(ids: readonly string[], terms: readonly (BorrowTerms | undefined)[]): string {
  const groups = new Map<string, string[]>()
  for (const [handle, one] of terms.entries()) {
    const text = one === undefined ? 'nothing' : `${percent(one.rate)} a year of ${one.dayCount} days`
    groups.set(text, [...(groups.get(text) ?? []), ids[handle]])
  }
  if (groups.size === 1) return [...groups.keys()][0]
  return [...groups].map(([text, ids]) => `${ids.slice(0, 5).join(', ')}: ${text}`).join('; ')
}

function percent(rate: number): string {
  return `${Number((rate * 100).toPrecision(6))} %`
}
