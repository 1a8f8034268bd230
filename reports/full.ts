/** Everything there is to see of a run: for whoever decides about it. */
import type { ReportRecipe } from '../lab/report/index.ts'

export default {
  name: 'full',
  sections: [
    'equity',
    'strategies',
    'monthly',
    'yearly',
    'rolling',
    'drawdowns',
    'prices',
    'tradeReturns',
    'excursions',
    'exposure',
    'costs',
    'cashFlows',
    'statistics',
    'notebook',
    'trades',
  ],
} satisfies ReportRecipe
