import { html, nothing } from 'lit';
import { Index } from '../model/search.js';
import { PolderElement, tell } from './element.js';
import { icon } from './icons.js';

const LENGTH = 8;

/** Chooses one of many points by its name. Properties: `points`, `names` (Map of points), `chosen`. Event: `polder-choose` {point}. */
class PolderPointSearch extends PolderElement {
  static properties = {
    points: { attribute: false },
    names: { attribute: false },
    chosen: { attribute: false },
    text: { state: true },
    active: { state: true },
    isOpen: { state: true },
  };

  constructor() {
    super();
    this.text = '';
    this.active = 0;
  }

  render() {
    const isAsked = this.isOpen && this.text.trim() !== '';
    const found = isAsked ? this.#find() : [];
    return html`<div class="search point-search">
      ${icon('search')}
      <input
        type="search"
        data-test="point-search"
        placeholder="Find a point"
        aria-label="Find a point"
        autocomplete="off"
        spellcheck="false"
        role="combobox"
        aria-autocomplete="list"
        aria-expanded=${isAsked ? 'true' : 'false'}
        aria-controls="point-results"
        aria-activedescendant=${isAsked && found.length ? 'point-result-' + this.active : nothing}
        .value=${this.text}
        @input=${(event) => this.#type(event.target.value)}
        @blur=${() => (this.isOpen = false)}
        @keydown=${(event) => this.#key(event, found)}
      />
      <ul class="results" id="point-results" role="listbox" aria-label="Points" ?hidden=${!isAsked}>
        ${found.map(
          ({ title, note, value }, k) =>
            html`<li
              id=${'point-result-' + k}
              role="option"
              aria-selected=${k === this.active ? 'true' : 'false'}
              @pointerdown=${(event) => event.preventDefault()}
              @pointermove=${() => (this.active = k)}
              @click=${() => this.#choose(value)}
            >
              ${icon('point')}<span class="result-title">${title}</span><span class="result-note">${note}</span>
            </li>`,
        )}
        ${isAsked && found.length === 0 ? html`<li class="quiet" role="option" aria-disabled="true" aria-selected="false">Nothing is called so</li>` : nothing}
      </ul>
    </div>`;
  }

  #find() {
    const { points, names } = this;
    if (this.indexed !== points || this.size !== names.size) {
      this.index = new Index();
      points.forEach((point) => this.index.add('point', names.get(point) ?? point, names.has(point) ? point : '', [point], point));
      this.indexed = points;
      this.size = names.size;
    }
    return this.index.find(this.text, LENGTH);
  }

  #type(text) {
    this.text = text;
    this.active = 0;
    this.isOpen = true;
  }

  #key(event, found) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) {
      this.active = (this.active + step + found.length) % found.length;
    } else if (event.key === 'Enter' && found[this.active]) {
      this.#choose(found[this.active].value);
    } else if (event.key === 'Escape') {
      this.text = '';
      this.isOpen = false;
    } else {
      return;
    }
    event.preventDefault();
  }

  #choose(point) {
    this.text = '';
    this.isOpen = false;
    tell(this, 'polder-choose', { point });
  }
}

customElements.define('polder-point-search', PolderPointSearch);
