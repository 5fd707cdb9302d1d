import { html, nothing } from 'lit';
import * as api from '../client/api.js';
import { count } from '../model/format.js';
import { number } from '../model/profile.js';
import { PolderElement } from './element.js';

/** The rows in which a column of numbers is far from the others, when they are asked for. Properties: `table`, `column`, `calendar`. */
class PolderProfileOutliers extends PolderElement {
  static properties = {
    table: { attribute: false },
    column: { attribute: false },
    calendar: { attribute: false },
    found: { state: true },
    trouble: { state: true },
    busy: { state: true },
  };

  render() {
    return html`<button type="button" class="link-button" data-test="outliers" ?disabled=${this.busy} @click=${() => this.#ask()}>
        ${this.busy ? 'Looking …' : this.found ? 'Look again' : 'Show the rows'}
      </button>
      <div aria-live="polite">${this.trouble ? html`<p class="bad" role="alert">${this.trouble}</p>` : this.found ? this.#rows() : nothing}</div>`;
  }

  #rows() {
    const { rows, season, unusual, isHidden, count: all, key, low, high } = this.found;
    if (isHidden) {
      return html`<p class="quiet" data-test="outliers-hidden">${count(all)} rows, which are not named: the table has personal columns.</p>`;
    }
    return html`<p class="quiet">
        ${
          all === 0
            ? 'None beyond the fences, ' + number(low) + ' to ' + number(high) + ', and none with a modified z above 3.5.'
            : `${count(all)} beyond ${number(low)} to ${number(high)} or with a modified z above 3.5${all > rows.length ? '; the furthest ' + rows.length : ''}.`
        }
      </p>
      ${this.#list(key, rows, ({ modifiedZ }) => (modifiedZ === undefined ? '' : 'z ' + number(modifiedZ)))}
      ${
        season
          ? html`<h3>Out of season, ${this.calendar.moment(Date.parse(season.from), Date.now())}</h3>
              <p class="quiet">
                ${count(season.count)} of ${count(season.judged)} values are far from those of ${season.slices} ${season.slices === 1 ? 'other' : 'others'}: ${season.compared}.
              </p>
              ${this.#list(key, season.rows, ({ usual, z }) => `usually ${number(usual)}, z ${number(z)}`)}`
          : nothing
      }
      ${
        unusual.length
          ? html`<h3>Times whose extremes are out of season</h3>
              <ul class="profile-list" data-test="unusual-slices">
                ${unusual.map(
                  ({ from, extreme, value, usual, z }) => html`<li>
                    <button type="button" class="link-button" ?disabled=${this.busy} @click=${() => this.#ask(from)}>${this.calendar.moment(Date.parse(from), Date.now())}</button>
                    <span class="quiet">${extreme} ${number(value)}, usually ${number(usual)}, z ${number(z)}</span>
                  </li>`,
                )}
              </ul>`
          : nothing
      }`;
  }

  #list(names, rows, words) {
    return rows.length === 0
      ? nothing
      : html`<ul class="profile-list" data-test="outlier-rows">
          ${rows.map(
            (row) => html`<li><b class="number">${number(row.value)}</b> <span class="quiet">${words(row)}</span> <span title=${names.join(', ')}>${row.key.map(shown).join(', ')}</span></li>`,
          )}
        </ul>`;
  }

  async #ask(at) {
    this.busy = true;
    this.trouble = '';
    const asked = this.table + '\n' + this.column;
    try {
      const found = await api.outliers(this.table, this.column, at);
      if (asked === this.table + '\n' + this.column) {
        this.found = found;
      }
    } catch (failure) {
      this.trouble = failure.message;
    }
    this.busy = false;
  }
}

/** A time of a key without the fractions that are 0. */
const shown = (value) => value.replace(/\.0{6}Z$/, 'Z');

customElements.define('polder-profile-outliers', PolderProfileOutliers);
