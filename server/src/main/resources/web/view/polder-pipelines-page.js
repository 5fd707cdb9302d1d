import { html, nothing, svg } from 'lit';
import * as api from '../client/api.js';
import { age, count, rate } from '../model/format.js';
import { scale } from '../model/line.js';
import {
  COLUMNS,
  LEVELS,
  failuresWord,
  idOf,
  levelOf,
  linksOf,
  partsOf,
  sentenceOf,
  strainOf,
  summaryOf,
  widthOf,
  withMinutes,
} from '../model/pipelines.js';
import { Listening, PolderElement } from './element.js';
import { icon } from './icons.js';

/** The last hour changes once a minute; asked for a little more often, so that no minute is missed. In milliseconds. */
const AGAIN = 20_000;

/** After a failure. */
const SOON = 3_000;

const MINUTES = 60;
const SPARK = { width: 120, height: 28 };

/** What a minute takes of it. */
const BAR = SPARK.width / MINUTES;

/** Where a part of the mart is told in full. */
const PAGES = { source: 'feeds', sink: 'tables' };

/** Every agent and every topic as source → channel → sinks. Properties: `mart` (null beside an agent alone), `live`. */
class PolderPipelinesPage extends PolderElement {
  static properties = {
    mart: { attribute: false },
    live: { attribute: false },
    asked: { state: true },
    trouble: { state: true },
    lines: { state: true },
  };

