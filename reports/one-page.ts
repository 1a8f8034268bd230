/** The claim, the curve, the calendar and the falls: what fits a page or two of paper. */
import type { ReportRecipe } from '../lab/report/index.ts'

export default {
  name: 'one page',
  sections: ['equity', 'strategies', 'monthly', 'drawdowns', 'statistics'],
} satisfies ReportRecipe
