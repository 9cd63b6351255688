// Where is the matrix? A convolution is y = A x, with the same few weights on the diagonals of A.
import { clamp, equal, inside, pairs, range, reads, span, sum, table } from './lib/arithmetic.js';
import { count, factor, give, h, number, toggle } from './lib/dom.js';
import { answer, frame } from './lib/frame.js';
import { grid } from './lib/grid.js';

const filled = (values, n) => range(n).map(i => values[i] ?? 0);
const dot = (a, b) => sum(a.map((v, i) => v * b[i]));

/**
 * The settings, the matrix A or its transpose, and its product y with the vector x. Weight a is added to entry
 * (i, j) for each of the terms { i, j, a, keys }; the keys say what lights up together. m is 0 after an error.
 */
function layer(get) {
  const flat = get('flat'), mode = get('mode'), circular = mode === 'circular', back = get('transpose');
  const n = flat ? 4 : get('n'), k = flat ? 2 : get('k'), d = flat ? 1 : get('d'), s = circular ? 1 : get('s');
  const reach = span({ k, d }), room = reach - 1, half = Math.floor(room / 2), w = filled(get('w'), flat ? 4 : k);
  const [lo, hi] = { valid: [0, 0], full: [room, room] }[mode] || [half, room - half];
  const error = problem({ mode, n, s, hi, reach }), m = error ? 0 : Math.floor((n + lo + hi - reach) / s) + 1;
  const axis = range(m).flatMap(i => reads(i, { k, p: lo, s, d }).map(({ a, at }) => ({ i, j: circular ? (at + n) % n : at, a })))
    .filter(({ j }) => inside(j, n));
  const all = flat ? pairs(axis, axis).map(([u, v]) => ({ i: u.i * m + v.i, j: u.j * n + v.j, a: u.a * k + v.a })) : axis;
  const terms = all.map(t => (back ? term(t.j, t.i, t.a) : term(t.i, t.j, t.a))), blocks = back && m ? [n, m] : [m, n];
  const [rows, columns] = blocks.map(size => (flat ? size * size : size)), x = filled(get('x'), columns);
  const cells = table(rows, columns, () => []);
  terms.forEach(t => cells[t.i][t.j].push(t));
  const A = cells.map(row => row.map(list => sum(list.map(t => w[t.a])))), y = A.map(row => dot(row, x));
  const names = back ? ['Aᵀ', 'g', '(Aᵀg)', 'x', 'y'] : ['A', 'x', 'y', 'g', '(Aᵀg)'];
  return { flat, circular, mode, back, n, d, s, w, reach, lo, hi, error, m, terms, blocks, cells, A, x, y, names };
}

const term = (i, j, a) => ({ i, j, a, keys: [`output ${i}`, `input ${j}`, `weight ${a}`, `entry ${i} ${j}`] });
const nonzero = cells => cells.flat().filter(list => list.length).length;

function problem({ mode, n, s, hi, reach }) {
  const why = mode === 'same' && s > 1 ? "Padding 'same' needs stride 1"
    : mode === 'circular' && hi > n ? `The circular padding ${hi} is more than the input size ${n}`
      : mode === 'valid' && reach > n ? `The kernel spans ${reach} places and the input has only ${n}` : '';
  return why && why + ': torch raises an error.';
}

/** The rank by elimination in whole numbers, which is exact: each division leaves no remainder (Bareiss). */
function rankOf(rows, before = BigInt(1)) {
  if (!rows.length || !rows[0].length) return 0;
  const top = rows.find(row => row[0]), rest = rows.filter(row => row !== top);
  if (!top) return rankOf(rows.map(row => row.slice(1)), before);
  return 1 + rankOf(rest.map(row => row.slice(1).map((v, j) => (v * top[0] - top[j + 1] * row[0]) / before)), top[0]);
}

