/** How many letters have to be put in, left out or changed, or exchanged with their neighbour, to make one word of the other. */
export function distance(one: string, other: string): number {
  const rows: number[][] = Array.from({ length: one.length + 1 }, (_, row) => [row]);
  const at = (row: number, column: number) => rows[row]?.[column] ?? column;
  for (let row = 1; row <= one.length; row += 1) {
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1];
      const isExchanged = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      const cheapest = Math.min(at(row - 1, column) + 1, at(row, column - 1) + 1, at(row - 1, column - 1) + (isSame ? 0 : 1));
      (rows[row] as number[])[column] = isExchanged ? Math.min(cheapest, at(row - 2, column - 2) + 1) : cheapest;
    }
  }
  return at(one.length, other.length);
}
