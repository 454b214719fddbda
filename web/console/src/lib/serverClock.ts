/**
 * The server's clock as seen from here.
 *
 * Every observation narrows the interval the offset (server time − local time, milliseconds) must lie in.
 * An observation that contradicts the interval means one of the clocks was set: the interval starts anew.
 */
export class ServerClock {
  private low = -Infinity;
  private high = Infinity;

  /** A `Date` header: whole seconds, written at some moment between request and reply. */
  sampleHeader(header: string | null, start: number, end: number): void {
    const date = header === null ? NaN : Date.parse(header);
    if (!Number.isNaN(date)) this.narrow(date - end, date + 1000 - start);
  }

  /** A server time stamped while our request was under way, such as `claimed_at` of a claim. */
  sampleStamp(at: string | null, start: number, end: number): void {
    const stamp = at === null ? NaN : Date.parse(at);
    if (!Number.isNaN(stamp)) this.narrow(stamp - end, stamp - start);
  }

  /** Something that has already happened: the server's clock is not earlier than that. */
  observePast(at: string | null, localNow: number): void {
    const stamp = at === null ? NaN : Date.parse(at);
    if (!Number.isNaN(stamp)) this.narrow(stamp - localNow, Infinity);
  }

  /** Best estimate of the offset in milliseconds; with no exact sample, the smallest that fits. */
  get offset(): number {
    if (Number.isFinite(this.low) && Number.isFinite(this.high)) return (this.low + this.high) / 2;
    return Math.min(Math.max(0, this.low), this.high);
  }

  now(localNow: number): number {
    return localNow + this.offset;
  }

  private narrow(low: number, high: number): void {
    const nextLow = Math.max(this.low, low);
    const nextHigh = Math.min(this.high, high);
    const agrees = nextLow <= nextHigh;
    this.low = agrees ? nextLow : low;
    this.high = agrees ? nextHigh : high;
  }
}
