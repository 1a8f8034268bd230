/** Fees and slippage as people write them: `10bps`, `0.005/share:min=1`, `2.5/order`, `none`. */
import { GordonError } from '../core/errors.ts'
import { bpsFee } from './bps-fee.ts'
import type { FeeModel } from './fee.ts'
import { fixedFee } from './fixed-fee.ts'
import { perShareFee } from './per-share-fee.ts'
import { bpsSlippage, type SlippageModel } from './slippage.ts'

const AMOUNT = '(\\d+(?:\\.\\d+)?)'
const BPS = new RegExp(`^${AMOUNT}\\s*bps$`)
const PER_SHARE = new RegExp(`^${AMOUNT}/share(?::min=${AMOUNT})?$`)
const PER_ORDER = new RegExp(`^${AMOUNT}/order$`)

export function parseFees(text: string): FeeModel {
  if (text === 'none' || text === '0') return bpsFee(0)
  const bps = BPS.exec(text)
  if (bps !== null) return bpsFee(Number(bps[1]))
  const share = PER_SHARE.exec(text)
  if (share !== null) return perShareFee({ perShare: Number(share[1]), minimum: Number(share[2] ?? 0) })
  const order = PER_ORDER.exec(text)
  if (order !== null) return fixedFee(Number(order[1]))
  throw new GordonError(
    'FEES_UNREADABLE',
    `Fees "${text}" are not understood: write 10bps, 0.005/share:min=1, 2.5/order or none.`,
  )
}

export function parseSlippage(text: string): SlippageModel {
  if (text === 'none' || text === '0') return bpsSlippage(0)
  const bps = BPS.exec(text)
  if (bps !== null && Number(bps[1]) < 10_000) return bpsSlippage(Number(bps[1]))
  throw new GordonError(
    'SLIPPAGE_UNREADABLE',
    `Slippage "${text}" is not understood: write 2bps (below 10000) or none.`,
  )
}
