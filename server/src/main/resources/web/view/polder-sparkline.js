import { html, nothing, svg } from 'lit';
import { BANDS, bandOf, rampOf } from '../model/bands.js';
import { amount } from '../model/format.js';
import { ceiling, linePath, scale, widestGap } from '../model/line.js';
import { PolderElement } from './element.js';

const WIDTH = 300;
const HEIGHT = 72;
const LEFT = 26;
const BOTTOM = 16;

/**
 * A point's last hours. Properties: `series` {times, values}; `until` and `span` in milliseconds; `usual` (a value that
 * is drawn as a dashed line); `calendar`, `unit`, `limits` (bands), `label`.
 */
class PolderSparkline extends PolderElement {
  static properties = {
    series: { attribute: false },
    until: { attribute: false },
    span: { attribute: false },
    usual: { attribute: false },
    calendar: { attribute: false },
    unit: { attribute: false },
    limits: { attribute: false },
    label: { attribute: false },
    at: { state: true },
  };

  constructor() {
    super();
    this.at = -1;
  }

  render() {
    const { until, span, calendar } = this;
    const series = this.#seen();
    const values = series?.values ?? [];
    const top = ceiling(
      Math.max(this.limits.limits[BANDS - 1], ...values.filter((value) => value === value), this.usual ?? 0),
    );
    const x = scale(until - span, until, LEFT, WIDTH - 5);
    const y = scale(0, top, HEIGHT - BOTTOM, 6);
    const last = values.findLastIndex((value) => value === value);
    const chosen = this.at >= 0 && this.at < values.length ? this.at : -1;
    const hours = hoursBetween(until - span, until, calendar);
    return html`<figure class="sparkline" data-test="history" aria-busy=${series ? 'false' : 'true'}>
      <svg
        viewBox="0 0 ${WIDTH} ${HEIGHT}"
        role="img"
        tabindex="0"
        aria-label=${this.#summary(values)}
        @pointermove=${(event) => this.#point(event, x)}
        @pointerleave=${() => (this.at = -1)}
        @blur=${() => (this.at = -1)}
        @keydown=${this.#key}
      >
        ${[0, top / 2, top].map(
          (value) =>
            svg`<line class="grid" x1=${LEFT} x2=${WIDTH} y1=${y(value)} y2=${y(value)} /><text class="tick" x=${LEFT - 5} y=${y(value) + 3.5} text-anchor="end">${amount(value)}</text>`,
        )}
        ${hours.map(({ at, name }) => svg`<text class="tick" x=${x(at)} y=${HEIGHT - 3} text-anchor="middle">${name}</text>`)}
        ${this.usual > 0 ? svg`<line class="usual" x1=${LEFT} x2=${WIDTH} y1=${y(this.usual)} y2=${y(this.usual)} />` : nothing}
        ${series ? svg`<path class="line" d=${linePath(series.times, values, x, y, widestGap(series.times, span / 16))} />` : nothing}
        ${last >= 0 && chosen < 0 ? this.#dot(series, last, x, y) : nothing}
        ${chosen >= 0 ? svg`<line class="cursor" x1=${x(series.times[chosen])} x2=${x(series.times[chosen])} y1="6" y2=${HEIGHT - BOTTOM} />` : nothing}
        ${chosen >= 0 && values[chosen] === values[chosen] ? this.#dot(series, chosen, x, y) : nothing}
      </svg>
      <figcaption>
        ${
          chosen >= 0
            ? html`<span>${calendar.time(series.times[chosen])}</span
                ><span class="number"
                  >${values[chosen] === values[chosen] ? amount(values[chosen]) + ' ' + this.unit : 'no value'}</span
                >`
            : html`<span>Last ${span / 3_600_000} hours</span
                ><span>${this.usual > 0 ? 'dashed: usual at this time' : ''}</span>`
        }
      </figcaption>
    </figure>`;
  }

  /** What of the series lies in the hours that are drawn: time goes on, and new readings do not always come. */
  #seen() {
    const { series, until, span } = this;
    const first = series?.times.findIndex((time) => time >= until - span);
    if (!first) {
      return series;
    }
    const from = first < 0 ? series.times.length : first;
    return { times: series.times.slice(from), values: series.values.slice(from) };
  }

  #dot({ times, values }, i, x, y) {
    return svg`<circle class="end" data-ramp=${rampOf(this.limits, bandOf(this.limits, values[i]))} cx=${x(times[i])} cy=${y(values[i])} r="3.5" />`;
  }

  #summary(values) {
    const known = values.filter((value) => value === value);
    if (known.length === 0) {
      return `${this.label} over the last hours: nothing measured.`;
    }
    const [low, high, last] = [Math.min(...known), Math.max(...known), known.at(-1)].map(amount);
    return `${this.label} over the last hours: from ${low} to ${high} ${this.unit}, last ${last}. Left and right arrow keys read it.`;
  }

  #point(event, x) {
    const { times } = this.#seen() ?? { times: [] };
    const box = event.currentTarget.getBoundingClientRect();
    const wanted = ((event.clientX - box.left) / box.width) * WIDTH;
    let best = -1;
    let least = Infinity;
    for (let i = 0; i < times.length; i++) {
      const away = Math.abs(x(times[i]) - wanted);
      if (away < least) {
        least = away;
        best = i;
      }
    }
    this.at = best;
  }

  #key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const length = this.#seen()?.times.length ?? 0;
    if (step && length) {
      this.at = this.at < 0 ? length - 1 : Math.min(length - 1, Math.max(0, this.at + step));
      event.preventDefault();
      event.stopPropagation();
    }
  }
}

/** The full hours in between, every second one. */
function hoursBetween(from, until, calendar) {
  const hour = 3_600_000;
  const hours = [];
  for (let at = Math.ceil(from / hour) * hour; at <= until - hour / 4; at += hour) {
    const name = calendar.time(at);
    if (Number(name.slice(0, 2)) % 2 === 0 && name.endsWith('00') && at > from + hour / 3) {
      hours.push({ at, name });
    }
  }
  return hours;
}

customElements.define('polder-sparkline', PolderSparkline);
