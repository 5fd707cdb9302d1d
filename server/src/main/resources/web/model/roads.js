/** Roads of Belgium as their users call them, from the road register's identification (ident8). */

/** Motorways that carry a European number. Where one carries two, that of most of its length. */
const EUROPEAN = {
  A1: 'E19',
  A2: 'E314',
  A3: 'E40',
  A4: 'E411',
  A7: 'E19',
  A8: 'E429',
  A10: 'E40',
  A11: 'E34',
  A13: 'E313',
  A14: 'E17',
  A15: 'E42',
  A16: 'E42',
  A17: 'E403',
  A18: 'E40',
  A21: 'E34',
  A25: 'E25',
  A26: 'E25',
  A27: 'E42',
  A54: 'E420',
};

/** A letter, three digits of the road, four of the carriageway or slip road. */
const IDENT8 = /^([ABNRTP])(\d{3})(\d{4})$/;

/**
 * @returns {{name: string, isEuropean: boolean, register: string, part: string} | null} name as on signs (E17), number in
 *     the register (A014) and what it is of it; null for what is no ident8
 */
export function roadOf(ident8) {
  const match = IDENT8.exec(ident8 ?? '');
  if (!match) {
    return null;
  }
  const [, letter, number, part] = match;
  const road = letter + Number(number);
  const direction = part === '0001' ? 'rising kilometres' : part === '0002' ? 'falling kilometres' : 'slip road';
  return { name: EUROPEAN[road] ?? road, isEuropean: road in EUROPEAN, register: letter + number, part: direction };
}

/** What people may type to find the road. */
export function roadWords(ident8) {
  const road = roadOf(ident8);
  return road ? [road.name, road.register, road.register[0] + Number(road.register.slice(1))] : ident8 ? [ident8] : [];
}

/** Kinds of lanes, by the letters before their number. */
const LANES = {
  B: 'bus lane',
  TR: 'against the traffic',
  P: 'hard shoulder',
  S: 'peak-hour lane',
  W: 'other lane',
  A: 'hatched area',
};

/** A lane's code in words: R10 is the first regular lane, the numbers rise to the left. */
export function laneOf(code) {
  const match = /^(TR|[RBPSWA])(\d{2})$/.exec(code ?? '');
  if (!match) {
    return '';
  }
  const place = Number(match[2]) - 9;
  const lane = place >= 1 ? 'lane ' + place : place === 0 ? 'right of lane 1' : 1 - place + ' right of lane 1';
  const kind = LANES[match[1]];
  if (!kind) {
    return lane;
  }
  return match[1] === 'P' ? kind : kind + ', ' + lane;
}
