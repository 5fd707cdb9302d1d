import { html, svg } from 'lit';
import { number, percent } from '../model/profile.js';
import { PolderElement } from './element.js';

const WIDTH = 300;
const HEIGHT = 56;

/**
 * A statistic over time. Properties: `series` [{at, value}], `title`, `isPart` (shown in percent), `calendar`, `unusual`
 * (times that are not like others).
 */
class PolderProfileChart extends PolderElement {
  static properties = {
    series: { attribute: false },
    label: { attribute: false },
    isPart: { attribute: false },
    calendar: { attribute: false },
    unusual: { attribute: false },
    at: { state: true },
  };

  render() {
    const known = this.series.filter(({ value }) => value !== null);
    if (known.length === 0) {
      return html``;
    }
    const write = this.isPart ? percent : number;
    const values = known.map(({ value }) => value);
    const least = this.isPart || Math.min(...values) >= 0 ? Math.min(0, ...values) : Math.min(...values);
    const low = Math.min(...values) > 0.5 * Math.max(...values) ? Math.min(...values) * 0.98 : least;
    const high = Math.max(...values, low + (this.isPart ? 0.01 : 1e-9));
    const first = this.series[0].at;
    const last = this.series[this.series.length - 1].at;
    const x = (time) => (last === first ? WIDTH / 2 : ((time - first) / (last - first)) * (WIDTH - 4) + 2);
    const y = (value) => HEIGHT - 3 - ((value - low) / (high - low || 1)) * (HEIGHT - 8);
    const chosen = known[Math.min(this.at ?? known.length - 1, known.length - 1)];
    const strange = new Set(this.unusual ?? []);
    const gap = 2.5 * usualStep(known);
    const starts = (place) => place === 0 || known[place].at - known[place - 1].at > gap;
    const path = known.map(({ at, value }, place) => (starts(place) ? 'M' : 'L') + x(at).toFixed(1) + ' ' + y(value).toFixed(1)).join('');
    return html`<figure class="profile-chart">
      <figcaption>
        <span>${this.label}</span>
        <span class="number"
          >${write(chosen.value)} <span class="quiet">${this.calendar.shortDay(chosen.at)} ${this.calendar.time(chosen.at)}</span></span
        >
      </figcaption>
      <svg
        viewBox="0 0 ${WIDTH} ${HEIGHT}"
        preserveAspectRatio="none"
        role="img"
        aria-label="${this.label}: from ${write(Math.min(...values))} to ${write(Math.max(...values))} in ${known.length} slices"
        @pointermove=${(event) => this.#point(event, known, x)}
        @pointerleave=${() => (this.at = undefined)}
      >
        <line class="base" x1="0" x2=${WIDTH} y1=${HEIGHT - 1} y2=${HEIGHT - 1} />
        <path class="line" d=${path} />
        ${known
          .filter((_, place) => starts(place) && (place === known.length - 1 || starts(place + 1)))
          .map(({ at, value }) => svg`<circle class="alone" cx=${x(at)} cy=${y(value)} r="1.5" />`)}
        ${known
          .filter(({ at }) => strange.has(at))
          .map(({ at, value }) => svg`<circle class="strange" cx=${x(at)} cy=${y(value)} r="3" />`)}
        ${this.at === undefined ? '' : svg`<line class="chosen" x1=${x(chosen.at)} x2=${x(chosen.at)} y1="0" y2=${HEIGHT} />`}
      </svg>
    </figure>`;
  }

  #point(event, known, x) {
    const box = event.currentTarget.getBoundingClientRect();
    const wanted = ((event.clientX - box.left) / box.width) * WIDTH;
    let best = 0;
    known.forEach(({ at }, place) => {
      if (Math.abs(x(at) - wanted) < Math.abs(x(known[best].at) - wanted)) {
        best = place;
      }
    });
    this.at = best;
  }
}

/** What lies between two slices, mostly: across more no line is drawn, since nothing is known of what lies between. */
function usualStep(known) {
  const steps = known.slice(1).map(({ at }, place) => at - known[place].at);
  return steps.sort((one, other) => one - other)[Math.floor(steps.length / 2)] ?? 0;
}

customElements.define('polder-profile-chart', PolderProfileChart);
