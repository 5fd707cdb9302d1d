import { html, nothing, svg } from 'lit';
import * as api from '../client/api.js';
import { hotLimit } from '../model/bands.js';
import { Day, SLOT } from '../model/day.js';
import { amount, count } from '../model/format.js';
import { areaPath, ceiling, linePath, scale, widestGap } from '../model/line.js';
import { dayOf, keyOf, usualDayOf, weekAgo } from '../model/questions.js';
import { Listening, PolderElement } from './element.js';

const HEIGHT = 104;
const TOP = 24;
const BOTTOM = 22;
const RIGHT = 20;

/** A wider gap than this is not bridged where data come closer than that, in milliseconds. */
const GAP = 4 * SLOT;

/** The day is read again after so long, as what came late is in the table and not here. In milliseconds. */
const AGAIN = 120_000;

/** The day of the data: how much there was, how much of it was hot, and what is usual. Properties: `live`, `calendar`. */
class PolderTimeline extends PolderElement {
  static properties = {
    live: { attribute: false },
    calendar: { attribute: false },
    day: { state: true },
    width: { state: true },
    at: { state: true },
    trouble: { state: true },
  };

  constructor() {
    super();
    this.width = 0;
    this.at = NaN;
    new Listening(
      this,
      () => this.live,
      ['readings', 'history'],
      ({ type }) => this.#heard(type === 'history'),
    );
    this.resize = new ResizeObserver(([{ contentRect }]) => (this.width = Math.round(contentRect.width)));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.resize.disconnect();
  }

  willUpdate(changed) {
    if (changed.has('live')) {
      this.day = undefined;
      this.#heard();
    }
  }

  updated() {
    if (!this.observed) {
      this.observed = this.querySelector('.timeline-chart');
      this.resize.observe(this.observed);
    }
  }

  render() {
    const { words, map } = this.live;
    const slot = this.day?.slotAt(this.at) ?? this.day?.last;
    return html`<section
      class="timeline"
      aria-label="The day so far"
      data-test="timeline"
      aria-busy=${this.day?.isRead || this.trouble ? 'false' : 'true'}
    >
      <div class="timeline-legend">
        <h2>Today</h2>
        ${
          map.intensity
            ? html`<p>
                <span class="swatch swatch-intensity"></span>${words.intensityName}<span class="number"
                  >${slot?.total === slot?.total && slot ? (slot.isSample ? '≈ ' : '') + count(slot.total) : ''}</span
                >
              </p>`
            : nothing
        }
        <p>
          <span class="swatch swatch-hot"></span>${words.hot}<span class="number"
            >${slot?.hot === slot?.hot && slot ? percent(slot.hot) : ''}</span
          >
        </p>
      </div>
      <div class="timeline-chart" @pointermove=${this.#point} @pointerleave=${() => (this.at = NaN)}>
        ${this.trouble ? html`<p class="quiet timeline-note">${this.trouble}</p>` : this.width > 0 && this.day?.isRead ? this.#chart() : nothing}
      </div>
    </section>`;
  }

