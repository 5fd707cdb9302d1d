/** What things are called beside a map: by its definition, and where it is about speeds of vehicles, as one speaks of those. */

/** Names of columns that hold a road and a lane; first those as the road register of Flanders writes them. */
const ROADS = ['ident_8', 'ident8', 'road'];
const LANES = ['rijstrook', 'lane'];

/**
 * @param {object} map as `/api/mart` describes it
 * @param {boolean} isLowHot whether low values are the striking ones
 */
export function wordsFor(map, isLowHot) {
  const isTraffic = map.unit === 'km/h' || map.unit === 'mph';
  return {
    quantity: isTraffic ? 'Speed' : inWords(map.colour),
    intensity: isTraffic ? 'vehicles/min' : map.intensity ? inWords(map.intensity).toLowerCase() : '',
    intensityName: isTraffic ? 'Vehicles/min' : map.intensity ? inWords(map.intensity) : '',
    nothing: isTraffic ? 'No vehicles' : 'Nothing to measure',
    missing: 'No reading',
    hottest: isTraffic ? 'Slowest now' : isLowHot ? 'Lowest now' : 'Highest now',
    hot: isTraffic ? 'Slow points' : isLowHot ? 'Low points' : 'High points',
    leastIntensity: map.intensity && isTraffic ? 12 : 0,
  };
}

/** @returns {{road: string | undefined, lane: string | undefined}} the columns of a table that have a meaning here */
export function knownColumns(names) {
  const find = (wanted) => wanted.map((want) => names.find((name) => name.toLowerCase() === want)).find(Boolean);
  return { road: find(ROADS), lane: find(LANES) };
}

/** The details of a point that are not said already: as its name, its value, its count, its road or its lane. */
export function furtherDetails({ details, label, colour, intensity }) {
  const said = [label, colour, intensity];
  return details.filter((column) => !said.includes(column) && ![...ROADS, ...LANES].includes(column.toLowerCase()));
}

/** What is measured in the air, as one writes it. */
const POLLUTANTS = { no2: 'NO₂', o3: 'O₃', so2: 'SO₂', co2: 'CO₂', pm10: 'PM10', pm25: 'PM2.5' };

/** `measure_class_2_speed` → Measure class 2 speed */
export function inWords(column) {
  if (POLLUTANTS[column.toLowerCase()]) {
    return POLLUTANTS[column.toLowerCase()];
  }
  const words = column.replaceAll('_', ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
