import { Municipalities } from '../model/municipalities.js';
import { roadOf } from '../model/roads.js';
import { readTopology } from '../model/topology.js';

/* global ol */

/** Zooms from which places of each rank have their names, and municipalities theirs. */
const RANKS = [0, 6, 7.6, 8.5];
const MUNICIPALITY_NAMES = 10.6;

/** Zooms from which a motorway has one shield, and several. */
const SHIELDS = 9.2;
const MORE_SHIELDS = 10.8;

/** What lies below the points: land, borders, motorways, and above them the names. Read once for the page. */
let reading = null;

/** @returns {Promise<{municipalities: Municipalities, arcs: number[][][], roads: object[], places: object[]}>} */
export function readBaseMap() {
  reading ??= Promise.all(
    ['municipalities.topojson', 'motorways.geojson', 'places.json'].map(async (file) => {
      const response = await fetch('basemap/' + file);
      if (!response.ok) {
        throw new Error('basemap/' + file + ' answered ' + response.status);
      }
      return response.json();
    }),
  ).then(([topology, motorways, places]) => {
    const { arcs, areas } = readTopology(topology, 'layer');
    return { municipalities: new Municipalities(areas), arcs, roads: motorways.features, places };
  });
  return reading;
}

/** The layers of the base map. */
export class BaseMap {
  constructor(files, palette) {
    this.palette = palette;
    this.files = files;
    /** Regions that the points of the map lie in; the others step back. */
    this.regions = null;
    /** Whether names stand above their places, where points are. */
    this.areNamesAside = false;
    const vector = (features, options) =>
      new ol.layer.VectorImage({
        source: new ol.source.Vector({ features }),
        imageRatio: 1.4,
        updateWhileInteracting: false,
        ...options,
      });
    this.land = vector(landOf(files), { zIndex: 1, style: (feature) => this.#landStyle(feature) });
    this.roads = vector(roadsOf(files), {
      zIndex: 2,
      style: (feature, resolution) => this.#roadStyle(feature, resolution),
    });
    this.names = new ol.layer.Vector({
      source: new ol.source.Vector({ features: namesOf(files) }),
      zIndex: 20,
      declutter: true,
      updateWhileInteracting: true,
      updateWhileAnimating: true,
      style: (feature, resolution) => this.#nameStyle(feature, resolution),
    });
    this.paint(palette);
  }

  get layers() {
    return [this.land, this.roads, this.names];
  }

  /** @param {object} palette of the mode */
  paint(palette) {
    this.palette = palette;
    const { land, otherLand, border, road } = palette;
    this.landStyles = { near: fill(land), far: fill(otherLand), border: line(border, 1) };
    this.roadStyles = [1.2, 2, 3, 4.5].map((width) => line(road, width));
    this.nameStyles = new Map();
    this.layers.forEach((layer) => layer.changed());
  }

  /** @param {Set<string>} regions */
  emphasise(regions) {
    this.regions = regions;
    this.land.changed();
  }

  /** @param {boolean} areAside whether the places of names are wanted by points */
  stepAside(areAside) {
    if (areAside !== this.areNamesAside) {
      this.areNamesAside = areAside;
      this.nameStyles = new Map();
      this.names.changed();
    }
  }

  #landStyle(feature) {
    const region = feature.get('region');
    if (region === undefined) {
      return this.landStyles.border;
    }
    return !this.regions || this.regions.has(region) ? this.landStyles.near : this.landStyles.far;
  }

  #roadStyle(feature, resolution) {
    return this.roadStyles[resolution > 200 ? 0 : resolution > 80 ? 1 : resolution > 25 ? 2 : 3];
  }

