import { html, nothing, svg } from 'lit';
import { amount, anything, count } from '../model/format.js';
import { linePath, scale, widestGap } from '../model/line.js';
import { chartOf, stepOf } from '../model/sql.js';
import { PolderElement, tell } from './element.js';

const HEIGHT = 300;
const LEFT = 48;
const BOTTOM = 26;

/** A quick drawing of an answer. Properties: `answer`, `x`, `y` (names of columns, empty for a guess), `calendar`. */
class PolderSqlChart extends PolderElement {
  static properties = {
    answer: { attribute: false },
    x: { attribute: false },
    y: { attribute: false },
    calendar: { attribute: false },
    width: { state: true },
  };

  constructor() {
    super();
    this.width = 800;
    this.observer = new ResizeObserver(([{ contentRect }]) => (this.width = Math.max(240, Math.round(contentRect.width))));
  }

  connectedCallback() {
    super.connectedCallback();
    this.observer.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.observer.disconnect();
  }

  render() {
    const chart = chartOf(this.answer, this.x, this.y);
    if (!chart) {
      return html`<p class="empty-note" data-test="no-chart">
        There is nothing to draw: a chart needs rows and a column of numbers beside the one it is drawn along.
      </p>`;
    }
    return html`<div class="chart-choice">
        <label>Along ${this.#select('x', chart.x, chart.chosenX, null)}</label>
        <label>Values ${this.#select('y', chart.y, this.y, chart.y.length > 1 ? 'all' : null)}</label>
        ${
          chart.series.length > 1
            ? html`<ul class="chart-legend">
                ${chart.series.map(({ name }, s) => html`<li><span class="chart-key" data-series=${s}></span>${name}</li>`)}
              </ul>`
            : nothing
        }
      </div>
      ${chart.kind === 'bars' ? this.#bars(chart) : this.#lines(chart)}`;
  }

  #select(name, choices, chosen, all) {
    return html`<select
      data-test=${'chart-' + name}
      @change=${(event) => tell(this, 'polder-chart', { [name]: event.target.value })}
    >
      ${all ? html`<option value="" ?selected=${!choices.includes(chosen)}>${all}</option>` : nothing}
      ${choices.map((each) => html`<option value=${each} ?selected=${each === chosen}>${each}</option>`)}
    </select>`;
  }

  #lines({ kind, xs, series }) {
    const { width } = this;
    const values = series.flatMap((one) => one.values.filter((value) => value === value));
    const step = stepOf(Math.min(0, ...values), Math.max(0, ...values), 5);
    const low = Math.floor(Math.min(0, ...values) / step) * step;
    const high = Math.max(low + step, Math.ceil(Math.max(0, ...values) / step) * step);
    const x = scale(xs[0], xs.at(-1), LEFT, width - 4);
    const y = scale(low, high, HEIGHT - BOTTOM, 10);
    const ticks = [];
    for (let value = low; value <= high + step / 2; value += step) {
      ticks.push(value);
    }
    const widest = widestGap(xs, (xs.at(-1) - xs[0]) / 12);
    const name = (at) =>
      kind === 'number' ? anything(at) : this.#moment(at, xs.at(-1) - xs[0] > 36 * 3_600_000);
    const shares = width < 560 ? [0, 0.5, 1] : [0, 0.25, 0.5, 0.75, 1];
    const marks = shares.map((share) => xs[0] + share * (xs.at(-1) - xs[0]));
    return html`<figure class="chart" data-test="chart">
      <svg
        viewBox="0 0 ${width} ${HEIGHT}"
        role="img"
        aria-label="${series.map((one) => one.name).join(', ')}: ${count(xs.length)} points from ${name(xs[0])} to ${name(xs.at(-1))}"
      >
        ${ticks.map(
          (value) =>
            svg`<line class="grid" x1=${LEFT} x2=${width} y1=${y(value)} y2=${y(value)} /><text class="tick" x=${LEFT - 8} y=${y(value) + 4} text-anchor="end">${tick(value)}</text>`,
        )}
        ${(xs[0] === xs.at(-1) ? marks.slice(0, 1) : marks).map(
          (at, m) =>
            svg`<text class="tick" x=${x(at)} y=${HEIGHT - 6} text-anchor=${m === 0 ? 'start' : m === shares.length - 1 ? 'end' : 'middle'}>${name(at)}</text>`,
        )}
        ${series.map((one, s) => svg`<path class="line" data-series=${s} d=${linePath(xs, one.values, x, y, widest)} />`)}
      </svg>
    </figure>`;
  }

  #moment(at, isLong) {
    return isLong ? this.calendar.shortDay(at) : this.calendar.time(at);
  }

  #bars({ labels, series, left }) {
    const most = Math.max(0, ...series.flatMap((one) => one.values.filter((value) => value === value)));
    const least = Math.min(0, ...series.flatMap((one) => one.values.filter((value) => value === value)));
    const share = (value) => (100 * Math.abs(value)) / (most - least || 1);
    return html`<figure class="chart" data-test="chart">
      <table class="bars-chart">
        <tbody>
          ${labels.map(
            (label, r) =>
              html`<tr>
                <th scope="row" title=${label}>${label}</th>
                <td>
                  ${series.map(
                    ({ name, values }, s) =>
                      html`<div class="bar-row" title=${name}>
                        <span
                          class="bar-fill"
                          data-series=${s}
                          style=${`width: ${values[r] === values[r] ? share(values[r]).toFixed(2) : 0}%; margin-left: ${share(values[r] < 0 ? least - values[r] : least).toFixed(2)}%`}
                        ></span
                        ><span class="bar-value">${values[r] === values[r] ? amount(values[r]) : 'NULL'}</span>
                      </div>`,
                  )}
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
      ${left > 0 ? html`<figcaption class="quiet">${count(left)} more rows are in the table.</figcaption>` : nothing}
    </figure>`;
  }
}

const tick = (value) => (Math.abs(value) < 1e-12 ? '0' : Math.abs(value) >= 1e5 ? value.toExponential(0) : anything(value));

customElements.define('polder-sql-chart', PolderSqlChart);
