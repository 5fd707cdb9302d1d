import { html, nothing, svg } from 'lit';
import { amount } from '../model/format.js';
import { ceiling, linePath, scale } from '../model/line.js';
import { PolderElement } from './element.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LEFT = 34;
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 20;

/** Hours between two names below the chart, by how many there are. */
const STEPS = [1, 2, 3, 6, 12, 24];

/**
 * What was observed at a point, what had been said of it, and what is said of the time to come, each with its interval.
 * Properties: `outlook` (as `/api/models/NAME/points/POINT` answers; undefined while it is asked for), `hours` (how far
 * back), `height`, `unit`, `certainty`, `calendar`, `label`.
 */
class PolderForecastChart extends PolderElement {
  static properties = {
    outlook: { attribute: false },
    hours: { attribute: false },
    height: { attribute: false },
    unit: { attribute: false },
    certainty: { attribute: false },
    calendar: { attribute: false },
    label: { attribute: false },
    width: { state: true },
    at: { state: true },
  };

  constructor() {
    super();
    this.width = 300;
    this.height = 120;
    this.at = NaN;
    this.observer = new ResizeObserver(([{ contentRect }]) => (this.width = Math.max(200, Math.round(contentRect.width))));
  }

  connectedCallback() {
    super.connectedCallback();
    this.observer.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.observer.disconnect();
  }

  willUpdate(changed) {
    if (changed.has('outlook') || !this.lines) {
      this.#arrange();
    }
  }

  render() {
    const { width, height, calendar } = this;
    const { observed, said, coming, from, until, now } = this.lines;
    const top = ceiling(Math.max(...[observed, said, coming].flatMap(({ ys, highs }) => [...ys, ...highs]).filter(Number.isFinite), 1));
    const x = scale(from, until, LEFT, width - RIGHT);
    const y = scale(0, top, height - BOTTOM, TOP);
    const gap = 2.5 * this.lines.step;
    return html`<figure class="forecast-chart" data-test="forecast-chart" aria-busy=${this.outlook ? 'false' : 'true'}>
      <svg
        .style=${'height:' + height + 'px'}
        viewBox="0 0 ${width} ${height}"
        role="img"
        tabindex="0"
        aria-label=${this.#summary()}
        @pointermove=${(event) => this.#point(event, x)}
        @pointerleave=${() => (this.at = NaN)}
        @blur=${() => (this.at = NaN)}
        @keydown=${this.#key}
      >
        ${[0, top / 2, top].map(
          (value) =>
            svg`<line class="grid" x1=${LEFT} x2=${width - RIGHT} y1=${y(value)} y2=${y(value)} /><text class="tick" x=${LEFT - 6} y=${y(value) + 3.5} text-anchor="end">${amount(value)}</text>`,
        )}
        ${this.#hours(x).map(({ at, name }) => svg`<text class="tick" x=${x(at)} y=${height - 4} text-anchor="middle">${name}</text>`)}
        <path class="band" d=${bandPath(said, x, y, gap)} />
        <path class="band coming" d=${bandPath(coming, x, y, gap)} />
        <path class="said" d=${linePath(said.xs, said.ys, x, y, gap)} />
        <path class="said" d=${linePath(coming.xs, coming.ys, x, y, gap)} />
        <path class="observed" d=${linePath(observed.xs, observed.ys, x, y, gap)} />
        ${coming.xs.map((at, k) => svg`<circle class="said-dot" cx=${x(at)} cy=${y(coming.ys[k])} r="2.5" />`)}
        ${now === now ? svg`<line class="now" x1=${x(now)} x2=${x(now)} y1=${TOP} y2=${height - BOTTOM} /><text class="tick" x=${x(now) - 4} y=${TOP + 8} text-anchor="end">made ${calendar.time(now)}</text>` : nothing}
        ${this.at === this.at ? svg`<line class="cursor" x1=${x(this.at)} x2=${x(this.at)} y1=${TOP} y2=${height - BOTTOM} />` : nothing}
      </svg>
      <figcaption>
        ${
          this.at === this.at
            ? this.#reading()
            : html`<span class="key"><i data-line="observed"></i>observed</span>
                <span class="key"><i data-line="said"></i>forecast</span>
                <span class="key"><i data-line="band"></i>where ${Math.round(100 * (this.certainty ?? 0.9))} of 100 are to lie</span>`
        }
      </figcaption>
    </figure>`;
  }

