import { html } from 'lit';
import * as api from '../client/api.js';
import { LiveStream } from '../client/live-stream.js';
import { Calendar } from '../model/format.js';
import { Live } from '../model/live.js';
import { PolderElement } from './element.js';
import { icon } from './icons.js';
import { mode } from './mode.js';
import './polder-freshness.js';
import './polder-pipelines-page.js';

/** The frame around the one page of an agent that runs without a mart. */
class PolderAgent extends PolderElement {
  constructor() {
    super();
    this.live = new Live(null, new Calendar(Intl.DateTimeFormat().resolvedOptions().timeZone));
    this.redraw = () => this.requestUpdate();
    this.stream = new LiveStream(api.livePath(), {
      full: () => {},
      change: () => {},
      status: (data) => this.live.statusOf(data),
      connection: (state) => this.live.connected(state),
    });
  }

  connectedCallback() {
    super.connectedCallback();
    mode.addEventListener('change', this.redraw);
    this.stream.open();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    mode.removeEventListener('change', this.redraw);
    this.stream.close();
  }

  render() {
    return html`
      <header class="bar">
        <span class="brand">
          <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
            <path d="M3 9h26M3 16h15M3 23h26" />
            <circle cx="25.5" cy="16" r="3.6" />
          </svg>
          <span>polder</span>
        </span>
        <span class="bar-space"></span>
        <polder-freshness .live=${this.live}></polder-freshness>
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
      <main id="content" tabindex="-1"><polder-pipelines-page .mart=${null} .live=${this.live}></polder-pipelines-page></main>
    `;
  }
}

customElements.define('polder-agent', PolderAgent);
