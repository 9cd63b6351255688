// What does a kernel respond to, and with which sign? A 3 × 3 kernel on a picture, without padding.
import { clamp, equal, largest, sum, table } from './lib/arithmetic.js';
import { factor, h, number } from './lib/dom.js';
import { answer, frame } from './lib/frame.js';
import { grid } from './lib/grid.js';
import { picture } from './lib/picture.js';
import { plot } from './lib/plot.js';

/** The photograph: two grey levels in a byte. */
function pixels(text) {
  const bytes = atob(text);
  return table(64, 64, (i, j) => (bytes.charCodeAt(32 * i + (j >> 1)) >> (j % 2 ? 0 : 4)) & 15);
}

const dot = (u, v) => sum(u.map((value, k) => value * v[k]));
const divisor = (a, b) => (b ? divisor(b, a % b) : Math.abs(a));

/** Slide w over x: an output is the sum of the products of w, which is not flipped, and the patch under it. */
const correlate = (x, w) => table(x.length - w.length + 1, x[0].length - w[0].length + 1,
  (i, j) => sum(w.map((row, a) => dot(row, x[i + a].slice(j, j + row.length)))));

/** The rank of w; if it is 1, also the column u and the row v of smallest integers with w = u vᵀ. */
function ranked(w) {
  const row = w.find(weights => weights.some(Boolean));
  if (!row) return { rank: 0 };
  const v = row.map(weight => weight / row.reduce(divisor)), u = w.map(weights => dot(weights, v) / dot(v, v));
  if (equal(w, table(3, 3, (a, b) => u[a] * v[b]))) return { rank: 1, u, v };
  const [a, [d, e, f], [g, i, j]] = w;
  return { rank: dot(a, [e * j - f * i, f * g - d * j, d * i - e * g]) ? 3 : 2 };
}

/** Input x, kernel w, output y, and what the first of two passes gives, t, if the kernel is split. */
function filtering(get, limits) {
  const image = get('image'), n = get('n'), shown = key => limits[key].presets[get(key)];
  const x = image === 'photo' ? pixels(get('photo')) : (shown('image') || get('x')).slice(0, n).map(row => row.slice(0, n));
  const w = shown('kernel') || get('w'), factors = ranked(w), split = get('split') && factors.rank === 1;
  const t = split ? correlate(x, [factors.v]) : [[]];
  const y = split ? correlate(t, factors.u.map(weight => [weight])) : correlate(x, w);
  return { x, w, t, y, m: y.length, split, ...factors };
}

// Along an axis: which inputs, weights and outputs meet, each as [first, how many].
const AXIS = {
  output: i => [[i, 3], [0, 3], [i, 1]],
  weight: (i, m) => [[i, m], [i, 1], [0, m]],
  input(i, m) {
    const first = Math.max(0, i - 2), last = Math.min(i, m - 1);
    return [[i, 1], [i - last, last - first + 1], [first, last - first + 1]];
  },
};

/** What lights up in each view, as [rows, columns]. A first pass t has gone along the columns only. */
function lit({ kind, i, j }, m) {
  const [down, along] = kind === 'pass' ? ['input', 'output'] : [kind, kind];
  const [rows, columns] = [AXIS[down](i, m), AXIS[along](j, m)], [input, weight, output] = [0, 1, 2].map(k => [rows[k], columns[k]]);
  return { input, weight, output, pass: [rows[0], columns[2]] };
}

const within = (places, ...at) => places.every(([first, many], axis) => at[axis] >= first && at[axis] < first + many);

/** The cells of a view: outlined in some places, and one of them picked. */
function cells(name, values, on, r, c) {
  const scale = largest(values);
  return values.map((row, i) => row.map((v, j) => ({ v, scale, say: `${name} ${i}, ${j}: ${number(v)}`, under: j,
    mark: (within(on, i, j) ? 'cx-on ' : '') + (i === r && j === c ? 'cx-picked' : '') })));
}

const list = values => `[${values.map(number).join(', ')}]`;
const at = (name, i, j) => `${name}[${i}, ${j}]`;
const product = pair => pair.map(factor).join('·');

/** What a number is made of, or what it adds to others. */
function sumOf({ x, w, t, y, u, v, m, split }, { kind, i, j }) {
  if (kind === 'weight') return `${at('w', i, j)} = ${number(w[i][j])} meets ${m * m} inputs`;
  if (kind === 'input') {
    const [[top, rows], [left, columns]] = lit({ kind, i, j }, m).output;
    return `${at('x', i, j)} adds ` + table(rows, columns, (a, b) =>
      `${product([x[i][j], w[i - top - a][j - left - b]])} to ${at('y', top + a, left + b)}`).flat().join(', ');
  }
  const pass = kind === 'pass', terms = pass ? v.map((weight, b) => [x[i][j + b], weight])
    : split ? u.map((weight, a) => [t[i + a][j], weight])
      : w.flatMap((row, a) => row.map((weight, b) => [x[i + a][j + b], weight]));
  return [`${at(pass ? 't' : 'y', i, j)} = ${terms.map(product).join(' + ')}`, answer(` = ${number((pass ? t : y)[i][j])}`)];
}

