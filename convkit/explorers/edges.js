// What does a kernel respond to, and with which sign? A 3 × 3 kernel on a picture, without padding.
import { clamp, equal, inside, largest, pairs, sum, table, uses } from './lib/arithmetic.js';
import { factor, h, marks, number } from './lib/dom.js';
import { answer, frame } from './lib/frame.js';
import { grid } from './lib/grid.js';
import { picture } from './lib/picture.js';

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

// Along an axis: which inputs, weights and outputs meet, each as [first, how many].
const AXIS = {
  output: i => [[i, 3], [0, 3], [i, 1]],
  kernel: (i, m) => [[i, m], [i, 1], [0, m]],
  input(i, m) {
    const first = Math.max(0, i - 2), last = Math.min(i, m - 1), many = last - first + 1;
    return [[i, 1], [i - last, many], [first, many]];
  },
};

/** What lights up of the input, the kernel and the output, each as [rows, columns]. */
function lit({ kind, i, j }, m) {
  const columns = AXIS[kind](j, m);
  return AXIS[kind](i, m).map((rows, k) => [rows, columns[k]]);
}

/** Show numbers in a grid: outlined in a box of [first, how many] rows and columns, and one of them picked. */
function show(view, label, values, [[top, height], [left, width]], r, c) {
  view.set(label, values.map((row, i) => row.map((v, j) => ({ v, name: `${label} ${i}, ${j}`,
    mark: marks({ on: inside(i - top, height) && inside(j - left, width), picked: i === r && j === c, long: number(v).length > 2 }) }))));
}

const list = values => `[${values.map(number).join(', ')}]`;
const at = (name, i, j) => name + list([i, j]);
const product = pair => pair.map(factor).join('·');

/** A row as steps up and down from a zero line, none higher than 1. */
const steps = (role, values, scale, left, zero) => h('path', { style: `--role: var(--${role})`,
  d: 'M' + [left, zero] + values.map(v => 'V' + (zero - v / scale) + 'h1').join('') + 'V' + zero });

/** The row of y through an output and, above it, the row of x through the middle of its patch. */
function profileOf({ x, y, m }, i, j) {
  const words = `Rows of ${at('x', i + 1, j + 1)} = ${x[i + 1][j + 1]} and ${at('y', i, j)} = ${number(y[i][j])}`;
  return [h('div.cx-title', {}, words),
    h('svg.cx-steps', { role: 'img', 'aria-label': words, viewBox: `0 -1 ${m + 2} 3.2`, preserveAspectRatio: 'none' },
      steps('input', x[i + 1], largest(x), 0, 0), steps('output', y[i], largest(y), 1, 1.2),
      h('rect', { x: j + 1, y: -1, width: 1, height: 3.2 }))];
}

/** What a number is made of, or what it adds to others. */
function sumOf({ x, w, t, y, u, m }, { kind, i, j }) {
  if (kind === 'kernel') return `${at('w', i, j)} = ${number(w[i][j])} meets ${m * m} inputs`;
  if (kind === 'input') {
    const axis = { n: m + 2, k: 3, p: 0, s: 1, d: 1 };
    return at('x', i, j) + ' adds ' + pairs(uses(i, axis), uses(j, axis)).map(([down, along]) =>
      product([x[i][j], w[down.a][along.a]]) + ' to ' + at('y', down.i, along.i)).join(', ');
  }
  const terms = t ? u.map((weight, a) => [t[i + a][j], weight])
    : w.flatMap((row, a) => row.map((weight, b) => [x[i + a][j + b], weight]));
  return [at('y', i, j) + ' = ' + terms.map(product).join(' + '), answer(' = ' + number(y[i][j]))];
}

/** Which side of an edge must be brighter for a positive response, if the weights cancel. */
function sidesOf(w) {
  const axes = [['left', 'right', w.map((_, b) => sum(w.map(row => row[b])))], ['top', 'bottom', w.map(sum)]]
    .filter(([, , [a, b, c]]) => a + b + c === 0 && a * c < 0);
  const [plus, minus] = [1, -1].map(sign => axes.map(([before, after, [a]]) => (sign * a > 0 ? before : after)).join(' or '));
  return plus && ` Positive means brighter on the ${plus}; brighter on the ${minus} is negative, and lost if clipped at 0.`;
}

