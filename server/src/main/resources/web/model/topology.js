/**
 * Reads TopoJSON: borders are kept once, as arcs that the areas on both sides refer to.
 *
 * @param {object} topology
 * @param {string} layer name of the object that holds the areas
 * @returns {{arcs: number[][][], areas: {properties: object, polygons: number[][][][]}[]}} places are [longitude, latitude]
 */
export function readTopology(topology, layer) {
  const { scale, translate } = topology.transform;
  const arcs = topology.arcs.map((arc) => {
    let x = 0;
    let y = 0;
    return arc.map(([dx, dy]) => [(x += dx) * scale[0] + translate[0], (y += dy) * scale[1] + translate[1]]);
  });
  const ring = (indices) => {
    const places = [];
    for (const index of indices) {
      const arc = index < 0 ? [...arcs[~index]].reverse() : arcs[index];
      places.push(...(places.length ? arc.slice(1) : arc));
    }
    return places;
  };
  const areas = topology.objects[layer].geometries.map(({ type, arcs: parts, properties }) => ({
    properties,
    polygons: (type === 'Polygon' ? [parts] : parts).map((rings) => rings.map(ring)),
  }));
  return { arcs, areas };
}
