/** The simulated venue on bars with its contingencies: what an account trades with. */
import type { AccountReports } from '../domain/ports/venue.ts'
import { BarVenue, type VenueSetup } from './venue/bar-venue.ts'
import { Contingencies } from './venue/contingencies.ts'

export class SimulatedVenue extends Contingencies {
  constructor(setup: Omit<VenueSetup, 'reports'> & { readonly reports: AccountReports }) {
    super(setup.reports, reports => new BarVenue({ ...setup, reports }))
  }
}