  #nameStyle(feature, resolution) {
    const zoom = Math.log2(156_543.034 / resolution);
    const kind = feature.get('kind');
    if (zoom < feature.get('from') || zoom >= (feature.get('until') ?? 99)) {
      return undefined;
    }
    const name = feature.get('name');
    const key = kind + name;
    let style = this.nameStyles.get(key);
    if (!style) {
      style = kind === 'shield' ? this.#shield(name) : this.#name(name, feature.get('rank'));
      this.nameStyles.set(key, style);
    }
    return style;
  }

  #name(name, rank) {
    const { land, label, quietLabel } = this.palette;
    return new ol.style.Style({
      zIndex: 10 - rank,
      text: new ol.style.Text({
        text: name,
        font: rank === 1 ? '600 13px Inter' : rank === 2 ? '500 12px Inter' : '500 11px Inter',
        fill: new ol.style.Fill({ color: rank === 1 ? label : quietLabel }),
        stroke: new ol.style.Stroke({ color: land, width: 3.5 }),
        offsetY: this.areNamesAside ? -19 : 0,
        padding: [2, 4, 2, 4],
      }),
    });
  }

  #shield(name) {
    const { land, quietLabel, shield } = this.palette;
    return new ol.style.Style({
      zIndex: 0,
      text: new ol.style.Text({
        text: name,
        font: '600 10px Inter',
        fill: new ol.style.Fill({ color: quietLabel }),
        backgroundFill: new ol.style.Fill({ color: land }),
        backgroundStroke: new ol.style.Stroke({ color: shield, width: 1 }),
        padding: [2, 3, 1, 4],
      }),
    });
  }
}

const fill = (color) => new ol.style.Style({ fill: new ol.style.Fill({ color }) });
const line = (color, width) =>
  new ol.style.Style({ stroke: new ol.style.Stroke({ color, width, lineCap: 'round', lineJoin: 'round' }), zIndex: 1 });

const project = ([longitude, latitude]) => ol.proj.fromLonLat([longitude, latitude]);

/** Areas without an outline, and over them every border once. */
function landOf({ municipalities, arcs }) {
  const areas = municipalities.all.map(
    ({ region, polygons }) =>
      new ol.Feature({
        geometry: new ol.geom.MultiPolygon(polygons.map((rings) => rings.map((ring) => ring.map(project)))),
        region,
      }),
  );
  return [...areas, new ol.Feature(new ol.geom.MultiLineString(arcs.map((arc) => arc.map(project))))];
}

function roadsOf({ roads }) {
  return roads.map(
    ({ geometry }) =>
      new ol.Feature(new ol.geom.MultiLineString(geometry.coordinates.map((part) => part.map(project)))),
  );
}

function namesOf({ municipalities, roads, places }) {
  const known = new Set(places.map(({ name }) => name));
  return [
    ...places.map(
      ({ name, place, rank }) =>
        new ol.Feature({ geometry: new ol.geom.Point(project(place)), kind: 'place', name, rank, from: RANKS[rank] }),
    ),
    ...municipalities.all
      .filter(({ name }) => !known.has(name))
      .map(
        ({ name, polygons }) =>
          new ol.Feature({
            geometry: new ol.geom.Point(project(middleOf(polygons))),
            kind: 'municipality',
            name,
            rank: 3,
            from: MUNICIPALITY_NAMES,
          }),
      ),
    ...roads.filter(({ properties }) => properties.ident8.endsWith('1')).flatMap(shieldsOf),
  ];
}

/** A place inside the largest part of an area, far from its edges. */
export function middleOf(polygons) {
  const largest = polygons.reduce((best, rings) => (rings[0].length > best[0].length ? rings : best));
  return new ol.geom.Polygon(largest).getInteriorPoint().getCoordinates().slice(0, 2);
}

function shieldsOf({ properties, geometry }) {
  const road = roadOf(properties.ident8);
  if (!road || properties.km < 4) {
    return [];
  }
  const longest = geometry.coordinates.reduce((best, part) => (part.length > best.length ? part : best));
  const course = new ol.geom.LineString(longest.map(project));
  const at = (share, from) =>
    new ol.Feature({
      geometry: new ol.geom.Point(course.getCoordinateAt(share)),
      kind: 'shield',
      name: road.name,
      rank: 4,
      from,
    });
  return properties.km < 15
    ? [at(0.5, MORE_SHIELDS)]
    : [at(0.5, SHIELDS), at(0.2, MORE_SHIELDS), at(0.8, MORE_SHIELDS)];
}
