/**
 * Streams whose messages are numbered without holes: Coinbase's `full` and `level3` channels by `sequence`, its
 * matches by `trade_id`. (Its `ticker` and `matches` show the `sequence` of that channel, with holes that mean
 * nothing; its `level2` updates show none at all: there, matches tell of a loss.)
 * Source: docs.cdp.coinbase.com/exchange, "Websocket overview: sequence numbers".
 */
export class SequenceSync {
  /** How many numbers were missing, over all gaps. */
  missing = 0
  gaps = 0
  private last = Number.NaN

  /** The state of the book is that of this number. */
  snapshot(sequence: number): void {
    this.last = sequence
  }

  /**
   * The first number of a stream without snapshot starts the count. After a gap the count goes on from there;
   * whether the book must be fetched anew is the feed's to decide.
   */
  offer(sequence: number): 'apply' | 'stale' | 'gap' {
    if (sequence <= this.last) return 'stale'
    const whole = Number.isNaN(this.last) || sequence === this.last + 1
    if (!whole) {
      this.gaps++
      this.missing += sequence - this.last - 1
    }
    this.last = sequence
    return whole ? 'apply' : 'gap'
  }
}
