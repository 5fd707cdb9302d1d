import { html } from 'lit';
import { amount, count, shortCount } from '../model/format.js';
import { Listening, PolderElement } from './element.js';

/** The three numbers of now. Property: `live`. */
class PolderNumbers extends PolderElement {
  static properties = { live: { attribute: false } };

  constructor() {
    super();
    new Listening(this, () => this.live, ['readings', 'colouring']);
  }

  render() {
    const { picture, readings, words, map, forecast } = this.live;
    const number = (name, value, label) =>
      html`<div>
        <dd data-test=${name} ?data-empty=${!readings}>${value}</dd>
        <dt>${label}</dt>
      </div>`;
    return html`<dl class="numbers">
      ${number('mean', amount(picture?.mean), map.unit + (forecast ? ' mean forecast' : ' mean'))}
      ${map.intensity && !forecast ? number('intensity', shortest(picture?.intensity), words.intensity) : ''}
      ${number('up', count(picture?.up), 'of ' + count(readings?.size) + (forecast ? ' forecast' : ' up'))}
    </dl>`;
  }
}

/** Millions would not fit. */
const shortest = (value) => (value >= 1_000_000 ? shortCount(value) : count(value));

customElements.define('polder-numbers', PolderNumbers);