  /** Steps are drawn at their middle, since each is the mean over its time. */
  #arrange() {
    const { outlook } = this;
    const step = (outlook?.stepMinutes ?? 15) * MINUTE;
    const line = (points, time) => ({
      xs: points.map((point) => Date.parse(point[time]) + step / 2),
      ys: points.map(({ value }) => value ?? NaN),
      lows: points.map(({ low }) => low ?? NaN),
      highs: points.map(({ high }) => high ?? NaN),
    });
    const observed = line(outlook?.observed ?? [], 'time');
    const said = line(outlook?.said ?? [], 'forWhen');
    const coming = line(outlook?.coming ?? [], 'forWhen');
    const now = Date.parse(outlook?.madeAt);
    const all = [observed, said, coming].flatMap(({ xs }) => xs);
    const until = all.length ? Math.max(...all) + step / 2 : 1;
    const hours = (this.hours ?? 24) * HOUR;
    const from = now === now ? now - hours : until - hours;
    this.lines = { observed, said, coming, from, until, now, step };
    this.moments = [...new Set(all)].filter((at) => at >= from).sort((one, other) => one - other);
  }

  #hours(x) {
    const { from, until } = this.lines;
    if (!this.outlook) {
      return [];
    }
    const room = Math.max(2, Math.floor(this.width / 64));
    const each = STEPS.find((hours) => (until - from) / HOUR / hours <= room) ?? 24;
    const names = [];
    for (let at = Math.ceil(from / HOUR) * HOUR; at <= until; at += HOUR) {
      const name = this.calendar.time(at);
      if (Number(name.slice(0, 2)) % each === 0 && name.endsWith('00') && x(at) > LEFT + 10 && x(at) < this.width - 18) {
        names.push({ at, name: each === 24 ? this.calendar.weekday(at).slice(0, 3) : name });
      }
    }
    return names;
  }

  #reading() {
    const { observed, said, coming } = this.lines;
    const at = (line) => line.xs.indexOf(this.at);
    const seen = observed.ys[at(observed)];
    const line = at(coming) >= 0 ? coming : said;
    const k = at(line);
    const step = this.lines.step / 2;
    return html`<span>${this.calendar.time(this.at - step)}–${this.calendar.time(this.at + step)}</span>
      <span class="key"><i data-line="observed"></i>${seen === seen && seen !== undefined ? amount(seen) + ' ' + this.unit : 'not observed' + (line === coming ? ' yet' : '')}</span>
      <span class="key"
        ><i data-line="said"></i>${k < 0 ? 'nothing was said' : html`${amount(line.ys[k])} ${this.unit} (${amount(line.lows[k])} to ${amount(line.highs[k])})`}</span
      >`;
  }

  #summary() {
    const { observed, coming } = this.lines;
    const last = observed.ys.findLast((value) => value === value);
    const told = coming.xs.map((at, k) => `${this.calendar.time(at + this.lines.step / 2)}: ${amount(coming.ys[k])}`);
    return `${this.label}. Last observed ${amount(last)} ${this.unit}. ${told.length ? 'Forecast until ' + told.join(', until ') + '.' : 'No forecast.'} Left and right arrow keys read it.`;
  }

  #point(event, x) {
    const box = event.currentTarget.getBoundingClientRect();
    const wanted = ((event.clientX - box.left) / box.width) * this.width;
    this.at = this.moments.reduce(
      (best, at) => (Math.abs(x(at) - wanted) < Math.abs(x(best) - wanted) || best !== best ? at : best),
      NaN,
    );
  }

  #key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step && this.moments.length) {
      const place = this.moments.indexOf(this.at);
      const last = this.moments.length - 1;
      this.at = this.moments[place < 0 ? last : Math.min(last, Math.max(0, place + step))];
      event.preventDefault();
      event.stopPropagation();
    }
  }
}

/** The area between low and high, interrupted as the line is. */
function bandPath({ xs, lows, highs }, x, y, widest) {
  let path = '';
  let start = 0;
  const close = (end) => {
    if (end > start) {
      const forth = [];
      const back = [];
      for (let i = start; i < end; i++) {
        forth.push(x(xs[i]).toFixed(1) + ' ' + y(highs[i]).toFixed(1));
        back.unshift(x(xs[i]).toFixed(1) + ' ' + y(lows[i]).toFixed(1));
      }
      path += 'M' + [...forth, ...back].join('L') + 'Z';
    }
  };
  for (let i = 0; i <= xs.length; i++) {
    const isThere = i < xs.length && lows[i] === lows[i] && highs[i] === highs[i];
    if (!isThere || (i > start && xs[i] - xs[i - 1] > widest)) {
      close(i);
      start = isThere ? i : i + 1;
    }
  }
  return path;
}

customElements.define('polder-forecast-chart', PolderForecastChart);
