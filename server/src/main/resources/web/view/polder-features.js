import { html, nothing } from 'lit';
import * as api from '../client/api.js';
import { amount } from '../model/format.js';
import { aheadWords, signed } from '../model/forecast.js';
import { PolderElement } from './element.js';
import './polder-score-chart.js';

/** What is looked at first, where it is there: everybody has an idea of what it should do. */
const FIRST = 'time of day';

/**
 * What a model looks at, its weights where it has some, and how its forecasts depend on one of that.
 * Properties: `model`, `ahead` (minutes).
 */
class PolderFeatures extends PolderElement {
  static properties = {
    model: { attribute: false },
    ahead: { attribute: false },
    chosen: { state: true },
    answer: { state: true },
    trouble: { state: true },
  };

  disconnectedCallback() {
    super.disconnectedCallback();
    this.asking?.abort();
  }

  willUpdate(changed) {
    const version = this.model.champion?.version;
    if (version !== this.version || changed.has('ahead') || changed.has('chosen')) {
      this.version = version;
      this.#read();
    }
  }

  render() {
    const { answer, model, trouble } = this;
    if (!model.champion) {
      return html`<p class="empty-note">Nothing is learned yet, so nothing is looked at.</p>`;
    }
    if (trouble) {
      return html`<p class="bad" role="alert">${trouble}</p>`;
    }
    if (!answer) {
      return html`<span class="skeleton-block" aria-busy="true"></span>`;
    }
    const { dependence, features } = answer;
    const isLinear = features.some(({ weight }) => weight !== null);
    return html`
      <label class="feature-choice">
        <span>How a forecast depends on</span>
        <select data-test="feature" @change=${({ target }) => (this.chosen = target.value)}>
          ${features.map(({ what }) => html`<option ?selected=${what === dependence?.feature}>${what}</option>`)}
        </select>
      </label>
      ${dependence && dependence.values.length > 1 ? this.#dependence(dependence) : html`<p class="empty-note">It is the same at all moments.</p>`}
      ${isLinear ? this.#weights(features) : nothing}
    `;
  }

  #dependence({ feature, values, adds, moments }) {
    const { model, ahead } = this;
    const [least, most] = [Math.min(...adds), Math.max(...adds)];
    const room = 0.1 * (most - least || 1);
    return html`<div data-test="dependence">
      <p class="how">
        What the model adds to the latest value, on average over ${amount(moments)} moments, when “${feature}” is set to each value and all
        else stays as it was. A flat line means that it does not matter. In ${model.unit}, ${aheadWords(ahead)} ahead.
      </p>
      <polder-score-chart
        .places=${values.map((value) => (feature === FIRST ? clock(value * model.stepMinutes) : amount(Math.round(10 * value) / 10)))}
        .series=${[{ name: model.algorithm, values: adds }]}
        .write=${signed}
        .least=${least - room}
        .most=${most + room}
        .label=${'What ' + feature + ' adds'}
      ></polder-score-chart>
    </div>`;
  }

  #weights(features) {
    return html`<details class="fold">
      <summary>All weights</summary>
      <div class="table-frame" tabindex="0" role="region" aria-label="All weights">
        <table class="data">
          <thead>
            <tr><th scope="col">what</th><th scope="col" class="right">weight</th><th scope="col" class="right">standard error</th></tr>
          </thead>
          <tbody>
            ${features.map(
              ({ what, weight, error }) =>
                html`<tr><td>${what}</td><td class="right">${digits(weight)}</td><td class="right">${digits(error)}</td></tr>`,
            )}
          </tbody>
        </table>
      </div>
      <p class="quiet">A weight is what one more of it adds, all else the same. Below twice its standard error it may as well be nothing.</p>
    </details>`;
  }

  async #read() {
    this.asking?.abort();
    if (!this.model.champion) {
      return;
    }
    this.asking = new AbortController();
    const { signal } = this.asking;
    try {
      let { chosen } = this;
      if (chosen === undefined) {
        const { features } = await api.features(this.model.name, this.ahead, undefined, signal);
        chosen = (features.find(({ what }) => what === FIRST) ?? features[0])?.what;
      }
      this.answer = await api.features(this.model.name, this.ahead, chosen, signal);
      this.trouble = '';
    } catch (failure) {
      if (failure.name !== 'AbortError') {
        this.trouble = failure.message;
      }
    }
  }
}

/** Minutes since midnight as a time. */
const clock = (minutes) => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(Math.round(minutes % 60)).padStart(2, '0')}`;

const digits = (value) => (typeof value === 'number' ? value.toPrecision(3) : '–');

customElements.define('polder-features', PolderFeatures);
