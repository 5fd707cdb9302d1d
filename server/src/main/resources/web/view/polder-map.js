import { html } from 'lit';
import { BANDS } from '../model/bands.js';
import { Sites } from '../model/sites.js';
import { BaseMap, readBaseMap } from './base-map.js';
import { Listening, PolderElement, tell } from './element.js';
import { icon } from './icons.js';
import { mayMove, mode, palette } from './mode.js';
import { FEW, PointLayer } from './point-layer.js';

/* global ol */

/** A finger is not as exact as a mouse. In CSS pixels. */
const REACH = { mouse: 5, pen: 8, touch: 16 };

/** Map units that the arrow keys look ahead, by key. */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Points further out than this from where nearly all are, in widths of that, are stray: the map is not put to show them. */
const STRAY = 0.25;

/** A region with so many points is one that the map is about. */
const LOCAL = 10;

/**
 * The points on their map.
 *
 * Properties: `live`; `view` (where to look at first; the map never moves by itself after that); `selected` (key of a
 * point); `asked` (kinds of points that are asked for; null for all); `tiles` (address of a tile server); `laneOf` (what
 * sorts the points of one site); `covered` (CSS pixels at the bottom that something lies over); `below` (the `Live`s of
 * other maps whose points are drawn under these, and not chosen).
 * Events: `polder-select` {key}, `polder-view` {view}, `polder-hover` {place}.
 */
class PolderMap extends PolderElement {
  static properties = {
    live: { attribute: false },
    view: { attribute: false },
    selected: { attribute: false },
    asked: { attribute: false },
    tiles: { attribute: false },
    laneOf: { attribute: false },
    covered: { attribute: false },
    below: { attribute: false },
  };

  constructor() {
    super();
    this.covered = 0;
    this.below = [];
    /** By `Live`, its points and what ends them. */
    this.laid = new Map();
    this.selected = null;
    this.asked = null;
    new Listening(
      this,
      () => this.live,
      ['readings', 'colouring'],
      (event) => this.#show(event),
    );
    this.recolour = () => this.#paint();
  }

  connectedCallback() {
    super.connectedCallback();
    mode.addEventListener('change', this.recolour);
    window.polder = { ...window.polder, map: this.#forTests() };
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    mode.removeEventListener('change', this.recolour);
    this.live.hidden();
    this.laid.forEach(({ end }) => end());
    this.laid.clear();
    this.map?.setTarget(null);
    this.map = null;
    delete window.polder.map;
  }

  render() {
    return html`
      <div
        class="map-canvas"
        tabindex="0"
        role="application"
        aria-label="Map of the points. Enter selects the point in the middle, the arrow keys go from there to its neighbours, plus and minus zoom, Escape closes."
        @keydown=${this.#key}
        @pointerdown=${this.#touch}
        @wheel=${{ handleEvent: () => this.#touch(), passive: true }}
        @pointerleave=${() => this.#hover(-1)}
      ></div>
      <div class="map-buttons" role="group" aria-label="Zoom">
        <button type="button" class="map-button" aria-label="Zoom in" title="Zoom in" @click=${() => this.#zoom(1)}>
          ${icon('plus')}
        </button>
        <button type="button" class="map-button" aria-label="Zoom out" title="Zoom out" @click=${() => this.#zoom(-1)}>
          ${icon('minus')}
        </button>
        <button
          type="button"
          class="map-button"
          aria-label="Show all points"
          title="Show all points"
          @click=${() => this.#overview(true)}
        >
          ${icon('frame')}
        </button>
      </div>
      <div class="map-scale" aria-hidden="true" ?hidden=${!this.live.readings}></div>
    `;
  }

  firstUpdated() {
    this.points = new PointLayer(() => {
      this.live.shown();
      this.dataset.version = this.live.readings.version;
    });
    this.map = new ol.Map({
      target: this.querySelector('.map-canvas'),
      controls: [new ol.control.ScaleLine({ target: this.querySelector('.map-scale'), minWidth: 64 })],
      interactions: ol.interaction.defaults.defaults({ altShiftDragRotate: false, pinchRotate: false }),
      view: new ol.View({ center: [0, 0], zoom: 2, minZoom: 4, maxZoom: 19, enableRotation: false }),
      layers: [this.points.layer],
      moveTolerance: 3,
    });
    this.map.on('moveend', () => this.#moved());
    this.map.on('pointermove', (event) => {
      if (!event.dragging) {
        this.#hover(this.#at(event));
      }
    });
    this.map.on('click', (event) => this.#choose(this.#at(event)));
    this.#paint();
    this.#layBase();
    this.#layBelow();
    this.#look();
    this.#place();
  }

  updated(changed) {
    if (!this.map) {
      return;
    }
    if (changed.get('live')) {
      // Another map: its points may be elsewhere.
      this.points.forget();
      this.isPlaced = false;
      this.#look();
      this.#place();
    }
    if (changed.has('below')) {
      this.#layBelow();
    }
    if (changed.has('asked')) {
      this.points.ask(this.asked);
    }
    if (changed.has('laneOf') && this.live.readings) {
      this.#sites();
    }
    if (changed.has('selected') || changed.has('live')) {
      this.#mark();
    }
  }

  /** Brings a point into view, when it is not there already. */
  reveal(key) {
    const i = this.live.readings?.placeOf(key) ?? -1;
    if (i < 0) {
      return;
    }
    const [x, y] = this.points.pixelOf(i);
    const [width, height] = this.map.getSize();
    const margin = 40;
    if (x > margin && x < width - margin && y > margin && y < height - this.covered - margin) {
      return;
    }
    this.#goTo([this.points.x[i], this.points.y[i]], Math.max(this.map.getView().getZoom(), 11));
  }

  /** Goes to a point, near enough to tell it from its neighbours. */
  visit(key) {
    const i = this.live.readings?.placeOf(key) ?? -1;
    if (i >= 0) {
      this.#goTo([this.points.x[i], this.points.y[i]], Math.max(this.map.getView().getZoom(), 12.5));
    }
  }

  /** Shows an area. @param {number[]} box west, south, east, north in degrees */
  fit(box) {
    const extent = ol.proj.transformExtent(box, 'EPSG:4326', 'EPSG:3857');
    this.map.getView().fit(extent, { padding: this.#padding(24), maxZoom: 14, duration: mayMove() ? 350 : 0 });
  }

  focusMap() {
    this.querySelector('.map-canvas').focus({ preventScroll: true });
  }

  /** Readings arrived, or are coloured otherwise. */
  #show(event) {
    if (!this.map) {
      return;
    }
    if (event.detail?.isFull) {
      this.requestUpdate();
    }
    const { readings, picture } = this.live;
    const isFirst = this.points.size === 0;
    if (event.detail?.isFull || readings.size !== this.points.size) {
      this.#place();
    } else if (event.type === 'colouring') {
      this.#paint();
    }
    this.points.show(picture.kinds, !isFirst);
  }

  #place() {
    if (!this.live.readings) {
      return;
    }
    this.points.paint(this.colours, this.live.bands);
    this.#sites();
    this.points.show(this.live.picture.kinds, false);
    if (!this.isPlaced || this.#hasGrownOut()) {
      this.#overview(false);
    }
    this.#mark();
    this.#emphasise();
  }

  #sites() {
    this.points.place(this.live.readings, new Sites(this.live.readings, this.laneOf));
    this.map.render();
  }

  #mark() {
    const readings = this.live.readings;
    this.points.mark({ selected: this.selected && readings ? readings.placeOf(this.selected) : -1 });
  }

  #paint() {
    this.colours = palette();
    this.base?.paint(this.colours);
    if (this.points && this.live?.bands) {
      this.points.paint(this.colours, this.live.bands);
    }
    this.laid.forEach(({ points }, live) => live.bands && points.paint(this.colours, live.bands));
  }

