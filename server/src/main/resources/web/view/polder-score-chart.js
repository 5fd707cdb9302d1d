import { html, nothing, svg } from 'lit';
import { called } from '../model/forecast.js';
import { ceiling, scale } from '../model/line.js';
import { PolderElement } from './element.js';

const HEIGHT = 200;
const LEFT = 38;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 22;

/** The marks, by forecaster; a diamond for what was learned. */
const MARKS = {
  served: 'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0Z',
  challenger: 'M0-4.5V4.5M-4.5 0H4.5',
  'last value': 'M-3.5-3.5H3.5V3.5H-3.5Z',
  'same slot before': 'M0-4.5L4.2 3.2H-4.2Z',
  'historical average': 'M-3.2-3.2L3.2 3.2M-3.2 3.2L3.2-3.2',
};
const LEARNED = 'M0-4.6L4.6 0L0 4.6L-4.6 0Z';
const markOf = (name) => MARKS[name] ?? LEARNED;

/** So wide is the name of a place, roughly, in pixels. */
const NAME = 46;

/**
 * How far off each forecaster is along something. Who is who is told by shape, dash and colour alike.
 * Properties: `places` (names along it), `series` [{name, values, n}], `write` (a value in words), `reference` {value, name}
 * (a level to compare with), `least` (lower end of the scale, 0 otherwise), `most` (its upper end), `label`, `chosen` (place
 * that is marked).
 */
class PolderScoreChart extends PolderElement {
  static properties = {
    places: { attribute: false },
    series: { attribute: false },
    write: { attribute: false },
    reference: { attribute: false },
    least: { attribute: false },
    most: { attribute: false },
    label: { attribute: false },
    chosen: { attribute: false },
    width: { state: true },
    at: { state: true },
  };

  constructor() {
    super();
    this.width = 480;
    this.at = -1;
    this.chosen = -1;
    this.observer = new ResizeObserver(([{ contentRect }]) => (this.width = Math.max(220, Math.round(contentRect.width))));
  }

  connectedCallback() {
    super.connectedCallback();
    this.observer.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.observer.disconnect();
  }

  render() {
    const { places, series, width, reference } = this;
    const known = series.flatMap(({ values }) => values).filter(Number.isFinite);
    const low = this.least ?? 0;
    const high = this.most ?? ceiling(Math.max(...known, reference?.value ?? 0, low + 1e-9));
    const x = places.length === 1 ? () => (LEFT + width - RIGHT) / 2 : scale(0, places.length - 1, LEFT + 16, width - RIGHT - 16);
    const y = scale(low, high, HEIGHT - BOTTOM, TOP);
    const every = Math.ceil((places.length * NAME) / (width - LEFT - RIGHT));
    const marked = this.at >= 0 && this.at < places.length ? this.at : this.chosen;
    return html`<figure class="score-chart">
      <svg
        viewBox="0 0 ${width} ${HEIGHT}"
        role="img"
        tabindex="0"
        aria-label=${this.#summary()}
        @pointermove=${(event) => this.#point(event, x)}
        @pointerleave=${() => (this.at = -1)}
        @blur=${() => (this.at = -1)}
        @keydown=${this.#key}
      >
        ${[low, (low + high) / 2, high].map(
          (value) =>
            svg`<line class="grid" x1=${LEFT} x2=${width - RIGHT} y1=${y(value)} y2=${y(value)} /><text class="tick" x=${LEFT - 6} y=${y(value) + 3.5} text-anchor="end">${this.write(value)}</text>`,
        )}
        ${marked >= 0 ? svg`<line class="cursor" x1=${x(marked)} x2=${x(marked)} y1=${TOP} y2=${HEIGHT - BOTTOM} />` : nothing}
        ${reference ? svg`<line class="reference" x1=${LEFT} x2=${width - RIGHT} y1=${y(reference.value)} y2=${y(reference.value)} />` : nothing}
        ${places.map((name, k) => (k % every === 0 ? svg`<text class="tick" x=${x(k)} y=${HEIGHT - 5} text-anchor="middle">${name}</text>` : nothing))}
        ${[...series].reverse().map(({ name, values }) => this.#line(name, values, x, y))}
      </svg>
      <figcaption>
        ${marked >= 0 ? html`<span class="place">${places[marked]}</span>` : html`<span class="place">&nbsp;</span>`}
        ${series.map(
          ({ name, values }) =>
            html`<span class="key" data-forecaster=${name}
              >${sampleOf(name)}${called(name)}<span class="number"
                >${marked >= 0 ? this.write(values[marked]) : '\u00a0'}</span
              ></span
            >`,
        )}
        ${reference ? html`<span class="key"><i data-line="reference"></i>${reference.name}</span>` : nothing}
      </figcaption>
    </figure>`;
  }

  #line(name, values, x, y) {
    let path = '';
    values.forEach((value, k) => {
      if (value === value) {
        path += (k > 0 && values[k - 1] === values[k - 1] ? 'L' : 'M') + x(k).toFixed(1) + ' ' + y(value).toFixed(1);
      }
    });
    return svg`<g data-forecaster=${name}>
      <path class="line" d=${path} />
      ${values.map((value, k) => (value === value ? svg`<path class="mark" d=${markOf(name)} transform="translate(${x(k).toFixed(1)} ${y(value).toFixed(1)})" />` : nothing))}
    </g>`;
  }

  #summary() {
    const ends = this.series.map(({ name, values }) => {
      const known = values.filter(Number.isFinite);
      return known.length ? `${called(name)} from ${this.write(known[0])} to ${this.write(known.at(-1))}` : `${called(name)} unknown`;
    });
    return `${this.label}, ${this.places[0] ?? ''} to ${this.places.at(-1) ?? ''}: ${ends.join('; ')}. Left and right arrow keys read it.`;
  }

  #point(event, x) {
    const box = event.currentTarget.getBoundingClientRect();
    const wanted = ((event.clientX - box.left) / box.width) * this.width;
    let best = -1;
    for (let k = 0; k < this.places.length; k++) {
      if (best < 0 || Math.abs(x(k) - wanted) < Math.abs(x(best) - wanted)) {
        best = k;
      }
    }
    this.at = best;
  }

  #key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) {
      this.at = this.at < 0 ? Math.max(0, this.chosen) : Math.min(this.places.length - 1, Math.max(0, this.at + step));
      event.preventDefault();
      event.stopPropagation();
    }
  }
}

/** The line of a forecaster with its mark, as in the chart. */
export const sampleOf = (name) =>
  html`<svg class="sample" viewBox="0 0 24 10" aria-hidden="true">
    <path class="line" d="M0 5H24" /><path class="mark" d=${markOf(name)} transform="translate(12 5)" />
  </svg>`;

customElements.define('polder-score-chart', PolderScoreChart);
