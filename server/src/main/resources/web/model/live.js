import { bandsFor, bandsOfShares } from './bands.js';
import { asIfRead, pictureOf } from './picture.js';
import { Readings } from './readings.js';
import { ServerClock } from './server-clock.js';
import { wordsFor } from './words.js';

/** Changes closer together than this are not late, however fast they usually come. In milliseconds. */
const LEAST_PATIENCE = 15_000;

/** Patience before it is known how often changes come: a little more than two rounds of a feed of every minute. */
const FIRST_PATIENCE = 150_000;

/** So many changes are kept that were not painted yet. Behind another tab nothing is painted, for hours perhaps. */
const UNSEEN = 5;

/** A feed that is so many seconds behind has events that cannot be queried yet. */
const BEHIND = 3;

/**
 * A map as it is now, kept up to date by the event stream. Says what happened by events:
 * `readings` (detail: `{isFull}`), `status`, `connection`, `attributes`, `shown`, `colouring`, and `history` when more of the
 * past has been loaded.
 */
export class Live extends EventTarget {
  /** @param {object} map as `/api/mart` describes it; null for a mart without maps @param {Calendar} calendar */
  constructor(map, calendar) {
    super();
    this.map = map;
    this.calendar = calendar;
    this.clock = new ServerClock();
    /** @type {'connecting' | 'open' | 'lost'} */
    this.connection = 'connecting';
    this.readings = null;
    this.picture = null;
    this.bands = null;
    this.words = map && wordsFor(map, bandsFor(map.unit, []).isLowHot);
    this.status = null;
    /** Road and lane of the points by key, as far as they are known. @type {Map<string, {road: string | null, lane: string | null}>} */
    this.attributes = new Map();
    /** Whether points may have a road: until it is known, place is kept for it. */
    this.hasRoads = true;
    /** What is usual for each point now, or null where the values themselves are coloured. */
    this.usual = null;
    /** What is forecast and coloured instead of what is: `{ahead, from, to, madeAt, forecaster, values, lows, highs}`; or null. */
    this.forecast = null;
    /** When the last change came, and how long it took from its acceptance until it was painted; by the server's clock. */
    this.changedAt = NaN;
    this.shownAfter = NaN;
    /** When each point's reading was painted, by the server's clock. */
    this.shownAt = new Float64Array(0);
    this.gaps = [];
    this.pending = [];
  }

  full(data) {
    this.clock.heard(Date.parse(data.sent));
    this.readings = new Readings(data);
    this.limits = bandsFor(this.map.unit, this.readings.values.subarray(0, this.readings.size));
    this.shownAt = new Float64Array(this.readings.size).fill(NaN);
    this.pending = [{ index: null, accepted: NaN }];
    this.usual = null;
    this.forecast = null;
    this.#picture();
    this.#tell('readings', { isFull: true });
  }

  change(data) {
    this.clock.heard(Date.parse(data.sent));
    if (!this.readings) {
      return;
    }
    this.readings.apply(data);
    if (this.readings.size > this.shownAt.length) {
      const grown = new Float64Array(this.readings.values.length).fill(NaN);
      grown.set(this.shownAt);
      this.shownAt = grown;
    }
    const now = this.clock.now();
    if (this.changedAt === this.changedAt) {
      this.gaps.push(now - this.changedAt);
      if (this.gaps.length > 15) {
        this.gaps.shift();
      }
    }
    this.changedAt = now;
    this.pending.push({ index: data.index, accepted: Date.parse(data.accepted) });
    if (this.pending.length > UNSEEN) {
      this.pending.shift();
    }
    this.#picture();
    this.#tell('readings', { isFull: false });
  }

  statusOf(data) {
    this.clock.heard(Date.parse(data.now));
    this.status = data;
    this.#tell('status');
    // In tenths, so that who reads the past again does not do so without end; and once more when all of it can be queried.
    const loaded = data.feeds
      .filter(({ kind }) => kind === 'files')
      .map(({ name, progress, lagSeconds }) => [name, Math.floor(10 * progress), lagSeconds > BEHIND])
      .join();
    if (this.loaded !== undefined && this.loaded !== loaded) {
      this.#tell('history');
    }
    this.loaded = loaded;
  }

  describe(attributes) {
    this.attributes = attributes;
    this.hasRoads = attributes.size > 0;
    this.#tell('attributes');
  }

  connected(state) {
    this.connection = state;
    this.#tell('connection');
  }

  /** The readings of now are on the screen. */
  shown() {
    const now = this.clock.now();
    for (const { index, accepted } of this.pending) {
      if (index === null) {
        this.shownAt.fill(now);
        continue;
      }
      for (const i of index) {
        this.shownAt[i] = now;
      }
      if (accepted === accepted) {
        this.shownAfter = Math.max(0, now - accepted);
      }
    }
    const hasNews = this.pending.length > 0;
    this.pending = [];
    if (hasNews) {
      this.#tell('shown');
    }
  }

  /** Nothing is painted any more, until `shown` says so again. */
  hidden() {
    this.shownAfter = NaN;
  }

  /** Colours by the value relative to these (NaN where unknown), or by the value itself. @param {Float32Array | null} usual */
  colourBy(usual) {
    this.usual = usual;
    this.#picture();
    this.#tell('colouring');
  }

  /** Colours what is forecast, or again what is. @param {object | null} forecast as in `forecast` */
  foresee(forecast) {
    this.forecast = forecast;
    this.usual = null;
    this.#picture();
    this.#tell('colouring');
  }

  /** What is coloured of each point: of the readings, or of the forecast as if it had been read. */
  get shownReadings() {
    return this.forecast ? asIfRead(this.readings, this.forecast.values) : this.readings;
  }

  /** In percent of what is usual; NaN where that is not known. */
  share(i) {
    return this.usual && this.usual[i] > 0 ? (100 * this.readings.values[i]) / this.usual[i] : NaN;
  }

  /** How the freshness of the map's table is, as the status says; null before the first. */
  get freshness() {
    return this.status?.freshness?.find(({ table }) => table === this.map?.table) ?? null;
  }

  /** Whether changes have stayed away for longer than they usually do. */
  get isLate() {
    const sorted = [...this.gaps].sort((a, b) => a - b);
    const patience = sorted.length < 3 ? FIRST_PATIENCE : Math.max(LEAST_PATIENCE, 3 * sorted[sorted.length >> 1]);
    return this.changedAt === this.changedAt && this.clock.now() - this.changedAt > patience;
  }

  #picture() {
    this.bands = this.usual ? bandsOfShares(this.limits.isLowHot) : this.limits;
    this.picture = pictureOf(this.shownReadings, this.bands, this.usual ? (i) => this.share(i) : undefined);
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