  #layBelow() {
    for (const [live, { end }] of this.laid) {
      if (!this.below.includes(live)) {
        end();
        this.laid.delete(live);
      }
    }
    for (const live of this.below) {
      if (!this.laid.has(live)) {
        this.laid.set(live, this.#lay(live));
      }
    }
  }

  #lay(live) {
    const points = new PointLayer(() => live.shown());
    points.layer.setZIndex(9);
    points.canvas.classList.add('below');
    const show = () => {
      const { readings, picture, bands } = live;
      const isGrown = readings.size !== points.size;
      if (isGrown) {
        points.paint(this.colours, bands);
        points.place(readings, new Sites(readings));
        this.map.render();
      }
      points.show(picture.kinds, !isGrown);
    };
    live.addEventListener('readings', show);
    this.map.addLayer(points.layer);
    if (live.readings) {
      show();
    }
    const end = () => {
      live.removeEventListener('readings', show);
      this.map?.removeLayer(points.layer);
    };
    return { points, end };
  }

  async #layBase() {
    if (this.tiles) {
      this.map.addLayer(
        new ol.layer.Tile({ source: new ol.source.XYZ({ url: this.tiles }), className: 'tiles', zIndex: 0 }),
      );
      return;
    }
    try {
      const [files] = await Promise.all([readBaseMap(), document.fonts.load('600 13px Inter')]);
      if (this.map) {
        this.base = new BaseMap(files, this.colours);
        this.base.layers.forEach((layer) => this.map.addLayer(layer));
        this.#emphasise();
      }
    } catch (failure) {
      // The points are there all the same; only what lies below them is missing.
      tell(this, 'polder-notice', { text: 'The base map could not be read: ' + failure.message });
    }
  }

  /** Sets the regions off that the points lie in. */
  #emphasise() {
    const { readings } = this.live;
    if (!this.base || !readings) {
      return;
    }
    this.base.stepAside(readings.size <= FEW);
    const { municipalities } = this.base.files;
    const found = new Map();
    const step = Math.ceil(readings.size / 5000);
    for (let i = 0; i < readings.size; i += step) {
      const region = municipalities.at(readings.longitudes[i], readings.latitudes[i])?.region;
      found.set(region, (found.get(region) ?? 0) + 1);
    }
    this.base.emphasise(new Set([...found].filter(([, count]) => count * step >= LOCAL).map(([region]) => region)));
  }

  /** Looks where the address says. */
  #look() {
    this.isTouched = Boolean(this.view);
    if (this.view) {
      const { longitude, latitude, zoom } = this.view;
      this.map.getView().setCenter(ol.proj.fromLonLat([longitude, latitude]));
      this.map.getView().setZoom(zoom);
      this.isPlaced = true;
    }
  }

  /** Whether points came outside of a view that nobody has touched yet: at a first start they come little by little. */
  #hasGrownOut() {
    if (this.isTouched) {
      return false;
    }
    const extent = this.#extent();
    return extent !== null && !ol.extent.containsExtent(this.map.getView().calculateExtent(), extent);
  }

  #overview(moves) {
    const extent = this.#extent();
    if (extent === null) {
      return;
    }
    this.map.getView().fit(extent, { padding: this.#padding(48), maxZoom: 15, duration: moves && mayMove() ? 350 : 0 });
    this.isPlaced = true;
  }

  /** Where the points are, but for stray ones; null without any. */
  #extent() {
    const { readings } = this.live;
    if (!readings?.size) {
      return null;
    }
    const range = (values) => {
      const sorted = values.slice(0, readings.size).filter(Number.isFinite).sort();
      const out = Math.floor(sorted.length / 100);
      const [low, high] = [sorted[out], sorted[sorted.length - 1 - out]];
      const far = (high - low) * STRAY;
      return [sorted.find((value) => value >= low - far), sorted.findLast((value) => value <= high + far)];
    };
    const [south, north] = range(readings.latitudes);
    const [west, east] = range(readings.longitudes);
    return ol.proj.transformExtent([west, south, east, north], 'EPSG:4326', 'EPSG:3857');
  }

  #padding(all) {
    const [width] = this.map.getSize() ?? [0];
    const space = width < 500 ? all / 2 : all;
    return [space, space, space + this.covered, space];
  }

  #moved() {
    if (!this.isPlaced) {
      return;
    }
    const view = this.map.getView();
    const [longitude, latitude] = ol.proj.toLonLat(view.getCenter());
    tell(this, 'polder-view', { view: { longitude, latitude, zoom: view.getZoom() } });
  }

  #at(event) {
    const reach = REACH[event.originalEvent.pointerType] ?? REACH.mouse;
    return this.points.at(event.pixel[0], event.pixel[1], reach);
  }

  #hover(place) {
    this.points.mark({ hovered: place });
    this.map.getTargetElement().style.cursor = place >= 0 ? 'pointer' : '';
    if (place !== this.hovered) {
      this.hovered = place;
      tell(this, 'polder-hover', { place });
    }
  }

  #choose(place) {
    tell(this, 'polder-select', { key: place >= 0 ? this.live.readings.keys[place] : null });
  }

  #zoom(by) {
    const view = this.map.getView();
    view.animate({ zoom: view.getZoom() + by, duration: mayMove() ? 200 : 0 });
  }

  #goTo(centre, zoom) {
    const view = this.map.getView();
    const shifted = [centre[0], centre[1] - (this.covered / 2) * view.getResolutionForZoom(zoom)];
    view.animate({ center: shifted, zoom, duration: mayMove() ? 350 : 0 });
  }

  #touch() {
    this.isTouched = true;
  }

  #key(event) {
    this.#touch();
    const { readings } = this.live;
    if (!readings || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    const arrow = ARROWS[event.key];
    const selected = this.selected ? readings.placeOf(this.selected) : -1;
    if (arrow && selected >= 0) {
      const next = this.points.beside(selected, ...arrow);
      if (next >= 0) {
        this.#choose(next);
        this.reveal(readings.keys[next]);
      }
    } else if (event.key === 'Enter') {
      const [width, height] = this.map.getSize();
      const nearest = this.points.at(width / 2, (height - this.covered) / 2, Infinity);
      if (nearest >= 0) {
        this.#choose(nearest);
      }
    } else {
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** What a test asks of a picture that is made of pixels. Places are in CSS pixels of the page. */
  #forTests() {
    const place = (key) => this.live.readings.placeOf(String(key));
    return {
      size: () => this.live.readings?.size ?? 0,
      version: () => this.live.readings?.version ?? -1,
      keys: () => this.live.readings.keys.slice(),
      hasValue: (key) => this.live.picture.kinds[place(key)] < BANDS,
      pixelOf: (key) => {
        const box = this.querySelector('.map-canvas').getBoundingClientRect();
        const [x, y] = this.points.pixelOf(place(key));
        return [box.left + x, box.top + y];
      },
      colourOf: (key) => 'rgb(' + this.points.colourOf(place(key)).join(', ') + ')',
      paintedColourOf: (key) => this.points.paintedColourOf(place(key)),
      select: (key) => this.#choose(place(key)),
      below: () =>
        [...this.laid].map(([live, { points }]) => ({
          name: live.map.name,
          size: points.size,
          painted: points.size && points.frame ? points.paintedColourOf(0) : null,
        })),
    };
  }
}

customElements.define('polder-map', PolderMap);
