import { BANDS, isHot } from './bands.js';

/** Length of a slot, in milliseconds. */
export const SLOT = 600_000;

/** With fewer readings than this share of the points, what a slot says is that of a sample. */
const WHOLE = 0.85;

/**
 * A day in slots of ten minutes: the intensity of all points together, and the share of hot ones. Where only a sample of
 * the points was read (as in a history that was loaded for some of them), the sample stands for all: its mean times the
 * number of points, corrected by how the sample differs from all points now.
 *
 * @typedef {{start: number, total: number, hot: number, isSample: boolean}} Slot
 */
export class Day {
  /** @param {number} start midnight, in epoch milliseconds @param {number} end the next one */
  constructor(start, end) {
    this.start = start;
    this.end = end;
    this.isRead = false;
    this.raw = [];
    this.rawUsual = [];
    /** @type {Slot[]} */
    this.past = [];
    /** @type {Slot[]} the same weekday in the weeks before */
    this.usual = [];
    this.sample = [];
    this.correction = { intensity: 1, hot: 1 };
    this.points = 0;
    /** The slot of now, and those that ended since the page was opened, by what came by push. */
    this.current = null;
    this.ended = [];
  }

  /** The slot of now, as far as it is known. */
  get last() {
    return this.past.at(-1) ?? null;
  }

  /** @returns {Slot | undefined} */
  slotAt(at) {
    return this.past.find(({ start }) => at >= start && at < start + SLOT);
  }

  /** @param {any[][]} rows slot in seconds, mean intensity, share of hot points, readings */
  read(rows) {
    this.raw = rows.map(slotOf);
    this.isRead = true;
    this.#finish();
  }

  /** @param {any[][]} rows as of `read` */
  readUsual(rows) {
    this.rawUsual = rows.map(slotOf);
    this.#finish();
  }

  /** @param {number[]} places of the points that were read on the days before */
  sampled(places) {
    this.sample = places;
    this.#finish();
  }

  /**
   * What came by push.
   *
   * @param {import('./picture.js').Picture | null} picture null where its kinds are not those of the values
   */
  now(time, readings, picture) {
    if (!picture) {
      return;
    }
    this.readings = readings;
    this.picture = picture;
    this.points = picture.counted;
    const start = Math.floor(time / SLOT) * SLOT;
    if (this.current?.start !== start) {
      this.ended = this.current && start > this.current.start ? [...this.ended, this.current] : [];
      this.current = {
        start,
        intensity: picture.meanIntensity,
        hot: picture.hotShare,
        readings: picture.counted,
        count: 1,
      };
    } else {
      const { count } = this.current;
      const mean = (before, latest) =>
        before === before && latest === latest ? (before * count + latest) / (count + 1) : latest;
      this.current = {
        start,
        intensity: mean(this.current.intensity, picture.meanIntensity),
        hot: mean(this.current.hot, picture.hotShare),
        readings: picture.counted,
        count: count + 1,
      };
    }
    this.#finish();
  }

  #finish() {
    this.#correct();
    const pushed = [...this.ended, this.current].filter(Boolean);
    const known = new Set(this.raw.map(({ start }) => start));
    // What was read is better than what was seen, but for the slot of now, of which more was seen.
    const raw = [
      ...this.raw.filter(({ start }) => start !== this.current?.start),
      ...pushed.filter((slot) => slot === this.current || !known.has(slot.start)),
    ].sort((a, b) => a.start - b.start);
    this.past = raw.map((slot) => this.#whole(slot));
    this.usual = this.rawUsual.map((slot) => this.#whole(slot));
  }

  #whole({ start, intensity, hot, readings }) {
    const isSample = readings < this.points * WHOLE;
    const share = isSample ? hot * this.correction.hot : hot;
    return {
      start,
      total: this.points * intensity * (isSample ? this.correction.intensity : 1),
      hot: Math.min(1, share),
      isSample,
    };
  }

  #correct() {
    const { sample, readings, picture } = this;
    if (!picture || sample.length === 0) {
      return;
    }
    let intensity = 0;
    let counted = 0;
    let hot = 0;
    let valued = 0;
    for (const i of sample) {
      if (readings.intensities[i] >= 0) {
        intensity += readings.intensities[i];
        counted++;
      }
      if (picture.kinds[i] < BANDS) {
        valued++;
        hot += isHot(picture.bands, picture.kinds[i]) ? 1 : 0;
      }
    }
    this.correction = {
      intensity: ratio(picture.meanIntensity, intensity / counted),
      hot: ratio(picture.hotShare, hot / valued),
    };
  }
}

/** How much greater; within reason, as a small sample may say anything. */
function ratio(whole, sample) {
  const factor = whole / sample;
  return factor > 0 && Number.isFinite(factor) ? Math.min(4, Math.max(0.25, factor)) : 1;
}

function slotOf([seconds, intensity, hot, readings]) {
  return { start: seconds * 1000, intensity: intensity ?? NaN, hot: hot ?? NaN, readings };
}
