import { html, nothing } from 'lit';
import { amount } from '../model/format.js';
import { off, signed, steps } from '../model/forecast.js';
import { PolderElement } from './element.js';

/** Why a forecast is what it is. Properties: `why` (as the server answers; undefined while it is asked for), `unit`. */
class PolderWhy extends PolderElement {
  static properties = { why: { attribute: false }, unit: { attribute: false } };

  render() {
    const { why, unit } = this;
    if (!why) {
      return html`<div class="why" aria-busy="true"><span class="skeleton-block" aria-hidden="true"></span></div>`;
    }
    const found = steps(why);
    const ends = found.flatMap(({ from, to }) => [from, to]);
    // The bars begin where they differ: what all have in common tells nothing.
    const inner = found.slice(1, -1).flatMap(({ from, to }) => [from, to]);
    const [low, high] = [Math.min(...inner), Math.max(...inner)];
    const least = low >= 0 ? Math.max(0, low - 0.6 * (high - low || 1)) : Math.min(...ends);
    const part = (value) => (100 * (Math.max(value, least) - least)) / (high - least || 1);
    return html`<div class="why" data-test="why">
      <p class="why-sentence">${why.sentence}</p>
      ${
        found.length
          ? html`<ol>
              ${found.map(({ what, by, from, to, kind }) => {
                const [left, right] = [part(Math.min(from, to)), part(Math.max(from, to))];
                const isWhole = kind === 'latest' || kind === 'forecast';
                return html`<li data-kind=${kind}>
                  <span class="what">${what}</span>
                  <span class="bar" aria-hidden="true"
                    ><span .style=${`left:${left}%;width:${Math.max(0.6, right - left)}%`}></span
                  ></span>
                  <span class="by">${isWhole ? amount(Math.round(10 * by) / 10) : signed(by)}${isWhole ? html` <span class="unit">${unit}</span>` : nothing}</span>
                </li>`;
              })}
            </ol>
            <p class="quiet">Read it from top to bottom: it begins with ${off(why.latest)} ${unit}, each line adds or takes away, and the last is the forecast.</p>`
          : nothing
      }
    </div>`;
  }
}

customElements.define('polder-why', PolderWhy);