/** Which side of an edge must be brighter for a positive response, if opposite sides of w cancel. */
function sidesOf(w) {
  const axes = [['left', 'right', w.map((_, b) => sum(w.map(row => row[b])))], ['top', 'bottom', w.map(sum)]]
    .filter(([, , sums]) => !sum(sums) && sums[0] * sums[2] < 0);
  const [plus, minus] = [1, -1].map(sign => axes.map(([before, after, sums]) => (sign * sums[0] > 0 ? before : after)).join(' or '));
  return plus && ` Positive means brighter on the ${plus}; brighter on the ${minus} is negative, and lost if clipped at 0.`;
}

function sentenceOf({ y, w, rank }) {
  const all = y.flat(), total = number(sum(w.flat())), many = sign => all.filter(v => Math.sign(v) === sign).length;
  return `Of ${all.length} outputs ${many(-1)} are negative, ${many(0)} zero and ${many(1)} positive.` + sidesOf(w)
    + ` The weights add up to ${total}: a flat region gives ${total === '0' ? 0 : total + ' times its value'}. The kernel has rank ${rank}.`;
}

function torchCall({ m, split }) {
  const sizes = [[m + 2, m + 2], ...(split ? [[m + 2, m]] : []), [m, m]].map(size => `(1, 1, ${size.join(', ')})`);
  return `F.conv2d(${split ? 'F.conv2d(x, v), u' : 'x, w'})  # ${sizes.join(' → ')}`;
}

function render({ model, el }) {
  const f = frame({ model, el }, { title: 'Interactive figure: edges' }), { get, put, limits } = f;
  const now = () => filtering(get, limits), large = () => get('image') === 'photo';
  const only = (element, shown) => { f.follow(() => { element.hidden = !shown(); }); return element; };

  /** Numbers in a grid, or as a picture if they are many; both hide if there are none. */
  function board(role, kind, label, more) {
    const views = [grid, picture].map(view => view({ role, label, point: f.point(kind), ...more }));
    const draw = rows => views.forEach(({ el, set }, big) => {
      el.hidden = !rows[0].length || large() !== Boolean(big);
      if (!el.hidden) set([label], rows);
    });
    return { els: views.map(view => view.el), draw };
  }
  /** What is edited becomes the reader's own, starting from what is shown. */
  const edit = (key, kind) => (i, j, change) => {
    const shown = now()[key], { low, high } = limits[key];
    put({ [key]: get(key).map((row, a) => row.map((old, b) => (
      a === i && b === j ? clamp(change(shown[a][b]), low, high) : shown[a]?.[b] ?? old))), [kind]: 'own' });
  };
  const editInput = edit('x', 'image');
  const X = board('input', 'input', 'Input x', { edit: editInput }), T = board('output', 'pass', 'First pass t');
  const Y = board('output', 'output', 'Output y', { pick: (r, c) => put({ r, c }) });
  const W = grid({ role: 'kernel', label: 'Kernel w', edit: edit('w', 'kernel'), point: f.point('weight') });
  const P = grid({ role: 'gradient', label: 'Products' });
  const before = plot({ role: 'input', label: 'Row of x' }), after = plot({ role: 'output', label: 'Row of y' });
  for (const el of [...T.els, ...Y.els, P.el, after.el]) el.classList.add('cx-answer');
  f.views.append(...X.els, W.el, ...T.els, ...Y.els, P.el, h('div', { class: 'cx-profile' }, before.el, after.el));
  X.els[0].classList.add('cx-paint');
  X.els[0].addEventListener('pointerover', ({ target, relatedTarget, buttons }) => [relatedTarget, target].forEach(cell => {
    if (buttons && cell.place) editInput(...cell.place, () => get('brush'));
  }));

  const choose = key => f.choice(key, key, Object.fromEntries(limits[key].choices.map(word => [word, word])));
  f.controls(choose('image'), choose('kernel'),
    only(f.slider('n', 'input size'), () => !large()), only(f.slider('brush', 'drag paints', ''), () => !large()),
    only(f.toggle('split', 'split w = u vᵀ'), () => now().u));

  return f.start(() => {
    const all = now(), { x, w, t, y, m, u, v } = all, [r, c] = ['r', 'c'].map(key => clamp(get(key), 0, m - 1));
    const known = { input: x, weight: w, pass: t, output: y }, chosen = { kind: 'output', i: r, j: c }, { pointed } = f;
    const focus = pointed && known[pointed.kind][pointed.i]?.[pointed.j] !== undefined ? pointed : chosen;
    const { i, j } = focus.kind === 'output' ? focus : chosen, on = lit(focus, m);
    const xs = cells('x', x, on.input), ys = cells('y', y, on.output, r, c);
    X.draw(xs);
    W.set(['Kernel w'], cells('w', w, on.weight));
    T.draw(cells('t', t, on.pass));
    Y.draw(ys);
    P.set(['Products'], cells('product', table(3, 3, (a, b) => x[i + a][j + b] * w[a][b]), on.weight));
    // Of a long row 16 numbers are drawn; an output stands under the middle of its patch.
    const first = clamp(j - 6, 0, Math.max(0, m - 14));
    before.set([`Row ${i + 1} of x`], xs[i + 1].slice(first, first + 16), largest(x));
    after.set([`Row ${i} of y`], ys[i].slice(first, first + 14), largest(y));
    f.write({
      formula: all.split ? `w = u vᵀ, u = ${list(u)}, v = ${list(v)}: 6 products, not 9` : '',
      sum: sumOf(all, focus), sentence: answer(sentenceOf(all)), call: torchCall(all),
      question: `What is ${at('y', r, c)}, the sum over the outlined patch?`, solution: y[r][c],
    });
  });
}

export default { render };
