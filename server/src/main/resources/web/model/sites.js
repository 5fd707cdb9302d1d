/**
 * Points that share one place, such as the lanes of a road: seen from afar they lie on each other, from near they stand
 * side by side across the road. A site's direction is guessed from its nearest neighbours.
 */
export class Sites {
  /** @param {import('./readings.js').Readings} readings @param {(i: number) => string} orderOf what sorts the points of a site */
  constructor(readings, orderOf = (i) => readings.keys[i]) {
    const { size, latitudes, longitudes } = readings;
    /** Members of a point's site, in their order. */
    this.members = new Map();
    /** Of each point, in its site: -1, 0, 1 for the second of three. */
    this.ranks = new Float32Array(size);
    this.acrossX = new Float32Array(size);
    this.acrossY = new Float32Array(size);
    const sites = new Map();
    for (let i = 0; i < size; i++) {
      if (Number.isFinite(latitudes[i] + longitudes[i])) {
        const place = latitudes[i] + ' ' + longitudes[i];
        sites.get(place)?.push(i) ?? sites.set(place, [i]);
      }
    }
    const firsts = [...sites.values()].map((members) => members[0]);
    const near = neighbours(firsts, readings);
    for (const members of sites.values()) {
      if (members.length < 2) {
        continue;
      }
      const names = new Map(members.map((i) => [i, orderOf(i)]));
      members.sort((a, b) => compare(names.get(a), names.get(b)));
      const [alongX, alongY] = near.get(members[0]) ?? [0, 1];
      members.forEach((i, k) => {
        this.members.set(i, members);
        this.ranks[i] = k - (members.length - 1) / 2;
        this.acrossX[i] = alongY;
        this.acrossY[i] = -alongX;
      });
    }
  }
}

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** Sites nearer than this are the other side of the same road; in degrees of latitude, about 120 m. */
const SAME_ROAD = 0.0011;
const CELL = 0.05;

/** Of each site the unit vector (east, north) to the nearest one that is not just across the road. */
function neighbours(sites, { latitudes, longitudes }) {
  const cells = new Map();
  const cellOf = (latitude, longitude) => Math.floor(latitude / CELL) * 100_000 + Math.floor(longitude / CELL);
  for (const i of sites) {
    const cell = cellOf(latitudes[i], longitudes[i]);
    cells.get(cell)?.push(i) ?? cells.set(cell, [i]);
  }
  const directions = new Map();
  for (const i of sites) {
    const narrowing = Math.cos((latitudes[i] * Math.PI) / 180);
    let best = Infinity;
    let direction = null;
    for (let dy = -CELL; dy <= CELL; dy += CELL) {
      for (let dx = -CELL; dx <= CELL; dx += CELL) {
        for (const j of cells.get(cellOf(latitudes[i] + dy, longitudes[i] + dx)) ?? []) {
          const x = (longitudes[j] - longitudes[i]) * narrowing;
          const y = latitudes[j] - latitudes[i];
          const distance = Math.hypot(x, y);
          if (distance > SAME_ROAD && distance < best) {
            best = distance;
            direction = [x / distance, y / distance];
          }
        }
      }
    }
    if (direction) {
      directions.set(i, direction);
    }
  }
  return directions;
}
