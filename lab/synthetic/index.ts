/**
 * Markets that were made up, seeded, and labelled so that nobody takes them for real ones: the venue of their
 * instruments is SYNTHETIC and their dataset `synthetic:<process>:<seed>`.
 *
 *   bars     gbm, jumpDiffusion, garch, ornsteinUhlenbeck, regimeSwitching, basket
 */
export { type BasketAsset, type BasketTerms, basket, type SyntheticBasket } from './basket.ts'
export type { FrameTerms } from './bars.ts'
export { type GarchMarket, type GarchTerms, garch } from './garch.ts'
export { type GbmTerms, gbm } from './gbm.ts'
export { type JumpDiffusionTerms, jumpDiffusion } from './jump-diffusion.ts'
export { SYNTHETIC_VENUE, type SyntheticInstrument } from './label.ts'
export type { MarketTerms, SyntheticMarket } from './market.ts'
export { type OrnsteinUhlenbeckTerms, ornsteinUhlenbeck } from './ornstein-uhlenbeck.ts'
export {
  type Regime,
  type RegimeMarket,
  type RegimeSwitchingTerms,
  regimeSwitching,
} from './regime-switching.ts'
export { type Excitation, type HawkesTerms, hawkes, type SyntheticArrivals } from './hawkes.ts'
export { type OrderFlowTerms, orderFlow, type SyntheticFlow } from './order-flow.ts'