function sentenceOf({ y, w, rank }) {
  const all = y.flat(), total = number(sum(w.flat())), many = sign => all.filter(v => Math.sign(v) === sign).length;
  return `Of ${all.length} outputs ${many(-1)} are negative, ${many(0)} zero and ${many(1)} positive.` + sidesOf(w)
    + ` The weights add up to ${total}: a flat region gives ${total} times its value. The kernel has rank ${rank}.`;
}

function torchCall({ x, t, y }) {
  const sizes = [x, t, y].filter(Boolean).map(rows => `(1, 1, ${rows.length}, ${rows[0].length})`);
  return `F.conv2d(${t ? 'F.conv2d(x, v), u' : 'x, w'})  # ` + sizes.join(' → ');
}

function render({ model, el }) {
  const f = frame({ model, el }, 'edges'), { get, put, limits } = f;
  const large = () => get('image') === 'photo', shown = (kind, key) => limits[kind].presets[get(kind)] || get(key);

  /** Numbers in a grid, or as a picture if they are many. */
  function board(kind, label, more) {
    const [small, big] = [grid, picture].map(view => view({ role: kind, label, point: f.point(kind), ...more }));
    return {
      el: h('div', {}, f.when(() => !large(), small.el), f.when(large, big.el)),
      draw(values, on, ...picked) {
        if (large()) big.set(label, values, on);
        else show(small, label, values, on, ...picked);
      },
    };
  }
  /** What is edited becomes the reader's own, starting from what is shown. */
  const edit = (kind, key) => (i, j, change) => {
    const { low, high } = limits[key];
    put({ [kind]: 'own', [key]: shown(kind, key).map((row, a) => row.map((value, b) => (
      a === i && b === j ? clamp(change(value), low, high) : value))) });
  };
  const X = board('input', 'Input x', { edit: edit('image', 'x') }), Y = board('output', 'Output y', { pick: (r, c) => put({ r, c }) });
  const W = grid({ role: 'kernel', label: 'Kernel w', edit: edit('kernel', 'w'), point: f.point('kernel') });
  const T = grid({ role: 'output', label: 'First pass t' }), P = grid({ role: 'table', label: 'Products' });
  const profile = h('div.cx-answer');
  for (const { el } of [T, Y, P]) el.classList.add('cx-answer');
  f.views.append(X.el, W.el, T.el, Y.el, P.el, profile);
  const split = f.toggle('split', 'split w = u vᵀ');
  f.controls(f.choice('image'), f.choice('kernel'), f.when(() => !large(), f.slider('n', 'input size')), split);

  return f.start(() => {
    const n = get('n'), x = large() ? pixels(get('photo')) : shown('image', 'x').slice(0, n).map(row => row.slice(0, n));
    const w = shown('kernel', 'w'), { rank, u, v } = ranked(w), y = correlate(x, w), m = y.length;
    const t = get('split') && u && correlate(x, [v]), all = { x, w, t, y, m, u, rank };
    const [r, c] = ['r', 'c'].map(key => clamp(get(key), 0, m - 1));
    const chosen = { kind: 'output', i: r, j: c }, { kind, ...place } = f.pointed || chosen;
    const last = { input: m + 1, kernel: 2, output: m - 1 }[kind], focus = { kind, i: Math.min(place.i, last), j: Math.min(place.j, last) };
    const { i, j } = kind === 'output' ? focus : chosen, [input, kernel, output] = lit(focus, m);
    X.draw(x, input);
    show(W, 'Kernel w', w, kernel);
    split.hidden = !u;
    T.el.hidden = !t || large();
    if (!T.el.hidden) show(T, 'First pass t', t, [input[0], output[1]]);
    Y.draw(y, output, r, c);
    show(P, 'Products', table(3, 3, (a, b) => x[i + a][j + b] * w[a][b]), kernel);
    profile.replaceChildren(...profileOf(all, i, j));
    f.write({
      formula: t ? `w = u vᵀ, u = ${list(u)}, v = ${list(v)}: 6 products, not 9` : '',
      sum: sumOf(all, focus), sentence: answer(sentenceOf(all)), call: torchCall(all),
      question: `What is ${at('y', r, c)}, from the outlined patch?`, solution: y[r][c],
    });
  });
}

export default { render };