function sentenceOf({ A, terms, cells, back, names }, reduced) {
  const rows = A.length, columns = A[0].length, used = new Set(terms.map(term => term.a)).size;
  const most = Math.max(...A.flatMap((a, i) => A.map((b, j) => Math.abs(dot(a, b) - (i === j)))));
  return `${names[0]} is ${rows} × ${columns}: ${nonzero(cells)} of its ${rows * columns} entries can differ from 0, and `
    + `${count(used, 'weight fills', 'weights fill')} them all` + (reduced ? '.' : `; rank ${rankOf(A.map(row => row.map(BigInt)))}.`)
    + (!back || reduced ? '' : most ? ` Aᵀ does not undo A: the largest entry of |AᵀA − I| is ${most}.` : ' Here Aᵀ undoes A: AᵀA = I.');
}

/** In circular mode: the magnitudes of the kernel's discrete Fourier transform. */
function formulaOf({ error, circular, flat, back, n, w, d }) {
  const part = (f, wave) => sum(w.map((v, a) => v * wave((2 * Math.PI * f * a * d) / n)));
  const found = range(n).map(f => +Math.hypot(part(f, Math.cos), part(f, Math.sin)).toFixed(4));
  return (back ? 'Aᵀg' : 'y = A x')
    + (!circular || flat || error ? '' : '; singular values = |DFT(w)| = ' + found.join(', '));
}

/** A row times x, a column as a row of the transpose, the places of a weight, or the weights of an entry. */
function sumOf({ A, x, y, w, names: [matrix, , product, other, sent] }, { kind, i, j }, found) {
  const products = second => found.map(t => factor(w[t.a]) + '·' + second(t)).join(' + ') || '0';
  return {
    output: () => `${product}[${i}] = ${products(t => factor(x[t.j]))} = ${number(y[i])}`,
    input: () => `${sent}[${i}] = ` + products(t => `${other}[${t.i}]`),
    weight: () => `w[${i}] = ${number(w[i])} is in ` + (found.map(t => `${matrix}[${t.i}, ${t.j}]`).join(', ') || 'no entry'),
    entry: () => `${matrix}[${i}, ${j}] = ` + (found.map(t => `w[${t.a}]`).join(' + ') || '0') + ` = ${number(A[i][j])}`,
  }[kind]();
}

function torchCall({ error, flat, circular, mode, back, n, m, s, d, lo, hi, reach }) {
  const axes = flat ? 2 : 1, each = value => Array(axes).fill(value).join(', '), transposed = back && !error;
  const [name, pads, from, to] = transposed ? ['g', [hi, lo], m, n] : ['x', [lo, hi], n, m];
  const vector = circular ? `F.pad(${name}, (${each(pads.join(', '))}), mode='circular')` : name;
  const missing = transposed && !circular ? n - ((m - 1) * s - 2 * lo + reach) : 0;
  const padding = circular ? (transposed ? lo + hi : 0) : transposed || mode !== 'same' ? lo : "'same'";
  const more = missing > 0 ? `output_padding=${missing}, ` : '', crop = missing < 0 ? `[..., ${each(':-1')}]` : '';
  const shape = size => (size ? `(1, 1, ${each(size)})` : 'RuntimeError');
  return `F.conv${transposed ? '_transpose' : ''}${axes}d(${vector}, w, stride=${s}, padding=${padding}, ${more}dilation=${d})${crop}`
    + `  # ${shape(from)} → ${shape(to)}`;
}

/** What is multiplied by default: numbers along a line, and in 2-D a bright square and a kernel for its sides. */
const LINE = { w: [2, -1, 3, 1], x: [1, -2, 0, 3, 2, -1, 1, 0, -3, 2, 1, 1, -1, 0, 2, 3, -2, 1, 0, 1, 2, -1, 3, 0, 1] };
const SQUARE = { w: [1, -1, 1, -1], x: [0, 0, 0, 0, 0, 2, 2, 0, 0, 2, 2, 0, 0, 0, 0, 0, ...LINE.x.slice(16)] };

