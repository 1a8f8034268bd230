export { finite } from './finite.ts'
export { centralMoment, dispersion, mean, standardDeviation } from './moments.ts'
export { quantile } from './quantile.ts'
export { sum } from './sum.ts'
