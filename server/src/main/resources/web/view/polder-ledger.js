import { html, nothing } from 'lit';
import * as api from '../client/api.js';
import { count } from '../model/format.js';
import { balanceOf, EDGE, TABLE } from '../model/balance.js';
import { PolderElement } from './element.js';
import { icon } from './icons.js';

const EVERY = 5000;
const MINUTES = 60;

/** Lines of each ledger that are shown at first. */
const SHORT = 12;

/** Both balances, minute by minute: nothing vanishes, and here one sees it. Properties: `live`, `calendar`. */
class PolderLedger extends PolderElement {
  static properties = {
    live: { attribute: false },
    calendar: { attribute: false },
    ledger: { state: true },
    trouble: { state: true },
    isLong: { state: true },
  };

  connectedCallback() {
    super.connectedCallback();
    this.#read();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  render() {
    const { ledger } = this;
    return html`<section class="ledgers" aria-label="Ledger" aria-busy=${ledger ? 'false' : 'true'}>
      <header class="section-head">
        <h2>Ledger</h2>
        <span class="quiet">by minute of acceptance, last ${MINUTES} minutes</span>
        ${this.#verdict()}
      </header>
      ${this.trouble ? html`<p class="bad" role="alert">${this.trouble}</p>` : nothing}
      <div class="ledger-pair">
        ${this.#table('At the edge', 'read = logged + filtered + rejected + duplicate', EDGE, ledger?.edge, 'edge')}
        ${this.#table('In the tables', 'logged = applied + filtered + rejected + too late + waiting', TABLE, ledger?.tables, 'tables')}
      </div>
      ${
        ledger && Math.max(ledger.edge.length, ledger.tables.length) > SHORT
          ? html`<button type="button" class="link-button" @click=${() => (this.isLong = !this.isLong)}>
              ${this.isLong ? 'Show less' : 'Show the whole hour'}
            </button>`
          : nothing
      }
    </section>`;
  }

  #verdict() {
    if (!this.ledger) {
      return nothing;
    }
    const open = [
      ...this.ledger.edge.map((line) => balanceOf(EDGE, line)),
      ...this.ledger.tables.map((line) => balanceOf(TABLE, line)),
    ].filter(({ difference }) => difference !== 0).length;
    return open === 0
      ? html`<span class="balance" data-balanced data-test="balance">${icon('check')} Everything balances</span>`
      : html`<span class="balance" data-test="balance"
          >${icon('warning')} ${open} ${open === 1 ? 'line does' : 'lines do'} not balance</span
        >`;
  }

  #table(title, rule, kind, lines, test) {
    const shown = lines?.slice(0, this.isLong ? Infinity : SHORT);
    return html`<div class="table-frame">
      <table class="data" data-test=${'ledger-' + test}>
        <caption>
          <strong>${title}</strong
          ><span class="quiet">${rule}</span>
        </caption>
        <thead>
          <tr>
            <th scope="col">Minute</th>
            <th scope="col">${kind.subject === 'feed' ? 'Feed' : 'Table'}</th>
            ${[kind.total, ...kind.parts].map((name) => html`<th scope="col" class="right">${NAMES[name]}</th>`)}
            <th scope="col"><span class="unseen">Balanced</span></th>
          </tr>
        </thead>
        <tbody>
          ${
            shown
              ? shown.map((line) => this.#line(kind, line))
              : Array.from(
                  { length: 4 },
                  () =>
                    html`<tr class="skeleton-row" aria-hidden="true">
                      <td colspan=${kind.parts.length + 4}><span class="skeleton-block"></span></td>
                    </tr>`,
                )
          }
          ${
            shown?.length === 0
              ? html`<tr>
                  <td class="quiet" colspan=${kind.parts.length + 4}>Nothing was accepted in this hour.</td>
                </tr>`
              : nothing
          }
        </tbody>
      </table>
    </div>`;
  }

  #line(kind, line) {
    const { difference } = balanceOf(kind, line);
    return html`<tr data-open=${difference === 0 ? nothing : ''}>
      <td>${this.calendar.time(Date.parse(line.minute))}</td>
      <th scope="row">${line[kind.subject]}</th>
      ${[kind.total, ...kind.parts].map((name) => html`<td class="right" data-zero=${line[name] ? nothing : ''}>${count(line[name])}</td>`)}
      <td class="mark">
        ${
          difference === 0
            ? html`<span class="good" title="balanced">${icon('check')}<span class="unseen">balanced</span></span>`
            : html`<span class="bad" title=${'differs by ' + difference}
                >${difference > 0 ? '+' : '−'}${count(Math.abs(difference))}<span class="unseen">
                  more than accounted for</span
                ></span
              >`
        }
      </td>
    </tr>`;
  }

  async #read() {
    try {
      this.ledger = await api.ledger(MINUTES);
      this.trouble = '';
    } catch (failure) {
      this.trouble = failure.message;
    }
    if (this.isConnected) {
      this.timer = setTimeout(() => this.#read(), EVERY);
    }
  }
}

const NAMES = {
  read: 'Read',
  logged: 'Logged',
  filtered: 'Filtered',
  rejected: 'Rejected',
  duplicate: 'Duplicate',
  applied: 'Applied',
  tooLate: 'Too late',
  waiting: 'Waiting',
};

customElements.define('polder-ledger', PolderLedger);