  constructor() {
    super();
    this.lines = new Map();
    new Listening(this, () => this.live, ['status', 'connection']);
    this.resize = new ResizeObserver(() => this.#measure());
  }

  connectedCallback() {
    super.connectedCallback();
    this.resize.observe(this);
    this.#ask();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.resize.disconnect();
    clearTimeout(this.timer);
  }

  updated() {
    this.#measure();
  }

  render() {
    const now = this.live.status?.pipelines ?? this.asked;
    const pipelines = now && this.asked ? withMinutes(now, this.asked) : now;
    const summary = pipelines ? summaryOf(pipelines) : null;
    const isSimulated = this.live.status?.simulated ?? this.mart?.simulated;
    return html`<div class="page pipelines-page" ?data-lost=${this.live.connection === 'lost'}>
      <header class="page-head">
        <h1>Pipelines</h1>
        ${isSimulated ? html`<strong class="provenance" data-test="simulated">Simulated</strong>` : nothing}
        ${
          summary?.text
            ? html`<p class="pipelines-summary" data-level=${summary.level} data-test="summary" role="status">
                <span class="dot" aria-hidden="true"></span>${summary.text}
              </p>`
            : nothing
        }
      </header>
      ${this.trouble && !pipelines ? html`<p class="bad pipelines-trouble" role="alert">${this.trouble}</p>` : nothing}
      <div class="pipeline-list" data-test="pipelines" aria-busy=${pipelines ? 'false' : 'true'}>
        ${pipelines ? pipelines.map((pipeline) => this.#pipeline(pipeline)) : [1, 2].map(() => skeleton())}
        ${pipelines?.length === 0 ? noPipelines() : nothing}
      </div>
    </div>`;
  }

  #pipeline(pipeline) {
    const level = levelOf(pipeline);
    const key = pipeline.kind + '/' + pipeline.name;
    const isHeld = pipeline.why.length > 0;
    return html`<article
      class="pipeline"
      data-pipeline=${key}
      data-level=${level}
      aria-label=${(pipeline.kind === 'agent' ? 'Agent ' : 'Topic ') + pipeline.name}
    >
      <header class="pipeline-head">
        <h2>${pipeline.name}</h2>
        <span class="tag">${pipeline.kind}</span>
        ${pipeline.simulated ? html`<span class="provenance small">Simulated</span>` : nothing}
        <p class="pipeline-why" data-test="why" ?data-held=${isHeld}>
          ${isHeld ? icon('warning') : nothing}<span>${sentenceOf(pipeline)}</span>
        </p>
      </header>
      <div class="pipeline-flow">
        <svg class="pipeline-links" aria-hidden="true">
          ${(this.lines.get(key) ?? []).map(
            ({ d, width, state, isMoving }) =>
              svg`<path d=${d} stroke-width=${width} data-level=${LEVELS[state]} /><path class="drops" d=${d} data-moving=${isMoving ? '' : nothing} data-level=${LEVELS[state]} />`,
          )}
        </svg>
        ${COLUMNS.map(({ kind, title, titles }) => {
          const parts = partsOf(pipeline, kind);
          return html`<section class="pipeline-column" data-kind=${kind}>
            <h3>${parts.length > 1 ? titles : title}</h3>
            <div class="pipeline-parts">
              ${parts.length ? parts.map((part) => this.#part(pipeline, part)) : html`<p class="part part-none">${kind === 'sink' ? 'No table reads it' : 'None'}</p>`}
            </div>
          </section>`;
        })}
      </div>
    </article>`;
  }

  #part(pipeline, part) {
    const level = LEVELS[part.state] ?? 'waiting';
    const page = pipeline.kind === 'topic' ? PAGES[part.kind] : null;
    const isEmpty = !part.perMinute || part.perMinute.length === 0;
    return html`<div class="part" data-part=${idOf(pipeline, part)} data-level=${level}>
      <h4 data-level=${level}>
        <span class="dot" aria-hidden="true"></span>${page ? html`<a href=${'#/' + page}>${part.name}</a>` : html`<span>${part.name}</span>`}
        <span class="unseen">${part.state}</span>
      </h4>
      <p class="part-type" title=${part.detail}>${part.type}${part.detail ? html`<span> · ${part.detail}</span>` : nothing}</p>
      <p class="part-rate"><strong data-test="rate">${rate(part.rate)}</strong> events/s</p>
      ${isEmpty ? html`<span class="part-spark quiet">${this.trouble ? 'last hour not known' : this.asked ? 'no full minute yet' : ''}</span>` : spark(part)}
      ${part.kind === 'channel' ? vessel(part) : nothing}
      ${
        part.kind === 'channel'
          ? nothing
          : html`<p class="part-fact" data-test="failures" ?data-some=${part.failures > 0}>
              <span class="number">${count(part.failures)}</span> ${failuresWord(pipeline, part)}
            </p>`
      }
      ${part.trouble ? html`<p class="part-trouble" data-test="trouble">${part.trouble}</p>` : nothing}
      ${part.kind === 'channel' ? nothing : html`<p class="part-link">${part.kind === 'source' ? 'into' : 'from'} ${part.channels.join(', ')}</p>`}
    </div>`;
  }

  /** Lines join the middles of facing sides, wherever the page has put the parts. */
  #measure() {
    const pipelines = this.live.status?.pipelines ?? this.asked ?? [];
    const lines = new Map();
    for (const pipeline of pipelines) {
      const key = pipeline.kind + '/' + pipeline.name;
      const flow = this.querySelector(`[data-pipeline="${CSS.escape(key)}"] .pipeline-flow`);
      if (!flow || getComputedStyle(flow).getPropertyValue('--stacked').trim() === '1') {
        continue;
      }
      const frame = flow.getBoundingClientRect();
      const boxOf = ([kind, name]) =>
        flow
          .querySelector(`[data-part="${CSS.escape(idOf(pipeline, { kind, name }))}"]`)
          ?.getBoundingClientRect();
      const links = linksOf(pipeline).flatMap(({ from, to, rate: flowing, state }) => {
        const [a, b] = [boxOf(from), boxOf(to)];
        return a && b ? [{ d: curve(a, b, frame), width: widthOf(flowing), state, isMoving: flowing > 0 }] : [];
      });
      lines.set(key, links);
    }
    if (JSON.stringify([...lines]) !== JSON.stringify([...this.lines])) {
      this.lines = lines;
    }
  }

