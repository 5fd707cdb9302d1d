/** Which municipality a place lies in. */
export class Municipalities {
  /** @param {{properties: object, polygons: number[][][][]}[]} areas */
  constructor(areas) {
    this.all = areas.map(({ properties, polygons }) => ({
      name: nameOf(properties),
      region: properties.AdReKey,
      polygons,
      box: boxOf(polygons),
    }));
  }

  /** The municipality of a place, or the nearest one within some 20 km; null further away. */
  at(longitude, latitude) {
    const inside = this.all.find(
      ({ box, polygons }) =>
        isInBox(box, longitude, latitude) && polygons.some((rings) => isInside(rings, longitude, latitude)),
    );
    return inside ?? this.#nearest(longitude, latitude);
  }

  #nearest(longitude, latitude) {
    const narrowing = Math.cos((latitude * Math.PI) / 180);
    let best = 0.18;
    let nearest = null;
    for (const municipality of this.all) {
      const { box, polygons } = municipality;
      const away = Math.max(
        Math.max(box[0] - longitude, longitude - box[2]) * narrowing,
        Math.max(box[1] - latitude, latitude - box[3]),
      );
      if (away > best) {
        continue;
      }
      for (const [outer] of polygons) {
        for (const [x, y] of outer) {
          const distance = Math.hypot((x - longitude) * narrowing, y - latitude);
          if (distance < best) {
            best = distance;
            nearest = municipality;
          }
        }
      }
    }
    return nearest;
  }
}

/** The name in the municipality's first language, in small letters but for the first of each word that is a name. */
function nameOf({ LangCode, NameDUT, NameFRE, NameGER }) {
  const name = { F: NameFRE, G: NameGER }[LangCode[0]] ?? NameDUT;
  return name
    .toLowerCase()
    .replace(/(^|[\s'-])(\p{L})/gu, (_, before, letter) => before + letter.toUpperCase())
    .replace(/-(A|Au|De|Den|En|L|La|Le|Lez|Op|Sur|Ten)(?=[-'])/g, (word) => word.toLowerCase());
}

function boxOf(polygons) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [outer] of polygons) {
    for (const [x, y] of outer) {
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    }
  }
  return box;
}

const isInBox = ([left, bottom, right, top], x, y) => x >= left && x <= right && y >= bottom && y <= top;

/** By the even-odd rule, which takes care of holes. */
function isInside(rings, x, y) {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [xi, yi] = ring[i];
      const [xj, yj] = ring[j];
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) {
        inside = !inside;
      }
    }
  }
  return inside;
}
