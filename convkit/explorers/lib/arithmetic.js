// Which numbers meet, and what comes out: pure arithmetic, nothing of the page.
// An axis is { n, k, p, s, d }: input size, kernel size, padding, stride, dilation, as in torch.

export const range = n => Array.from({ length: Math.max(0, n) }, (_, i) => i);
export const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
export const sum = values => values.reduce((total, value) => total + value, 0);
export const pairs = (rows, columns) => rows.flatMap(r => columns.map(c => [r, c]));
export const table = (rows, columns, entry) => range(rows).map(i => range(columns).map(j => entry(i, j)));
export const largest = values => Math.max(1, ...values.flat(2).filter(Number.isFinite).map(Math.abs));
export const copy = value => JSON.parse(JSON.stringify(value));
export const equal = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** How many inputs a kernel of k weights reaches over, with its gaps. */
export const span = ({ k, d }) => d * (k - 1) + 1;

export const outputSize = axis =>
  Math.max(0, Math.floor((axis.n + 2 * axis.p - span(axis)) / axis.s) + 1);

/** What output i reads along an axis: weight a meets input `at`, which lies in the padding if outside 0…n−1. */
export const reads = (i, { k, p, s, d }) => range(k).map(a => ({ a, at: i * s + a * d - p }));

/** Who reads input `at`: output i with weight a. The transpose of `reads`. */
export const uses = (at, axis) => range(axis.k)
  .map(a => ({ a, i: (at + axis.p - a * axis.d) / axis.s }))
  .filter(({ i }) => Number.isInteger(i) && i >= 0 && i < outputSize(axis));

export const inside = (at, n) => at >= 0 && at < n;
