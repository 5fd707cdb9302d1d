import { html, nothing, svg } from 'lit';
import * as api from '../client/api.js';
import { hotLimit } from '../model/bands.js';
import { amount } from '../model/format.js';
import { areaPath, ceiling, linePath, scale } from '../model/line.js';
import { dayOf, usualDayOf } from '../model/questions.js';
import { Listening, PolderElement } from './element.js';

/** Length of a slot, in seconds. */
const SLOT = 600;

const HEIGHT = 104;
const TOP = 22;
const BOTTOM = 22;
const RIGHT = 20;

/** The day of the data: how much there was, how much of it was hot, and what is usual. Properties: `live`, `calendar`. */
class PolderTimeline extends PolderElement {
  static properties = {
    live: { attribute: false },
    calendar: { attribute: false },
    day: { state: true },
    past: { state: true },
    usual: { state: true },
    width: { state: true },
    at: { state: true },
    trouble: { state: true },
  };

  constructor() {
    super();
    this.width = 0;
    this.at = NaN;
    new Listening(this, () => this.live, ['readings'], () => this.#heard());
    this.resize = new ResizeObserver(([{ contentRect }]) => (this.width = Math.round(contentRect.width)));
  }

  connectedCallback() {
    super.connectedCallback();
    this.#heard();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.resize.disconnect();
  }

  willUpdate(changed) {
    if (changed.has('live')) {
      this.day = undefined;
      this.past = undefined;
      this.#heard();
    }
  }

  firstUpdated() {
    this.resize.observe(this.querySelector('.timeline-chart'));
  }

  render() {
    const { words, map } = this.live;
    return html`<section class="timeline" aria-label="The day so far" data-test="timeline" aria-busy=${this.past || this.trouble ? 'false' : 'true'}>
      <div class="timeline-legend">
        <h2>Today</h2>
        ${map.intensity ? html`<p><span class="swatch swatch-intensity"></span>${words.intensityName}<span class="number">${this.#read('intensity')}</span></p>` : nothing}
        <p><span class="swatch swatch-hot"></span>${words.hot}<span class="number">${this.#read('hot')}</span></p>
      </div>
      <div class="timeline-chart" @pointermove=${this.#point} @pointerleave=${() => (this.at = NaN)}>
        ${this.trouble ? html`<p class="quiet timeline-note">${this.trouble}</p>` : this.width > 0 ? this.#chart() : nothing}
      </div>
    </section>`;
  }

  /** The numbers of the slot under the pointer; without one, of now. */
  #read(name) {
    const slot = this.#slotAt(this.at);
    const value = slot ? slot[name] : NaN;
    if (value !== value) {
      return '';
    }
    return name === 'hot' ? amount(100 * value) + ' %' : amount(value) + ' a point';
  }

  #slotAt(at) {
    if (!this.past || this.past.length === 0) {
      return null;
    }
    return at === at ? this.past.find(({ start }) => at >= start && at < start + SLOT * 1000) : this.past.at(-1);
  }

  #chart() {
    const { width, day, past, usual, calendar, live } = this;
    if (!day) {
      return nothing;
    }
    const x = scale(day.start, day.end, 0, width - RIGHT);
    const middle = (start) => start + (SLOT * 1000) / 2;
    const now = live.readings.time;
    const xs = (slots) => slots.map(({ start }) => middle(start));
    const of = (slots, name) => slots.map((slot) => slot[name]);
    const expected = usual ?? [];
    const future = expected.filter(({ start }) => middle(start) >= now);
    const top = ceiling(Math.max(0, ...[...(past ?? []), ...expected].map(({ intensity }) => intensity || 0)));
    const y = scale(0, top, HEIGHT - BOTTOM, TOP);
    const yHot = scale(0, Math.max(0.25, ...(past ?? []).map(({ hot }) => hot || 0)), HEIGHT - BOTTOM, TOP + 14);
    const slots = past ?? [];
    const nowAt = x(Math.min(day.end, Math.max(day.start, now)));
    const cursor = this.#slotAt(this.at) && this.at === this.at ? this.at : NaN;
    return html`<svg width=${width} height=${HEIGHT} role="img" aria-label=${this.#summary()}>
      ${hours(day, width, calendar).map(
        ({ at, name, anchor }) => svg`<line class="grid" x1=${x(at)} x2=${x(at)} y1=${TOP} y2=${HEIGHT - BOTTOM} /><text class="tick" x=${x(at)} y=${HEIGHT - 7} text-anchor=${anchor}>${name}</text>`,
      )}
      <line class="axis" x1="0" x2=${width - RIGHT} y1=${HEIGHT - BOTTOM} y2=${HEIGHT - BOTTOM} />
      ${svg`
        <path class="expected" d=${linePath(xs(future), of(future, 'intensity'), x, y, SLOT * 4000)} />
        <path class="intensity-area" d=${areaPath(xs(slots), of(slots, 'intensity'), x, y, SLOT * 4000)} />
        <path class="intensity-line" d=${linePath(xs(slots), of(slots, 'intensity'), x, y, SLOT * 4000)} />
        <path class="hot-area" d=${areaPath(xs(slots), of(slots, 'hot'), x, yHot, SLOT * 4000)} />
        <path class="hot-line" d=${linePath(xs(slots), of(slots, 'hot'), x, yHot, SLOT * 4000)} />`}
      ${cursor === cursor ? svg`<line class="cursor" x1=${x(cursor)} x2=${x(cursor)} y1=${TOP} y2=${HEIGHT - BOTTOM} />` : nothing}
      ${svg`<line class="now" x1=${nowAt} x2=${nowAt} y1=${TOP - 4} y2=${HEIGHT - BOTTOM} />
        <text class="now-time" x=${Math.min(width - 18, Math.max(16, nowAt))} y="13" text-anchor="middle">${calendar.time(cursor === cursor ? cursor : now)}</text>`}
    </svg>`;
  }

  #summary() {
    const { words } = this.live;
    const last = this.#slotAt(NaN);
    return last
      ? 'The day until ' + this.calendar.time(this.live.readings.time) + '. Now ' + (last.intensity === last.intensity ? amount(last.intensity) + ' ' + words.intensity + ' a point, ' : '') + words.hot.toLowerCase() + ' ' + amount(100 * last.hot) + ' percent.'
      : 'The day so far: nothing yet.';
  }

  #point(event) {
    if (!this.day) {
      return;
    }
    const box = event.currentTarget.getBoundingClientRect();
    const at = scale(0, this.width - RIGHT, this.day.start, this.day.end)(event.clientX - box.left);
    this.at = at >= this.day.start && at < this.live.readings.time ? at : NaN;
  }

  #heard() {
    const { live } = this;
    if (!live?.readings || !this.calendar) {
      return;
    }
    const { time } = live.readings;
    if (!this.day || time >= this.day.end || time < this.day.start) {
      this.day = this.calendar.dayAround(time);
      this.past = undefined;
      this.#readDay();
    }
    this.#append();
  }

  /** A slot that is over is read once more from the table; the one that goes on is what came by push. */
  #append() {
    const { live, past } = this;
    if (!past) {
      return;
    }
    const start = Math.floor(live.readings.time / 1000 / SLOT) * SLOT * 1000;
    const { meanIntensity, hotShare } = live.usual ? NOW_UNKNOWN : live.picture;
    const last = past.at(-1);
    if (last && start < last.start) {
      return;
    }
    const slot = { start, intensity: this.isSample ? NaN : meanIntensity, hot: this.isSample ? NaN : hotShare };
    if (last?.start === start) {
      const count = last.count ?? 1;
      const mean = (before, now) => (before === before ? (now === now ? (before * count + now) / (count + 1) : before) : now);
      this.past = [...past.slice(0, -1), { start, intensity: mean(last.intensity, slot.intensity), hot: mean(last.hot, slot.hot), count: count + 1 }];
    } else {
      this.past = [...past, { ...slot, count: 1 }];
    }
  }

  async #readDay() {
    const { live, day } = this;
    const { map, limits, readings } = live;
    const condition = (limits.isLowHot ? '< ' : '>= ') + hotLimit(limits);
    const read = async (question) => {
      const { rows } = await api.sql(question, 2000);
      return rows.map(([slot, intensity, hot]) => ({ start: slot * 1000, intensity: intensity ?? NaN, hot: hot ?? NaN }));
    };
    try {
      const past = await read(dayOf(map, condition, day.start, readings.time + 1000, SLOT));
      if (live === this.live && day === this.day) {
        this.past = past;
        this.trouble = '';
      }
      const usual = await read(usualDayOf(map, condition, day.start, day.end, SLOT));
      if (live === this.live && day === this.day) {
        this.usual = usual;
      }
    } catch (failure) {
      this.trouble = 'The day could not be read: ' + failure.message;
    }
  }
}

const NOW_UNKNOWN = { meanIntensity: NaN, hotShare: NaN };

/** Full hours, as many as have room. */
function hours(day, width, calendar) {
  const every = [3, 6, 12].find((hours) => (width * hours) / 24 > 52) ?? 12;
  const found = [];
  for (let at = day.start; at < day.end; at += 3_600_000) {
    const name = calendar.time(at);
    if (Number(name.slice(0, 2)) % every === 0) {
      found.push({ at, name, anchor: at === day.start ? 'start' : 'middle' });
    }
  }
  return found;
}

customElements.define('polder-timeline', PolderTimeline);