  async #ask() {
    clearTimeout(this.timer);
    let pause = AGAIN;
    try {
      this.asked = (await api.pipelines()).pipelines;
      this.trouble = '';
    } catch (failure) {
      this.trouble = failure.message;
      pause = SOON;
    }
    if (this.isConnected) {
      this.timer = setTimeout(() => this.#ask(), pause);
    }
  }
}

function curve(from, to, frame) {
  const x1 = from.right - frame.left;
  const x2 = to.left - frame.left;
  const y1 = (from.top + from.bottom) / 2 - frame.top;
  const y2 = (to.top + to.bottom) / 2 - frame.top;
  const bend = (x2 - x1) / 2;
  const at = (number) => number.toFixed(1);
  return `M${at(x1)} ${at(y1)}C${at(x1 + bend)} ${at(y1)} ${at(x2 - bend)} ${at(y2)} ${at(x2)} ${at(y2)}`;
}

/** How full a channel is, and how long its oldest event waits. */
function vessel(part) {
  const { fillPercent, oldestSeconds } = part;
  const strain = strainOf(part);
  const waits = oldestSeconds === null ? '' : oldestSeconds > 0 ? `oldest waits ${oldestSeconds < 1 ? '< 1 s' : age(oldestSeconds * 1000)}` : 'none waits';
  return html`${
      fillPercent === null
        ? nothing
        : html`<div
            class="vessel"
            data-level=${strain}
            role="meter"
            aria-label=${'Fill of ' + part.name}
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=${Math.round(fillPercent)}
          >
            <span .style=${'width:' + Math.min(100, fillPercent) + '%'} ?hidden=${fillPercent === 0}></span>
          </div>`
    }
    <p class="part-fact" data-test="fill" data-level=${strain}>
      ${fillPercent === null ? nothing : html`<span class="number">${percent(fillPercent)}</span> full${waits ? ', ' : ''}`}${waits}
    </p>`;
}

const percent = (value) => (value > 0 && value < 1 ? '< 1' : String(Math.round(value))) + ' %';

/** Events a minute of the last hour; the newest at the right. */
function spark({ perMinute, name }) {
  const { width, height } = SPARK;
  const top = Math.max(1, ...perMinute);
  const y = scale(0, top, height - 1, 1);
  const bars = perMinute.map((events, i) => {
    const x = (MINUTES - perMinute.length + i) * BAR;
    // A minute with few events is not one with none.
    const up = events > 0 ? Math.min(y(events), height - 2) : height - 1;
    return `M${x.toFixed(1)} ${height - 1}V${up.toFixed(1)}h${BAR - 0.5}V${height - 1}z`;
  });
  const label = `${name}, events a minute over the last hour: at most ${count(Math.max(...perMinute))}, last ${count(perMinute.at(-1))}`;
  return html`<svg
    class="part-spark"
    viewBox="0 0 ${width} ${height}"
    preserveAspectRatio="none"
    role="img"
    aria-label=${label}
    data-test="spark"
  >
    <title>${label}</title>
    <line class="axis" x1="0" x2=${width} y1=${height - 1} y2=${height - 1} />
    <path class="spark-bars" d=${bars.join('')} />
  </svg>`;
}

const skeleton = () =>
  html`<div class="pipeline skeleton" aria-hidden="true">
    <span class="skeleton-block pipeline-skeleton-head"></span>
    <div class="pipeline-flow">
      ${COLUMNS.map(() => html`<div class="pipeline-column"><span class="skeleton-block pipeline-skeleton"></span></div>`)}
    </div>
  </div>`;

const noPipelines = () =>
  html`<div class="empty">
    <h2>Nothing flows here yet</h2>
    <p>A pipeline is a feed with its topic and tables, or an agent of a Flume file. Add one to polder.yaml:</p>
    <pre>
feeds:
  readings: { http: true, format: json }
agents:
  a1: flume.properties</pre>
  </div>`;

customElements.define('polder-pipelines-page', PolderPipelinesPage);
