import { BANDS, KINDS, MISSING, NOTHING, isHot, rampOf } from '../model/bands.js';
import { Raster, mix, pack } from '../model/raster.js';
import { channels, mayMove } from './mode.js';

/* global ol */

/** How long a point takes from its old colour to the new one, in milliseconds. */
const FADE = 400;

/** Of more points than this, drawing all of them again and again for a fade is too much. They change at once, and are smaller. */
const CROWD = 20_000;

/** So few points are places rather than a picture: they are large, and names make room for them. */
export const FEW = 200;

/** Opacity of the points that are not asked for. */
const DIMMED = 0.1;

/** Hot points are so much larger, points without a value so much smaller. */
const HOT = 1.3;
const GREY = 0.72;

/** Zooms at which the points of one site begin to step apart, and have done so. */
const APART_FROM = 11.6;
const APART = 13;

/**
 * The points of a map, drawn pixel by pixel from typed arrays: an OpenLayers layer of our own, since the layers it comes
 * with think in objects.
 */
export class PointLayer {
  /** @param {() => void} onPainted called in the frame after new readings were painted */
  constructor(onPainted) {
    this.onPainted = onPainted;
    this.canvas = document.createElement('canvas');
    this.canvas.className = 'points';
    this.context = this.canvas.getContext('2d');
    this.raster = null;
    this.size = 0;
    /** The kinds that are asked for; null for all. */
    this.asked = null;
    this.selected = -1;
    this.hovered = -1;
    this.hasNews = false;
    this.drawing = 0;
    this.fadeFrom = -Infinity;
    this.layer = new ol.layer.Layer({ render: (frame) => this.#render(frame), zIndex: 10 });
  }

  /** @param {object} palette of the mode */
  paint(palette, bands) {
    this.bands = bands;
    this.rim = pack(...channels(palette.land));
    this.ring = palette.ring;
    this.halo = palette.land;
    this.colours = new Uint32Array(KINDS);
    this.scales = new Float32Array(KINDS).fill(1);
    for (let band = 0; band < BANDS; band++) {
      this.colours[band] = pack(...channels(palette.ramp[rampOf(bands, band)]));
      this.scales[band] = isHot(bands, band) ? HOT : 1;
    }
    this.colours[NOTHING] = pack(...channels(palette.nothing));
    this.colours[MISSING] = pack(...channels(palette.missing));
    this.scales[NOTHING] = this.scales[MISSING] = GREY;
    if (this.size) {
      this.#settle();
    }
    this.layer.changed();
  }

  /** All points anew. @param {import('../model/sites.js').Sites} sites */
  place(readings, sites) {
    const { size, latitudes, longitudes } = readings;
    const grown = size > this.size;
    this.size = size;
    this.sites = sites;
    this.x = new Float64Array(size);
    this.y = new Float64Array(size);
    for (let i = 0; i < size; i++) {
      const [x, y] = ol.proj.fromLonLat([longitudes[i], latitudes[i]]);
      this.x[i] = x;
      this.y[i] = y;
    }
    this.screenX = new Float32Array(size);
    this.screenY = new Float32Array(size);
    if (grown || !this.kinds) {
      this.kinds = new Uint8Array(size).fill(MISSING);
      this.#settle();
    }
  }

  /** Before points come that have nothing to do with these. */
  forget() {
    this.size = 0;
    this.kinds = null;
    this.selected = this.hovered = -1;
    this.layer.changed();
  }

  /** @param {Uint8Array} kinds of the points now @param {boolean} fades whether they pass to it gently */
  show(kinds, fades) {
    const now = performance.now();
    const share = this.#share(now);
    for (let i = 0; i < this.size; i++) {
      this.from[i] = this.#between(i, share);
      this.fromScale[i] += (this.toScale[i] - this.fromScale[i]) * share;
      this.to[i] = this.colours[kinds[i]];
      this.toScale[i] = this.scales[kinds[i]];
    }
    this.kinds = kinds;
    this.fadeFrom = fades && mayMove() && this.size <= CROWD ? now : -Infinity;
    this.#sort();
    this.hasNews = true;
    this.#redraw();
  }

  /** @param {Set<number> | null} kinds that are asked for */
  ask(kinds) {
    this.asked = kinds?.size ? kinds : null;
    this.#sort();
    this.#redraw();
  }

  mark({ selected = this.selected, hovered = this.hovered }) {
    if (selected !== this.selected || hovered !== this.hovered) {
      this.selected = selected;
      this.hovered = hovered;
      this.#redraw();
    }
  }

  /** The point at a place of the map (CSS pixels), the uppermost of those that are near; -1 for none. */
  at(x, y, reach) {
    if (!this.frame) {
      return -1;
    }
    let best = -1;
    let least = Infinity;
    for (let k = this.size - 1; k >= 0; k--) {
      const i = this.order[k];
      if (this.asked && !this.asked.has(this.kinds[i])) {
        continue;
      }
      const distance = Math.hypot(this.screenX[i] - x, this.screenY[i] - y);
      // Over a point the uppermost counts, beside it the nearest.
      const away = Math.max(0, distance - this.radius * this.toScale[i]);
      if (away <= reach && away < least) {
        least = away;
        best = i;
      }
    }
    return best;
  }

  /** The nearest point in a direction, as the arrow keys mean it; -1 for none. */
  beside(i, dx, dy) {
    let best = -1;
    let least = Infinity;
    for (let j = 0; j < this.size; j++) {
      const x = this.screenX[j] - this.screenX[i];
      const y = this.screenY[j] - this.screenY[i];
      const along = x * dx + y * dy;
      const aside = Math.abs(x * dy - y * dx);
      const distance = along + 2.5 * aside;
      if (j !== i && along > 0.5 && aside <= along * 1.2 && distance < least) {
        least = distance;
        best = j;
      }
    }
    return best;
  }

  /** Where a point is drawn, in CSS pixels of the map. */
  pixelOf(i) {
    return [this.screenX[i], this.screenY[i]];
  }

  /** The colour that a point has in this moment, as [red, green, blue]. */
  colourOf(i) {
    const colour = this.#between(i, this.#share(performance.now()));
    return [colour & 255, (colour >>> 8) & 255, (colour >>> 16) & 255];
  }

  /** What is really in the picture where the point is drawn: [red, green, blue, alpha]. */
  paintedColourOf(i) {
    const ratio = this.frame.pixelRatio;
    return [
      ...this.context.getImageData(Math.floor(this.screenX[i] * ratio), Math.floor(this.screenY[i] * ratio), 1, 1).data,
    ];
  }

  #settle() {
    const colours = Uint32Array.from(this.kinds, (kind) => this.colours[kind]);
    const scales = Float32Array.from(this.kinds, (kind) => this.scales[kind]);
    this.from = colours;
    this.to = colours.slice();
    this.fromScale = scales;
    this.toScale = scales.slice();
    this.fadeFrom = -Infinity;
    this.#sort();
  }

  /** What is drawn later lies on top: greys, then cool to hot; of those that are asked for, all above the rest. */
  #sort() {
    const rank = (kind) =>
      (kind >= BANDS ? KINDS - kind : KINDS + BANDS - rampOf(this.bands, kind)) + (this.asked?.has(kind) ? 100 : 0);
    const groups = new Map();
    for (let i = 0; i < this.size; i++) {
      const kind = this.kinds[i];
      groups.get(kind)?.push(i) ?? groups.set(kind, [i]);
    }
    this.order = Uint32Array.from([...groups].sort(([a], [b]) => rank(a) - rank(b)).flatMap(([, points]) => points));
  }

