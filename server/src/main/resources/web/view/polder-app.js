import { html, nothing } from 'lit';
import { readRoute, writeRoute } from '../model/route.js';
import { PolderElement } from './element.js';
import { icon } from './icons.js';
import { mode } from './mode.js';
import './polder-feeds-page.js';
import './polder-freshness.js';
import './polder-map-page.js';
import './polder-model-page.js';
import './polder-models-page.js';
import './polder-pipelines-page.js';
import './polder-profile-page.js';
import './polder-search.js';
import './polder-sql-page.js';
import './polder-tables-page.js';

const PAGES = [
  { page: 'map', title: 'Map' },
  { page: 'feeds', title: 'Feeds' },
  { page: 'pipelines', title: 'Pipelines' },
  { page: 'tables', title: 'Tables' },
  { page: 'models', title: 'Models' },
  { page: 'sql', title: 'SQL' },
];

/** How long a notice stays, in milliseconds. */
const NOTICE = 6000;

/**
 * The frame around the pages. Properties: `mart`, `live`, `calendar`, `trouble` (why the mart is not there yet).
 * The address keeps the state of the page; pages change it by the event `polder-route` {name?, query, isStep}.
 */
class PolderApp extends PolderElement {
  static properties = {
    mart: { attribute: false },
    live: { attribute: false },
    calendar: { attribute: false },
    trouble: { attribute: false },
    route: { state: true },
    notice: { state: true },
  };

  constructor() {
    super();
    this.route = readRoute(location.hash);
    /** Where one was on each page, so that one comes back to it. */
    this.places = {};
    this.readAddress = () => this.#go(readRoute(location.hash));
    this.redraw = () => this.requestUpdate();
    this.addEventListener('polder-route', ({ detail }) => this.#write(detail));
    this.addEventListener('polder-notice', ({ detail }) => this.#say(detail.text));
    this.addEventListener('polder-find', ({ detail }) => this.#find(detail.entry));
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener('hashchange', this.readAddress);
    addEventListener('popstate', this.readAddress);
    mode.addEventListener('change', this.redraw);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener('hashchange', this.readAddress);
    removeEventListener('popstate', this.readAddress);
    mode.removeEventListener('change', this.redraw);
  }

  willUpdate() {
    this.places[this.route.page] = writeRoute(this.route);
    const title = PAGES.find(({ page }) => page === this.route.page)?.title ?? 'Not found';
    document.title = [title, this.mart?.name, 'Polder'].filter(Boolean).join(' · ');
  }

  render() {
    return html`
      <a class="skip" href="#content" @click=${this.#skip}>Skip to the content</a>
      <header class="bar">
        <a class="brand" href="#/map" aria-label="Polder, to the map">
          <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
            <path d="M3 9h26M3 16h15M3 23h26" />
            <circle cx="25.5" cy="16" r="3.6" />
          </svg>
          <span>polder</span>
        </a>
        <nav class="pages" aria-label="Pages">
          ${PAGES.map(
            ({ page, title }) =>
              html`<a
                href=${this.places[page] ?? '#/' + page}
                aria-current=${this.route.page === page ? 'page' : nothing}
                data-test=${'page-' + page}
                >${title}</a
              >`,
          )}
        </nav>
        ${this.live?.map ? html`<polder-search .live=${this.live}></polder-search>` : html`<span class="bar-space"></span>`}
        <polder-freshness .live=${this.live} .trouble=${this.trouble}></polder-freshness>
        <button
          type="button"
          class="plain-button mode-button"
          data-test="mode"
          aria-label=${mode.isDark ? 'Light colours' : 'Dark colours'}
          title=${mode.isDark ? 'Light colours' : 'Dark colours'}
          @click=${() => mode.toggle()}
        >
          ${icon('mode')}
        </button>
      </header>
      <main id="content" tabindex="-1">${this.mart ? this.#page() : this.#waiting()}</main>
      <div class="notice" role="status" ?hidden=${!this.notice}>${this.notice}</div>
    `;
  }

  #page() {
    const { mart, live, calendar, route } = this;
    switch (route.page) {
      case 'map':
        return html`<polder-map-page
          .mart=${mart}
          .live=${live}
          .calendar=${calendar}
          .route=${route}
        ></polder-map-page>`;
      case 'feeds':
        return html`<polder-feeds-page
          .mart=${mart}
          .live=${live}
          .calendar=${calendar}
          .route=${route}
        ></polder-feeds-page>`;
      case 'pipelines':
        return html`<polder-pipelines-page .mart=${mart} .live=${live}></polder-pipelines-page>`;
      case 'tables':
        return route.name
          ? html`<polder-profile-page .mart=${mart} .route=${route} .calendar=${calendar}></polder-profile-page>`
          : html`<polder-tables-page
              .mart=${mart}
              .live=${live}
              .route=${route}
              .calendar=${calendar}
            ></polder-tables-page>`;
      case 'models':
        return route.name
          ? html`<polder-model-page .mart=${mart} .live=${live} .route=${route} .calendar=${calendar}></polder-model-page>`
          : html`<polder-models-page .mart=${mart} .live=${live} .calendar=${calendar}></polder-models-page>`;
      case 'sql':
        return html`<polder-sql-page .mart=${mart} .route=${route} .calendar=${calendar}></polder-sql-page>`;
      default:
        return html`<div class="empty">
          <h1>There is no page “${route.page}”</h1>
          <p>The address may come from another version of Polder. <a href="#/map">Go to the map</a></p>
        </div>`;
    }
  }

  #waiting() {
    return this.trouble
      ? html`<div class="empty" role="alert">
          <h1>Waiting for Polder</h1>
          <p>${this.trouble}</p>
          <p class="quiet">This page goes on by itself as soon as it answers.</p>
        </div>`
      : html`<div class="empty quiet" aria-busy="true">Loading</div>`;
  }

  #go(route) {
    const hasOtherMap = route.page === 'map' && route.name && this.live?.map && route.name !== this.live.map.name;
    const hasOtherPage = route.page !== this.route.page;
    this.route = route;
    if (hasOtherMap) {
      this.dispatchEvent(new CustomEvent('polder-map', { detail: { name: route.name } }));
    }
    if (hasOtherPage) {
      this.updateComplete.then(() => this.querySelector('#content').focus({ preventScroll: true }));
    }
  }

  /** @param {{query: object, isStep: boolean}} change whether it is a step that the back button undoes */
  #write({ query, isStep }) {
    const route = {
      ...this.route,
      name: this.live?.map && this.route.page === 'map' ? this.live.map.name : this.route.name,
    };
    route.query = { ...this.route.query, ...query };
    const address = writeRoute(route);
    if (address === location.hash) {
      return;
    }
    history[isStep ? 'pushState' : 'replaceState'](null, '', address);
    this.route = route;
  }

  async #find(entry) {
    if (this.route.page !== 'map') {
      location.hash = '#/map';
      this.#go(readRoute('#/map'));
    }
    await this.updateComplete;
    this.querySelector('polder-map-page').goTo(entry);
  }

  #say(text) {
    this.notice = text;
    clearTimeout(this.noticeTimer);
    this.noticeTimer = setTimeout(() => (this.notice = ''), NOTICE);
  }

  #skip(event) {
    event.preventDefault();
    this.querySelector('#content').focus();
  }
}

customElements.define('polder-app', PolderApp);
