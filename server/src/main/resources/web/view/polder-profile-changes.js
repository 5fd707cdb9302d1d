import { html, nothing } from 'lit';
import * as api from '../client/api.js';
import { count } from '../model/format.js';
import { comparisonsOf, number } from '../model/profile.js';
import { PolderElement } from './element.js';

/**
 * What has changed in a table from one range of its time to another. Properties: `table`, `unit`, `newest` (the begin of
 * the newest slice, in milliseconds), `calendar`.
 */
class PolderProfileChanges extends PolderElement {
  static properties = {
    table: { attribute: false },
    unit: { attribute: false },
    newest: { attribute: false },
    calendar: { attribute: false },
    chosen: { state: true },
    ranges: { state: true },
    found: { state: true },
    trouble: { state: true },
    busy: { state: true },
  };

  willUpdate(changed) {
    if (changed.has('table')) {
      this.asked = null;
      this.chosen = '';
      this.ranges = null;
      this.found = null;
      this.trouble = '';
      this.busy = false;
    }
  }

  render() {
    const offered = comparisonsOf(this.unit, this.newest, this.calendar);
    return html`<div class="profile-pair">
        ${offered.map(
          ({ id, title, ranges }) =>
            html`<button type="button" class="button" data-test="compare" aria-pressed=${this.chosen === id} ?disabled=${this.busy} @click=${() => this.#ask(id, ranges)}>
              ${title}
            </button>`,
        )}
        <button
          type="button"
          class="button"
          data-test="compare-free"
          aria-pressed=${this.chosen === 'free'}
          ?disabled=${this.busy}
          @click=${() => this.#free(offered[0].ranges)}
        >
          Other ranges
        </button>
      </div>
      ${this.chosen === 'free' ? this.#form() : nothing}
      <div aria-live="polite" aria-busy=${Boolean(this.busy)}>
        ${this.busy ? html`<p class="quiet">Comparing …</p>` : this.trouble ? html`<p class="bad" role="alert">${this.trouble}</p>` : this.found ? this.#result() : nothing}
      </div>`;
  }

  #free(ranges) {
    this.chosen = 'free';
    this.ranges ??= ranges;
  }

  #form() {
    const field = (name, label) =>
      html`<label
        >${label}
        <input
          type="datetime-local"
          required
          .value=${this.calendar.written(this.ranges[name])}
          @change=${(event) => (this.ranges = { ...this.ranges, [name]: this.calendar.read(event.target.value) })}
      /></label>`;
    return html`<form
      class="profile-ranges"
      data-test="compare-form"
      @submit=${(event) => {
        event.preventDefault();
        this.#ask('free', this.ranges);
      }}
    >
      ${field('from', 'From')} ${field('to', 'to')} ${field('againstFrom', 'against')} ${field('againstTo', 'to')}
      <button type="submit" class="button strong">Compare</button>
      <span class="quiet">By the clock of the mart, in whole ${this.unit}s.</span>
    </form>`;
  }

  #result() {
    const { before, after, drifted, drifts } = this.found;
    const still = drifts.filter(({ hasDrifted }) => !hasDrifted);
    const range = ({ from, to }) => `${this.#moment(from)} to ${this.#moment(to)}`;
    const some = [before, after].filter(({ rows, looked }) => looked < rows);
    return html`<p class="profile-answer" data-test="compare-answer">
        ${
          before.rows === 0 || after.rows === 0
            ? `There are no rows from ${range(before.rows === 0 ? before : after)}.`
            : drifted === 0
              ? 'Nothing has drifted.'
              : `${drifted} of ${drifts.length} have drifted.`
        }
      </p>
      <p class="quiet">
        ${count(before.rows)} rows from ${range(before)}, ${count(after.rows)} from ${range(after)}${some.length
          ? ', of which ' + some.map(({ looked }) => count(looked)).join(' and ') + ' were looked at'
          : ''}.
      </p>
      ${drifted ? this.#list(drifts.filter(({ hasDrifted }) => hasDrifted)) : nothing}
      ${
        still.length
          ? html`<details>
              <summary>${still.length} that have not drifted</summary>
              ${this.#list(still)}
            </details>`
          : nothing
      }`;
  }

  #moment(text) {
    const at = Date.parse(text);
    return this.calendar.shortDay(at) + ', ' + this.calendar.time(at);
  }

  #list(drifts) {
    return html`<ul class="profile-drifts" data-test="drifts">
      ${drifts.map(
        ({ column, kind, what, effect, probability, hasDrifted }) =>
          html`<li>
            <b>${column} <span class="quiet">${kind}</span></b>
            <span>${what}</span>
            <span class="meter" title="effect ${effect.toFixed(3)}, from 0 to 1"
              ><span data-drifted=${hasDrifted} style="width:${Math.min(1, effect) * 100}%"></span
            ></span>
            <span class="right number"
              >${effect.toFixed(3)}
              <span class="quiet" title="that chance alone does this, corrected for how much was asked"
                >${probability === undefined ? '' : probability < 1e-4 ? 'not chance' : number(probability) + ' by chance'}</span
              ></span
            >
          </li>`,
      )}
    </ul>`;
  }

  async #ask(id, ranges) {
    const asked = {};
    this.asked = asked;
    this.chosen = id;
    this.ranges = ranges;
    this.busy = true;
    this.trouble = '';
    try {
      const found = await api.compare(this.table, ranges);
      if (this.asked === asked) {
        this.found = found;
      }
    } catch (failure) {
      if (this.asked === asked) {
        this.trouble = failure.message;
      }
    }
    if (this.asked === asked) {
      this.busy = false;
    }
  }
}

customElements.define('polder-profile-changes', PolderProfileChanges);
