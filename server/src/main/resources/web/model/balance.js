/** The two balances of the ledger: what came is the sum of what became of it. */
export const EDGE = { subject: 'feed', total: 'read', parts: ['logged', 'filtered', 'rejected', 'duplicate'] };
export const TABLE = {
  subject: 'table',
  total: 'logged',
  parts: ['applied', 'filtered', 'rejected', 'tooLate', 'waiting'],
};

/** @returns {{difference: number}} what is not accounted for; 0 when the line balances */
export function balanceOf({ total, parts }, line) {
  return { difference: line[total] - parts.reduce((sum, part) => sum + (line[part] ?? 0), 0) };
}
