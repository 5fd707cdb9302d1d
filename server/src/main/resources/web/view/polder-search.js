import { html, nothing } from 'lit';
import { roadOf, roadWords } from '../model/roads.js';
import { Index } from '../model/search.js';
import { keyValues } from '../model/questions.js';
import { readBaseMap } from './base-map.js';
import { Listening, PolderElement, tell } from './element.js';
import { icon } from './icons.js';

const LENGTH = 9;

/** Finds points and places. Property: `live`. Event: `polder-find` {entry}. `/` puts the cursor here from anywhere. */
class PolderSearch extends PolderElement {
  static properties = {
    live: { attribute: false },
    text: { state: true },
    active: { state: true },
    isOpen: { state: true },
  };

  constructor() {
    super();
    this.text = '';
    this.active = 0;
    this.municipalities = [];
    new Listening(
      this,
      () => this.live,
      ['readings', 'attributes'],
      (event) => {
        // What is found changes only with the points, not with their values.
        if (event.type === 'attributes' || event.detail.isFull || this.live.readings.size !== this.indexed) {
          this.index = null;
        }
      },
    );
    this.slash = (event) => {
      const isTyping = event.target.closest?.('input, textarea, [contenteditable]');
      if (
        event.key === '/' &&
        !isTyping &&
        !event.ctrlKey &&
        !event.metaKey &&
        !document.querySelector('dialog[open]')
      ) {
        event.preventDefault();
        this.input.focus();
        this.input.select();
      }
    };
  }

  get input() {
    return this.querySelector('input');
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('keydown', this.slash);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener('keydown', this.slash);
  }

  render() {
    const found = this.isOpen ? this.#find() : [];
    const isAsked = this.isOpen && this.text.trim() !== '';
    return html`
      <div class="search" role="search">
        ${icon('search')}
        <input
          type="search"
          data-test="search"
          placeholder="Find a place, road or point"
          aria-label="Find a place, road or point"
          autocomplete="off"
          spellcheck="false"
          role="combobox"
          aria-autocomplete="list"
          aria-expanded=${isAsked ? 'true' : 'false'}
          aria-controls="search-results"
          aria-activedescendant=${isAsked && found.length ? 'search-result-' + this.active : nothing}
          .value=${this.text}
          @input=${this.#type}
          @focus=${this.#open}
          @blur=${() => (this.isOpen = false)}
          @keydown=${(event) => this.#key(event, found)}
        />
        <kbd aria-hidden="true">/</kbd>
        <ul class="results" id="search-results" role="listbox" aria-label="Found" ?hidden=${!isAsked}>
          ${found.map(
            (entry, k) =>
              html`<li
                id=${'search-result-' + k}
                role="option"
                aria-selected=${k === this.active ? 'true' : 'false'}
                @pointerdown=${(event) => event.preventDefault()}
                @pointermove=${() => (this.active = k)}
                @click=${() => this.#choose(entry)}
              >
                ${icon(entry.kind)}<span class="result-title">${entry.title}</span
                ><span class="result-note">${entry.note}</span>
              </li>`,
          )}
          ${isAsked && found.length === 0 ? html`<li class="quiet" role="option" aria-disabled="true" aria-selected="false">Nothing is called so</li>` : nothing}
        </ul>
      </div>
    `;
  }

  #find() {
    this.index ??= this.#build();
    // Of the lanes of one road at one place the first says enough; the others are beside it in the panel.
    const places = new Set();
    return this.index
      .find(this.text, LENGTH * 8)
      .filter(({ place }) => place === undefined || (!places.has(place) && places.add(place)))
      .slice(0, LENGTH);
  }

  #build() {
    const index = new Index();
    const { readings, attributes } = this.live;
    this.indexed = readings?.size ?? 0;
    for (const municipality of this.municipalities) {
      index.add('place', municipality.name, 'municipality', [], municipality);
    }
    for (let i = 0; i < this.indexed; i++) {
      const key = readings.keys[i];
      const { road, lane } = attributes.get(key) ?? {};
      const values = keyValues(key);
      const note = [roadOf(road)?.name ?? road, lane, values.join(', ')].filter(Boolean).join(' · ');
      index.add(
        'point',
        readings.labels[i] || values.join(', '),
        note,
        [...values, ...roadWords(road), lane ?? ''],
        key,
        readings.latitudes[i] + ' ' + readings.longitudes[i],
      );
    }
    return index;
  }

  async #open() {
    this.isOpen = true;
    if (this.municipalities.length === 0) {
      this.municipalities = await readBaseMap().then(
        ({ municipalities }) => municipalities.all,
        () => [],
      );
      this.index = null;
      this.requestUpdate();
    }
  }

  #type(event) {
    this.text = event.target.value;
    this.active = 0;
    this.isOpen = true;
  }

  #key(event, found) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) {
      this.active = (this.active + step + found.length) % found.length;
    } else if (event.key === 'Enter' && found[this.active]) {
      this.#choose(found[this.active]);
    } else if (event.key === 'Escape') {
      this.text = '';
      this.input.blur();
    } else {
      return;
    }
    event.preventDefault();
  }

  #choose(entry) {
    this.text = '';
    this.input.blur();
    tell(this, 'polder-find', { entry });
  }
}

customElements.define('polder-search', PolderSearch);