  #share(now) {
    return Math.min(1, (now - this.fadeFrom) / FADE);
  }

  #between(i, share) {
    return share === 1 || this.from[i] === this.to[i]
      ? this.to[i]
      : mix(this.from[i], this.to[i], Math.round(share * 255));
  }

  #render(frame) {
    const { pixelRatio, size, viewState } = frame;
    const width = Math.round(size[0] * pixelRatio);
    const height = Math.round(size[1] * pixelRatio);
    if (this.raster?.width !== width || this.raster?.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.canvas.style.width = size[0] + 'px';
      this.canvas.style.height = size[1] + 'px';
      this.raster = new Raster(width, height);
      this.image = new ImageData(this.raster.bytes, width, height);
    }
    this.frame = { pixelRatio, size };
    if (this.size === 0) {
      this.context.clearRect(0, 0, width, height);
      return this.canvas;
    }
    this.#project(viewState, size);
    this.#draw();
    return this.canvas;
  }

  /** Draws the points anew on their canvas. The map around them has not changed, and is not asked to draw. */
  #redraw() {
    this.drawing ||= requestAnimationFrame(() => {
      this.drawing = 0;
      if (this.frame && this.size > 0) {
        this.#draw();
      }
    });
  }

  #project({ center, resolution, zoom }, [width, height]) {
    const crowd = this.size > CROWD ? 0.6 : this.size <= FEW ? 2.2 : 1;
    this.radius = Math.min(11, crowd * Math.min(8, Math.max(1.8, 3.1 + (zoom - 8.5) * 0.62)));
    const apart = Math.min(1, Math.max(0, (zoom - APART_FROM) / (APART - APART_FROM)));
    const step = apart * (2 * this.radius + 4);
    const { ranks, acrossX, acrossY } = this.sites;
    const left = width / 2 - center[0] / resolution;
    const top = height / 2 + center[1] / resolution;
    for (let i = 0; i < this.size; i++) {
      const aside = ranks[i] * step;
      this.screenX[i] = left + this.x[i] / resolution + acrossX[i] * aside;
      this.screenY[i] = top - this.y[i] / resolution - acrossY[i] * aside;
    }
  }

  #draw() {
    const { raster, order, asked, kinds, screenX, screenY } = this;
    const ratio = this.frame.pixelRatio;
    const share = this.#share(performance.now());
    raster.clear();
    for (let k = 0; k < order.length; k++) {
      const i = order[k];
      const scale = this.fromScale[i] + (this.toScale[i] - this.fromScale[i]) * share;
      const opacity = asked && !asked.has(kinds[i]) ? DIMMED : 1;
      raster.disc(
        screenX[i] * ratio,
        screenY[i] * ratio,
        this.radius * scale * ratio,
        this.#between(i, share),
        this.rim,
        opacity,
      );
    }
    this.context.putImageData(this.image, 0, 0);
    if (this.hovered >= 0 && this.hovered !== this.selected) {
      this.#circle(this.hovered, 4, 1.5, ratio);
    }
    if (this.selected >= 0) {
      this.#circle(this.selected, 6, 2, ratio);
    }
    if (share < 1) {
      this.#redraw();
    }
    if (this.hasNews) {
      this.hasNews = false;
      requestAnimationFrame(() => this.onPainted());
    }
  }

  #circle(i, gap, width, ratio) {
    const { context } = this;
    const radius = (this.radius * this.toScale[i] + gap) * ratio;
    for (const [colour, stroke] of [
      [this.halo, width + 2.5],
      [this.ring, width],
    ]) {
      context.beginPath();
      context.arc(this.screenX[i] * ratio, this.screenY[i] * ratio, radius, 0, 2 * Math.PI);
      context.strokeStyle = colour;
      context.lineWidth = stroke * ratio;
      context.stroke();
    }
  }
}
