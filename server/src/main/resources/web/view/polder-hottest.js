import { html, nothing } from 'lit';
import { BANDS, bandOf, rampOf } from '../model/bands.js';
import { amount } from '../model/format.js';
import { aheadWords } from '../model/forecast.js';
import { hottest } from '../model/picture.js';
import { roadOf } from '../model/roads.js';
import { Listening, PolderElement, tell } from './element.js';

const LENGTH = 10;

/** The list is drawn anew at most so often, in milliseconds: nobody reads lines that jump each second. */
const CALM = 3000;

/** The points that stand out most now. Property: `live`. Event: `polder-select` {key}. */
class PolderHottest extends PolderElement {
  static properties = { live: { attribute: false } };

  constructor() {
    super();
    this.drawnAt = -Infinity;
    new Listening(
      this,
      () => this.live,
      ['readings', 'attributes', 'colouring'],
      (event) => this.#heard(event),
    );
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    this.timer = 0;
  }

  #heard(event) {
    const rest = CALM - (performance.now() - this.drawnAt);
    // While somebody points at a line, or goes through them by keyboard, it stays where it is.
    const isInUse = this.matches(':hover, :focus-within');
    if (event.type !== 'readings' || event.detail.isFull || (rest <= 0 && !isInUse)) {
      this.#draw();
    } else if (!this.timer) {
      this.timer = setTimeout(
        () => {
          this.timer = 0;
          this.#heard(event);
        },
        Math.max(500, rest),
      );
    }
  }

  #draw() {
    this.drawnAt = performance.now();
    this.requestUpdate();
  }

  render() {
    const { picture, limits, words, map, usual, forecast } = this.live;
    const readings = this.live.readings && this.live.shownReadings;
    const title = forecast ? words.hottest.replace(/ now$/, '') + ' in ' + aheadWords(forecast.ahead) : words.hottest;
    const found =
      readings && !usual ? hottest(readings, picture, limits, words.leastIntensity, LENGTH) : this.#byShare();
    return html`<section class="hottest" aria-label=${title}>
      <header>
        <h2>${title}</h2>
        ${usual ? html`<span class="quiet">% of usual</span>` : words.leastIntensity && !forecast ? html`<span class="quiet">at least ${words.leastIntensity} ${words.intensity}</span>` : nothing}
      </header>
      <ol data-test="hottest" @keydown=${this.#key}>
        ${
          readings
            ? found.map((i) => this.#line(i))
            : Array.from(
                { length: LENGTH },
                () => html`<li class="skeleton-line" aria-hidden="true"><span></span><span></span><span></span></li>`,
              )
        }
      </ol>
      ${readings && found.length === 0 ? html`<p class="quiet panel-note">None at the moment${words.leastIntensity ? '.' : ' with a reading in ' + map.unit + '.'}</p>` : nothing}
    </section>`;
  }

  #byShare() {
    const { readings, picture, bands, words } = this.live;
    return readings
      ? hottest(
          { ...readings, values: Float32Array.from(readings.values, (_, i) => this.live.share(i)) },
          picture,
          bands,
          words.leastIntensity,
          LENGTH,
        )
      : [];
  }

  #line(i) {
    const { live } = this;
    const { readings, map } = live;
    const key = readings.keys[i];
    const ident = live.attributes.get(key)?.road;
    const road = roadOf(ident)?.name ?? ident;
    const value = live.usual ? live.share(i) : (live.forecast?.values ?? readings.values)[i];
    const full = live.bands.limits[BANDS - 1];
    const width = Math.max(3, Math.min(100, (100 * value) / full));
    return html`<li>
      <button
        ?data-plain=${!live.hasRoads}
        type="button"
        data-key=${key}
        @click=${() => tell(this, 'polder-select', { key })}
      >
        ${live.hasRoads ? html`<span class="road" ?data-empty=${!road}>${road ?? ''}</span>` : nothing}
        <span class="hottest-name">${readings.labels[i] || key}</span>
        <span class="meter" aria-hidden="true"
          ><span data-ramp=${rampOf(live.bands, bandOf(live.bands, value))} .style=${'width:' + width + '%'}></span
        ></span>
        <span class="hottest-value"
          >${amount(Math.round(value))}<span class="unseen"> ${live.usual ? '% of usual' : map.unit}</span></span
        >
      </button>
    </li>`;
  }

  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      const buttons = [...this.querySelectorAll('button')];
      buttons[buttons.indexOf(document.activeElement) + step]?.focus();
      event.preventDefault();
    }
  }
}

customElements.define('polder-hottest', PolderHottest);