function render({ model, el }) {
  const f = frame({ model, el }, 'convolution as a matrix', { prompt: 'Drag a weight of w up or down.', low: true,
    room: { formula: 108, sentence: 165, call: 150, question: 48 } });
  const { get, put } = f, flat = () => get('flat');
  const edit = key => (i, j, change) => {
    const at = key === 'x' ? i : j + (flat() && 2 * i), values = filled(get(key), key === 'x' ? 25 : 4);
    values[at] = clamp(change(values[at]), -9, 9);
    put({ [key]: values });
  };
  const sizes = ['input size n', 'kernel size k', 'dilation d'].map(label => f.when(() => !flat(), f.slider(label.slice(-1), label.slice(0, -2))));
  const twoD = toggle({ label: '2-D: 4 × 4 input, 2 × 2 kernel', change(on) {
    const [from, to] = on ? [LINE, SQUARE] : [SQUARE, LINE];
    put({ flat: on, ...Object.fromEntries(Object.keys(to).filter(key => equal(get(key), from[key])).map(key => [key, to[key]])) });
  } });
  f.follow(() => twoD.show(flat()));
  f.controls(...(get('reduced') ? sizes.slice(0, 2) : [f.choice('mode'), ...sizes,
    f.when(() => get('mode') !== 'circular', f.slider('s', 'stride')), twoD.el, f.toggle('transpose', 'transpose')]));

  const point = kind => i => f.point(kind)(i);
  const W = grid({ role: 'kernel', label: 'Kernel', room: [2, 4], edit: edit('w'), point: (i, j) => f.point('weight')(i && flat() ? 2 + j : j) });
  const M = grid({ role: 'kernel', label: 'Matrix', room: false, point: f.point('entry') });
  const X = grid({ role: 'input', label: 'Vector', room: false, edit: edit('x'), point: point('input') });
  const Y = grid({ role: 'output', label: 'Product', room: false, point: point('output') });
  M.el.classList.add('cx-answer');
  const sign = text => h('div.cx-sign', {}, text), equation = h('div.cx-equation', {}, M.el, sign('·'), X.el, sign('='), Y.el);
  for (const { el: view } of [X, Y]) view.classList.add('cx-vector');
  equation.classList.toggle('cx-brief', get('reduced'));
  f.views.append(W.el, equation);

  return f.start(() => {
    const now = layer(get), { w, A, x, y, cells, error, names: [matrix, vector, product] } = now;
    const there = ({ kind, i, j }) => ({ output: y[i], input: x[i], weight: w[i], entry: A[i]?.[j] }[kind] !== undefined);
    const focus = f.pointed && there(f.pointed) ? f.pointed : { kind: 'output', i: 0 };
    const key = [focus.kind, focus.i, focus.j].join(' ').trim(), found = now.terms.filter(t => t.keys.includes(key));
    const on = new Set([key, ...found.flatMap(t => t.keys)]), light = name => (on.has(name) ? 'cx-on ' : '');
    const list = (name, kind, values) => values.map((v, i) =>
      [{ v, name: `${name} ${i}`, mark: light(`${kind} ${i}`) }]);
    const edge = (i, axis, mark) => (now.flat && i && i % now.blocks[axis] === 0 ? mark : '');
    const weights = list('w', 'weight', w).flat();
    W.set('Kernel w', now.flat ? [weights.slice(0, 2), weights.slice(2)] : [weights]);
    for (const [view, role] of [[X, 'input'], [Y, 'output']]) view.el.style.setProperty('--role', `var(--${now.back ? 'gradient' : role})`);
    give(equation, { style: `--down: ${Math.max(A.length, x.length)}; --across: ${x.length}` });
    M.set(matrix, A.map((row, i) => row.map((v, j) => ({ v, name: `${matrix} ${i}, ${j}`,
      mark: light(`entry ${i} ${j}`) + (cells[i][j].length ? '' : 'cx-zero ') + edge(i, 0, 'cx-top ') + edge(j, 1, 'cx-left') }))));
    X.set(vector, list(vector, 'input', x));
    Y.set(product, list(product, 'output', y));
    f.write({
      formula: formulaOf(now), sum: error ? '' : answer(sumOf(now, focus, found)), sentence: error || answer(sentenceOf(now, get('reduced'))),
      warn: error, call: torchCall(now), question: 'How many entries of the matrix can differ from 0?', solution: error ? null : nonzero(cells),
    });
  });
}

export default { render };
