import { html, nothing } from 'lit';
import { BANDS, MISSING, NOTHING, rampOf } from '../model/bands.js';
import { amount, count, shortCount } from '../model/format.js';
import { Listening, PolderElement, tell } from './element.js';

/** Height of the tallest bar, in pixels. */
const TALLEST = 64;

/**
 * How many points there are in each band: the legend of the map, and its filter. Properties: `live`, `asked` (kinds that
 * are asked for; null for all), `usual` ('known' where points can be coloured by what is usual).
 * Events: `polder-ask` {kinds}, `polder-light` {kind: of the bar under the pointer; null}, `polder-colour` {by}.
 */
class PolderHistogram extends PolderElement {
  static properties = { live: { attribute: false }, asked: { attribute: false }, usual: { attribute: false } };

  constructor() {
    super();
    new Listening(this, () => this.live, ['readings', 'colouring']);
  }

  render() {
    const { live } = this;
    const { picture, words, map, usual } = live;
    const bands = live.bands;
    const highest = picture ? Math.max(1, ...picture.counts.subarray(0, BANDS)) : 1;
    const unit = bands?.unit ?? map.unit;
    return html`<section class="histogram" aria-label=${words.quantity + ', legend and filter'}>
      <header>
        <h2>${words.quantity}</h2>
        ${
          live.forecast
            ? html`<span class="quiet">forecast, in ${map.unit}</span>`
            : this.usual === 'known'
            ? html`<div class="switch" role="group" aria-label="Colour by">
                <button
                  type="button"
                  aria-pressed=${usual ? 'false' : 'true'}
                  @click=${() => tell(this, 'polder-colour', { by: 'value' })}
                >
                  ${map.unit}
                </button>
                <button
                  type="button"
                  aria-pressed=${usual ? 'true' : 'false'}
                  @click=${() => tell(this, 'polder-colour', { by: 'usual' })}
                >
                  relative to usual
                </button>
              </div>`
            : html`<span class="quiet">points by ${map.unit}</span>`
        }
      </header>
      <div class="bars" @pointerleave=${() => tell(this, 'polder-light', { kind: null })} @keydown=${this.#key}>
        ${Array.from({ length: BANDS }, (_, band) => this.#bar(band, picture, bands, unit, highest))}
      </div>
      <div class="others" @pointerleave=${() => tell(this, 'polder-light', { kind: null })}>
        ${map.intensity && !live.forecast ? this.#other(NOTHING, words.nothing, picture) : nothing}
        ${this.#other(MISSING, live.forecast ? 'No forecast' : words.missing, picture)}
        ${this.asked ? html`<button type="button" class="link-button" data-test="all-points" @click=${() => this.#ask(null)}>Show all</button>` : nothing}
      </div>
    </section>`;
  }

  #bar(band, picture, bands, unit, highest) {
    const number = picture ? picture.counts[band] : NaN;
    const lower = bands ? amount(bands.limits[band]) : '\u00a0';
    const isLast = band === BANDS - 1;
    const range = !bands
      ? ''
      : isLast
        ? lower + ' ' + unit + ' and more'
        : lower + ' to ' + amount(bands.limits[band + 1]) + ' ' + unit;
    const height = picture ? Math.max(number > 0 ? 3 : 1, Math.round((TALLEST * number) / highest)) : 8 + band * 6;
    return html`<button
      type="button"
      class="bar-button"
      data-band=${band}
      data-ramp=${bands ? rampOf(bands, band) : nothing}
      aria-pressed=${this.asked?.has(band) ? 'true' : 'false'}
      ?data-dimmed=${this.asked && !this.asked.has(band)}
      aria-label=${range + ': ' + count(number) + ' points'}
      title=${range}
      @click=${() => this.#toggle(band)}
      @pointerenter=${(event) => event.pointerType === 'mouse' && tell(this, 'polder-light', { kind: band })}
      @focus=${() => (this.focused = band)}
    >
      <span class="bar-count">${picture ? shortCount(number) : '\u00a0'}</span>
      <span class="bar-fill" .style=${'height:' + height + 'px'}></span>
      <span class="bar-limit">${lower}${isLast && bands ? '+' : ''}</span>
    </button>`;
  }

  #other(kind, name, picture) {
    return html`<button
      type="button"
      class="other-button"
      data-kind=${kind === NOTHING ? 'nothing' : 'missing'}
      aria-pressed=${this.asked?.has(kind) ? 'true' : 'false'}
      ?data-dimmed=${this.asked && !this.asked.has(kind)}
      @click=${() => this.#toggle(kind)}
      @pointerenter=${(event) => event.pointerType === 'mouse' && tell(this, 'polder-light', { kind })}
    >
      <span class="dot" aria-hidden="true"></span>${name} <span class="number">${count(picture?.counts[kind])}</span>
    </button>`;
  }

  #toggle(kind) {
    const kinds = new Set(this.asked ?? []);
    if (!kinds.delete(kind)) {
      kinds.add(kind);
    }
    this.#ask(kinds.size ? kinds : null);
  }

  #ask(kinds) {
    tell(this, 'polder-light', { kind: null });
    tell(this, 'polder-ask', { kinds });
  }

  #key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) {
      const buttons = [...this.querySelectorAll('.bar-button')];
      buttons[buttons.indexOf(document.activeElement) + step]?.focus();
      event.preventDefault();
    } else if (event.key === 'Escape' && this.asked) {
      this.#ask(null);
      event.preventDefault();
    }
  }
}

customElements.define('polder-histogram', PolderHistogram);
