import { html, nothing } from 'lit';
import * as api from '../client/api.js';
import { age, count, duration, rate } from '../model/format.js';
import { Listening, PolderElement, Ticking, tell } from './element.js';
import { icon } from './icons.js';
import './polder-ledger.js';
import './polder-rejected.js';

/** Where the feeds come from when there is no event stream yet. */
const ASK_AGAIN = 5000;

/** What states mean, by colour. */
const LEVELS = { running: 'good', waiting: 'waiting', paused: 'late', failing: 'bad', done: 'done' };

/** The feeds, their ledgers, and what was rejected. Properties: `mart`, `live`, `calendar`, `route`. */
class PolderFeedsPage extends PolderElement {
  static properties = {
    mart: { attribute: false },
    live: { attribute: false },
    calendar: { attribute: false },
    route: { attribute: false },
    first: { state: true },
    trouble: { state: true },
    busy: { state: true },
  };

  constructor() {
    super();
    this.busy = new Map();
    new Listening(this, () => this.live, ['status', 'connection']);
    new Ticking(this);
  }

  connectedCallback() {
    super.connectedCallback();
    this.#readFirst();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  render() {
    const feeds = this.live.status?.feeds ?? this.first;
    return html`<div class="page">
      <header class="page-head">
        <h1>Feeds</h1>
        ${(this.live.status?.simulated ?? this.mart.simulated) ? html`<strong class="provenance" data-test="simulated">Simulated</strong>` : nothing}
      </header>
      ${this.trouble && !feeds ? html`<p class="bad" role="alert">${this.trouble}</p>` : nothing}
      <section aria-label="Feeds" aria-busy=${feeds ? 'false' : 'true'}>
        <div class="feed-list" data-test="feeds">
          ${
            feeds
              ? feeds.map((feed) => this.#feed(feed))
              : [1, 2, 3].map(
                  () => html`<div class="feed skeleton" aria-hidden="true"><span class="skeleton-block"></span></div>`,
                )
          }
          ${feeds?.length === 0 ? html`<p class="empty-note">No feeds. Add one to <code>feeds:</code> in polder.yaml, then start again.</p>` : nothing}
        </div>
      </section>
      <polder-ledger .live=${this.live} .calendar=${this.calendar}></polder-ledger>
      <polder-rejected .live=${this.live} .calendar=${this.calendar}></polder-rejected>
    </div>`;
  }

  #feed(feed) {
    const now = this.live.clock.now();
    const level = LEVELS[feed.state] ?? 'waiting';
    const isLoading = feed.progress < 1;
    const busy = this.busy.get(feed.name);
    const isPaused = feed.state === 'paused';
    const next = Date.parse(feed.nextAt);
    const last = Date.parse(feed.lastEventAt);
    const fact = (name, value, note) =>
      html`<div>
        <dt>${name}</dt>
        <dd>${value}${note ? html` <span class="quiet">${note}</span>` : nothing}</dd>
      </div>`;
    return html`<article class="feed" data-feed=${feed.name} data-level=${level} aria-label=${'Feed ' + feed.name}>
      <div class="feed-title">
        <h2>${feed.name}</h2>
        <span class="state" data-level=${level} data-test="state"
          ><span class="dot" aria-hidden="true"></span>${feed.state}</span
        >
        <span class="quiet">${feed.kind}${feed.topic === feed.name ? '' : ' into ' + feed.topic}</span>
        ${feed.simulated ? html`<span class="provenance small">Simulated</span>` : nothing}
      </div>
      <dl class="feed-facts">
        ${fact('Events/s', rate(feed.rate))} ${fact('Lag', duration((feed.lagSeconds ?? NaN) * 1000))}
        ${fact('Last event', last === last ? age(now - last) + ' ago' : 'none yet')}
        ${fact('Next fetch', isPaused ? 'paused' : next === next ? (next - now > 900 ? 'in ' + age(next - now) : 'now') : '–')}
        ${fact('Read', count(feed.totals?.read))} ${fact('Logged', count(feed.totals?.logged))}
        ${fact('Left out', count((feed.totals?.filtered ?? 0) + (feed.totals?.duplicate ?? 0)))}
        ${fact('Rejected', count(feed.totals?.rejected))}
      </dl>
      <button
        type="button"
        class="button"
        data-test=${isPaused ? 'resume' : 'pause'}
        ?disabled=${busy || feed.state === 'done'}
        @click=${() => this.#toggle(feed, isPaused)}
      >
        ${icon(isPaused ? 'play' : 'pause')} ${busy ?? (isPaused ? 'Resume' : 'Pause')}
      </button>
      ${
        isLoading
          ? html`<div
              class="progress"
              role="progressbar"
              aria-label=${'Loading ' + feed.name}
              aria-valuemin="0"
              aria-valuemax="100"
              aria-valuenow=${Math.floor(feed.progress * 100)}
            >
              <span .style=${'width:' + feed.progress * 100 + '%'}></span
              ><small>${Math.floor(feed.progress * 100)} %</small>
            </div>`
          : nothing
      }
      ${
        feed.lastError
          ? html`<p class="feed-error" data-test="last-error" ?data-past=${Date.parse(feed.lastErrorAt) < last}>
              ${icon('warning')}<span>${feed.lastError}</span>${feed.lastErrorAt ? html`<span class="quiet">${age(now - Date.parse(feed.lastErrorAt))} ago</span>` : nothing}
            </p>`
          : nothing
      }
    </article>`;
  }

  async #toggle(feed, isPaused) {
    this.busy = new Map(this.busy).set(feed.name, isPaused ? 'Resuming' : 'Pausing');
    try {
      await (isPaused ? api.resumeFeed(feed.name) : api.pauseFeed(feed.name));
      const { feeds } = await api.feeds();
      this.live.statusOf({ ...this.live.status, feeds });
    } catch (failure) {
      tell(this, 'polder-notice', { text: failure.message });
    }
    this.busy = new Map([...this.busy].filter(([name]) => name !== feed.name));
  }

  async #readFirst() {
    if (this.live?.status) {
      return;
    }
    try {
      this.first = (await api.feeds()).feeds;
    } catch (failure) {
      this.trouble = failure.message;
      this.timer = setTimeout(() => this.#readFirst(), ASK_AGAIN);
    }
  }
}

customElements.define('polder-feeds-page', PolderFeedsPage);
