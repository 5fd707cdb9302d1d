/**
 * The latest reading of every point of a map, in typed arrays: what is drawn a thousand times is not an object.
 * A missing number is NaN.
 */
export class Readings {
  /** @param {object} full as `/api/live` sends it */
  constructor(full) {
    this.size = 0;
    this.keys = [];
    this.labels = [];
    this.places = new Map();
    this.hasIntensities = Array.isArray(full.intensities);
    this.#reserve(full.keys.length);
    this.#add(full);
    for (let i = 0; i < this.size; i++) {
      this.values[i] = full.values[i] ?? NaN;
      this.times[i] = full.times[i] ?? NaN;
      this.intensities[i] = this.hasIntensities ? (full.intensities[i] ?? NaN) : NaN;
    }
    this.version = full.version;
    /** How long a point usually takes from one reading to the next, in milliseconds; NaN until it was seen. */
    this.cadence = NaN;
    this.#tellTime();
  }

  /** The place of a key in the arrays; -1 when there is no such point. */
  placeOf(key) {
    return this.places.get(key) ?? -1;
  }

  /** @param {object} change as `/api/live` sends it */
  apply(change) {
    if (change.add) {
      this.#reserve(this.size + change.add.keys.length);
      this.#add(change.add);
    }
    const steps = [];
    for (let k = 0; k < change.index.length; k++) {
      const i = change.index[k];
      const step = change.times[k] - this.times[i];
      if (step > 0) {
        steps.push(step);
      }
      this.values[i] = change.values[k] ?? NaN;
      this.times[i] = change.times[k] ?? NaN;
      if (this.hasIntensities) {
        this.intensities[i] = change.intensities[k] ?? NaN;
      }
    }
    if (steps.length) {
      this.cadence = steps.sort((a, b) => a - b)[steps.length >> 1] * 1000;
    }
    this.version = change.version;
    this.#tellTime();
  }

  /**
   * The time of the data, in milliseconds: that of the newest readings, but for the newest hundredth of the points,
   * so that one clock that is ahead does not set that of all. NaN when readings have no time.
   */
  #tellTime() {
    const sorted = this.times.slice(0, this.size).filter(Number.isFinite).sort();
    const at = (share) => sorted[Math.ceil(sorted.length * share) - 1] * 1000;
    this.time = sorted.length ? at(0.99) : NaN;
    /** How far half of the points are behind that, in milliseconds. */
    this.spread = this.time - at(0.5);
  }

  #add({ keys, labels, latitudes, longitudes }) {
    for (let k = 0; k < keys.length; k++) {
      const i = this.size++;
      this.keys[i] = keys[k];
      this.labels[i] = labels?.[k] ?? '';
      this.places.set(keys[k], i);
      this.latitudes[i] = latitudes[k] ?? NaN;
      this.longitudes[i] = longitudes[k] ?? NaN;
      this.values[i] = NaN;
      this.intensities[i] = NaN;
      this.times[i] = NaN;
    }
  }

  #reserve(capacity) {
    if (this.values && capacity <= this.values.length) {
      return;
    }
    const room = this.values ? capacity + (capacity >> 2) : capacity;
    for (const [name, Array] of ARRAYS) {
      const grown = new Array(room);
      if (this[name]) {
        grown.set(this[name]);
      }
      this[name] = grown;
    }
  }
}

const ARRAYS = [
  ['latitudes', Float64Array],
  ['longitudes', Float64Array],
  ['values', Float32Array],
  ['intensities', Float32Array],
  /** Of the reading, in epoch seconds. */
  ['times', Float64Array],
];
