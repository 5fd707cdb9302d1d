/**
 * Draws discs into pixels (RGBA, as ImageData holds them). Each disc is stamped from a mask of its radius and of its
 * place between the pixels; a stamp costs about as many memory accesses as it has pixels, so that thousands are drawn
 * in a millisecond or two, with or without a graphics card.
 */
export class Raster {
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.bytes = new Uint8ClampedArray(width * height * 4);
    this.pixels = new Uint32Array(this.bytes.buffer);
  }

  clear() {
    this.pixels.fill(0);
  }

  /**
   * @param {number} x centre
   * @param {number} y centre
   * @param {number} radius of the core, in pixels
   * @param {number} colour of the core, packed by `pack`
   * @param {number} rim colour of a thin ring around it, which sets it off from its neighbours
   * @param {number} opacity 0 to 1
   */
  disc(x, y, radius, colour, rim, opacity = 1) {
    const mask = maskOf(radius, x, y);
    const left = Math.floor(x) - mask.reach;
    const top = Math.floor(y) - mask.reach;
    const { width, height, pixels } = this;
    if (left >= width || top >= height || left + mask.side <= 0 || top + mask.side <= 0) {
      return;
    }
    const fromX = Math.max(0, -left);
    const toX = Math.min(mask.side, width - left);
    const fromY = Math.max(0, -top);
    const toY = Math.min(mask.side, height - top);
    for (let my = fromY; my < toY; my++) {
      let m = my * mask.side + fromX;
      let p = (top + my) * width + left + fromX;
      for (let mx = fromX; mx < toX; mx++, m++, p++) {
        const cover = mask.cover[m];
        if (cover === 0) {
          continue;
        }
        const core = mask.core[m];
        const ink = core === 255 ? colour : core === 0 ? rim : mix(rim, colour, core);
        const alpha = opacity === 1 ? cover : Math.round(cover * opacity);
        pixels[p] = alpha === 255 ? ink : over(pixels[p], ink, alpha);
      }
    }
  }
}

/** A colour as a pixel holds it on a little-endian machine. */
export function pack(red, green, blue) {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** Between two opaque colours, by `share` of 255. */
export function mix(from, to, share) {
  const rest = 255 - share;
  const red = ((from & 255) * rest + (to & 255) * share + 127) / 255;
  const green = (((from >>> 8) & 255) * rest + ((to >>> 8) & 255) * share + 127) / 255;
  const blue = (((from >>> 16) & 255) * rest + ((to >>> 16) & 255) * share + 127) / 255;
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** An ink of some opacity (1 to 255) over a pixel. ImageData is not premultiplied, hence the division. */
function over(pixel, ink, alpha) {
  const below = pixel >>> 24;
  if (below === 0) {
    return ((alpha << 24) | (ink & 0xffffff)) >>> 0;
  }
  const kept = (below * (255 - alpha)) / 255;
  const total = alpha + kept;
  const red = ((ink & 255) * alpha + (pixel & 255) * kept) / total;
  const green = (((ink >>> 8) & 255) * alpha + ((pixel >>> 8) & 255) * kept) / total;
  const blue = (((ink >>> 16) & 255) * alpha + ((pixel >>> 16) & 255) * kept) / total;
  return ((Math.round(total) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

const RIM = 1.2;
const PHASES = 4;
const masks = new Map();

/** The mask for a radius (to an eighth of a pixel) and a centre (to a quarter). */
function maskOf(radius, x, y) {
  const size = Math.round(radius * 8);
  const phaseX = Math.floor((x - Math.floor(x)) * PHASES);
  const phaseY = Math.floor((y - Math.floor(y)) * PHASES);
  const key = (size * PHASES + phaseY) * PHASES + phaseX;
  let mask = masks.get(key);
  if (!mask) {
    mask = draw(size / 8, (phaseX + 0.5) / PHASES, (phaseY + 0.5) / PHASES);
    masks.set(key, mask);
  }
  return mask;
}

function draw(radius, offsetX, offsetY) {
  const reach = Math.ceil(radius + RIM) + 1;
  const side = 2 * reach + 1;
  const core = new Uint8Array(side * side);
  const cover = new Uint8Array(side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const distance = Math.hypot(x + 0.5 - reach - offsetX, y + 0.5 - reach - offsetY);
      core[y * side + x] = Math.round(255 * edge(radius - distance));
      cover[y * side + x] = Math.round(255 * edge(radius + RIM - distance));
    }
  }
  return { reach, side, core, cover };
}

/** How much of a pixel lies inside an edge that is so far away. */
function edge(inside) {
  return Math.min(1, Math.max(0, inside + 0.5));
}