  #chart() {
    const { width, day, calendar, live } = this;
    const now = live.readings.time;
    const { past } = day;
    const future = day.usual.filter(({ start }) => start + SLOT / 2 >= now);
    const x = scale(day.start, day.end, 0, width - RIGHT);
    const top = ceiling(Math.max(0, ...[...past, ...day.usual].map(({ total }) => total || 0)));
    const y = scale(0, top, HEIGHT - BOTTOM, TOP);
    // The share has a scale of its own, in the lower half.
    const yHot = scale(
      0,
      Math.max(0.2, ...past.map(({ hot }) => hot || 0)),
      HEIGHT - BOTTOM,
      (TOP + HEIGHT - BOTTOM) / 2,
    );
    const xs = (slots) => slots.map(({ start }) => Math.min(start + SLOT / 2, Math.max(start, now)));
    // Some data come by the hour.
    const gap = widestGap(xs(past), GAP);
    const line = (slots, name, scaled) =>
      linePath(
        xs(slots),
        slots.map((slot) => slot[name]),
        x,
        scaled,
        gap,
      );
    const area = (slots, name, scaled) =>
      areaPath(
        xs(slots),
        slots.map((slot) => slot[name]),
        x,
        scaled,
        gap,
      );
    const nowAt = x(Math.min(day.end, Math.max(day.start, now)));
    const cursor = day.slotAt(this.at) ? this.at : NaN;
    return html`<svg width=${width} height=${HEIGHT} role="img" aria-label=${this.#summary()}>
      ${hours(day, width, calendar).map(
        ({ at, name, anchor }) =>
          svg`<line class="grid" x1=${x(at)} x2=${x(at)} y1=${TOP} y2=${HEIGHT - BOTTOM} /><text class="tick" x=${x(at)} y=${HEIGHT - 7} text-anchor=${anchor}>${name}</text>`,
      )}
      <line class="axis" x1="0" x2=${width - RIGHT} y1=${HEIGHT - BOTTOM} y2=${HEIGHT - BOTTOM} />
      <path class="expected" d=${line(future, 'total', y)} />
      <path class="intensity-area" d=${area(past, 'total', y)} />
      <path class="intensity-line" d=${line(past, 'total', y)} />
      <path class="hot-area" d=${area(past, 'hot', yHot)} />
      <path class="hot-line" d=${line(past, 'hot', yHot)} />
      ${cursor === cursor ? svg`<line class="cursor" x1=${x(cursor)} x2=${x(cursor)} y1=${TOP} y2=${HEIGHT - BOTTOM} />` : nothing}
      <line class="now" x1=${nowAt} x2=${nowAt} y1=${TOP - 6} y2=${HEIGHT - BOTTOM} />
      <text class="now-time" x=${this.#inside(cursor === cursor ? x(cursor) : nowAt)} y="13" text-anchor="middle">
        ${calendar.time(cursor === cursor ? cursor : now)}
      </text>
    </svg>`;
  }

  #inside(x) {
    return Math.min(this.width - 18, Math.max(16, x));
  }

  #summary() {
    const { words, readings } = this.live;
    const { last } = this.day;
    if (!last) {
      return 'The day so far: nothing yet.';
    }
    const intensity = last.total === last.total ? `${count(last.total)} ${words.intensity}, ` : '';
    return `The day until ${this.calendar.time(readings.time)}: now ${intensity}${words.hot.toLowerCase()} ${percent(last.hot)}.`;
  }

  #point(event) {
    if (!this.day) {
      return;
    }
    const box = event.currentTarget.getBoundingClientRect();
    const at = scale(0, this.width - RIGHT, this.day.start, this.day.end)(event.clientX - box.left);
    this.at = at < this.live.readings.time ? at : NaN;
  }

  /** @param {boolean} [hasMore] whether there may be more of the past than was read */
  #heard(hasMore = false) {
    const { live } = this;
    if (!live?.readings || !this.calendar || !(live.readings.time > 0)) {
      return;
    }
    const { time } = live.readings;
    if (!this.day || time >= this.day.end || time < this.day.start) {
      const { start, end } = this.calendar.dayAround(time);
      this.day = new Day(start, end);
      this.#read(this.day, true);
    } else if (hasMore || (performance.now() - this.readAt > AGAIN && !document.hidden)) {
      this.#read(this.day, hasMore || this.day.usual.length === 0);
    }
    // Coloured by what is usual, the bands are others, and their shares too.
    this.day.now(time, live.readings, live.usual ? null : live.picture);
    this.requestUpdate();
  }

  /** @param {boolean} isWhole whether what is usual is read too */
  async #read(day, isWhole) {
    this.readAt = performance.now();
    const { live } = this;
    const { map, limits, readings } = live;
    const condition = (limits.isLowHot ? '< ' : '>= ') + hotLimit(limits);
    const ask = async (question) => (await api.chart(question, 20_000)).rows;
    try {
      day.read(await ask(dayOf(map, condition, day.start, readings.time + 1, SLOT / 1000)));
      if (isWhole) {
        const sample = await ask(weekAgo(map, readings.time));
        day.sampled(sample.map((row) => readings.placeOf(keyOf(map, row))).filter((place) => place >= 0));
        day.readUsual(await ask(usualDayOf(map, condition, day.start, day.end, SLOT / 1000)));
      }
      this.trouble = '';
    } catch (failure) {
      this.trouble = 'The day could not be read: ' + failure.message;
    }
    this.requestUpdate();
  }
}

/** A share to a tenth of a percent. */
const percent = (share) => amount(Math.round(1000 * share) / 10) + ' %';

/** Full hours, as many as have room. */
function hours(day, width, calendar) {
  const every = [3, 6, 12].find((number) => (width * number) / 24 > 52) ?? 12;
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
