/**
 * The server's clock, seen from here. What arrives was sent a little earlier, so the message that travelled fastest of
 * the last ones says best how far the clocks are apart.
 */
export class ServerClock {
  /** @param {() => number} now of the machine that the page runs on, in epoch milliseconds */
  constructor(now = () => performance.timeOrigin + performance.now()) {
    this.here = now;
    this.offsets = [];
  }

  /** @param {number} sent by the server's clock, in epoch milliseconds */
  heard(sent) {
    if (Number.isFinite(sent)) {
      this.offsets.push(sent - this.here());
      if (this.offsets.length > 120) {
        this.offsets.shift();
      }
    }
  }

  now() {
    return this.here() + (this.offsets.length ? Math.max(...this.offsets) : 0);
  }
}
