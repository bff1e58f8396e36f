// What the figures must be: those of the design, for each runtime.

const NODE = [
  { row: 'header/agent-identity', than: 'sign/node-crypto', atMost: 1.25 },
  { row: 'header/agent-identity', than: 'sign/web-crypto', below: 1 },
  { row: 'start/load', atMost: 5 },
];
const BROWSER = [{ row: 'header/agent-identity', than: 'sign/web-crypto', below: 1 }];

/** How each target came out whose rows were measured. */
export function judge({ place, rows }) {
  const of = (name) => rows.find((row) => row.name === name)?.ns;
  return (place.startsWith('node') ? NODE : BROWSER).flatMap(({ row, than, atMost, below }) => {
    const [value, against] = [of(row), than ? of(than) : 1e6];
    if (value === undefined || against === undefined) return [];
    const measured = value / against;
    const text = than ? `${place}/${row} ÷ ${than}` : `${place}/${row}, ms`;
    return [{ text, measured, bound: below === undefined ? `≤ ${atMost}` : `< ${below}`, met: below === undefined ? measured <= atMost : measured < below }];
  });
}
