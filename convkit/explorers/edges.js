// What does a kernel respond to, and with which sign? A 3 × 3 kernel on a picture, with or without padding.
import { clamp, equal, inside, largest, pairs, range, sum, table, uses } from './lib/arithmetic.js';
import { factor, h, marks, number } from './lib/dom.js';
import { answer, frame } from './lib/frame.js';
import { grid } from './lib/grid.js';
import { picture } from './lib/picture.js';

const SIDE = 64;

/** The photograph: two grey levels in a byte. */
function pixels(text) {
  const bytes = atob(text);
  return table(SIDE, SIDE, (i, j) => (bytes.charCodeAt(32 * i + (j >> 1)) >> (j % 2 ? 0 : 4)) & 15);
}
const packed = rows => btoa(rows.flatMap(row => range(SIDE / 2).map(k => String.fromCharCode(16 * row[2 * k] + row[2 * k + 1]))).join(''));

/** Continue a table by one number on each side. */
function continued(x, mode) {
  if (mode === 'none') return x;
  const n = x.length, ends = { circular: [n - 1, 0], replicate: [0, n - 1], reflect: [1, n - 2] }[mode] || [-1, n];
  const places = [ends[0], ...range(n), ends[1]];
  return places.map(i => places.map(j => x[i]?.[j] ?? 0));
}

const dot = (u, v) => sum(u.map((value, k) => value * v[k]));
const divisor = (a, b) => (b ? divisor(b, a % b) : Math.abs(a));

/** Slide w over x: an output is the sum of the products of w, which is not flipped, and the patch under it. */
function correlate(x, w) {
  const tall = x.length - w.length + 1, wide = x[0].length - w[0].length + 1, y = [];
  for (let i = 0; i < tall; i++) {
    const row = new Array(wide).fill(0);
    w.forEach((weights, a) => weights.forEach((weight, b) => {
      const from = x[i + a];
      if (weight) for (let j = 0; j < wide; j++) row[j] += weight * from[j + b];
    }));
    y.push(row);
  }
  return y;
}

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

/** Show numbers in a grid: outlined in a box of [first, how many] rows and columns, one of them picked, dashed in the padding. */
function show(view, label, values, [[top, height], [left, width]], { r, c, p = 0 } = {}) {
  const last = values.length - 1 - p;
  view.set(label, values.map((row, i) => row.map((v, j) => {
    const padding = Math.min(i, j) < p || Math.max(i, j) > last;
    return { v, name: `${padding ? 'padding' : label} ${number(i - p)}, ${number(j - p)}`, fixed: padding,
      mark: marks({ on: inside(i - top, height) && inside(j - left, width), picked: i === r && j === c, padding }) };
  })));
}

const list = values => `[${values.map(number).join(', ')}]`;
const at = (name, i, j) => name + list([i, j]);
const product = pair => pair.map(factor).join('·');

/** A row as steps up and down from a zero line, none higher than 1. */
const steps = (role, values, scale, left, zero) => h('path', { style: `--role: var(--${role})`,
  d: 'M' + [left, zero] + values.map(v => 'V' + (zero - v / scale) + 'h1').join('') + 'V' + zero });

/** The row of y through an output and, above it, the row of x through the middle of its patch. */
function profileOf({ x, y, m, p }, i, j) {
  const words = `Rows of ${at('x', i + 1 - p, j + 1 - p)} = ${x[i + 1][j + 1]} and ${at('y', i, j)} = ${number(y[i][j])}`;
  return [h('div.cx-title', {}, 'Rows of x and y'),
    h('svg.cx-steps', { role: 'img', 'aria-label': words, viewBox: `0 -1 ${m + 2} 3.2`, preserveAspectRatio: 'none' },
      steps('input', x[i + 1], largest(x), 0, 0), steps('output', y[i], largest(y), 1, 1.2),
      h('rect', { x: j + 1, y: -1, width: 1, height: 3.2 }))];
}

/** What a number is made of, or what it adds to others. */
function sumOf({ x, w, t, y, u, m, p }, { kind, i, j }) {
  if (kind === 'kernel') return `${at('w', i, j)} = ${number(w[i][j])} meets ${m * m} inputs`;
  if (kind === 'input') {
    const axis = { n: m + 2, k: 3, p: 0, s: 1, d: 1 };
    const outside = Math.min(i, j) < p || Math.max(i, j) > m + 1 - p;
    return (outside ? 'padding' : at('x', i - p, j - p)) + ' adds ' + pairs(uses(i, axis), uses(j, axis)).map(([down, along]) =>
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

function sentenceOf({ y, m, w, rank, p }) {
  const all = y.flat(), total = number(sum(w.flat())), many = sign => all.filter(v => Math.sign(v) === sign).length;
  return `Of ${all.length} outputs ${many(-1)} are negative, ${many(0)} zero and ${many(1)} positive.`
    + (p ? ` The ${4 * (m - 1)} at the border read padding.` : '') + sidesOf(w)
    + ` The weights add up to ${total}: a flat region of ones gives ${total}. The kernel has rank ${rank}.`;
}

function torchCall({ n, t, y, mode }) {
  const x = mode === 'none' || (mode === 'zeros' && !t) ? 'x' : `F.pad(x, (1, 1, 1, 1)${mode === 'zeros' ? '' : `, mode="${mode}"`})`;
  const sizes = [[n, n], ...[t, y].filter(Boolean).map(rows => [rows.length, rows[0].length])].map(size => `(1, 1, ${size.join(', ')})`);
  return `F.conv2d(${t ? `F.conv2d(${x}, v), u` : `${x}, w${mode === 'zeros' ? ', padding=1' : ''}`})  # ` + sizes.join(' → ');
}

function render({ model, el }) {
  const f = frame({ model, el }, 'edges', { prompt: 'Drag the patch over the picture.', low: true,
    room: { formula: 66, sentence: 310, call: 132, question: 48 } });
  const { get, put, limits } = f, large = () => get('image') === 'photo', pad = () => Number(get('padding') !== 'none');
  const shown = (kind, key) => {
    const rows = limits[kind].presets[get(kind)] || get(key);
    return rows.length > 1 ? rows : get(key).map(() => rows[0]);        // a preset of equal rows has one
  };
  let seen = [], net;
  /** All that does not depend on what is pointed at, computed once for each state. */
  function layer() {
    const state = ['image', 'n', 'x', 'kernel', 'w', 'padding', 'split', 'photo'].map(get), [, n, , , , mode, split, photo] = state;
    if (net && state.every((value, i) => value === seen[i])) return net;
    seen = state;
    const own = large() ? pixels(photo) : shown('image', 'x').slice(0, n).map(row => row.slice(0, n));
    const x = continued(own, mode), w = shown('kernel', 'w'), factors = ranked(w), y = correlate(x, w);
    net = { ...factors, own, n: own.length, p: pad(), mode, x, w, y, m: y.length, t: split && factors.u && correlate(x, [factors.v]) };
    return Object.assign(net, { sentence: sentenceOf(net), call: torchCall(net) });
  }
  const picked = () => ['r', 'c'].map(key => clamp(get(key), 0, layer().m - 1));

  /** Numbers in a grid, or a picture if they are many, on a board of one size. */
  function board(kind, label, more) {
    const small = grid({ role: kind, label, room: [8, 8], point: f.point(kind), ...more });
    const big = picture({ role: kind, label, size: SIDE + 2, point: f.point(kind), ...more });
    return {
      el: f.stack(f.when(() => !large(), small.el), f.when(large, big.el)),
      draw(values, on, more) {
        if (large()) big.set(label, values, on, more.p);
        else show(small, label, values, on, more);
      },
    };
  }
  /** What is edited becomes the reader's own, starting from what is shown. */
  const edit = (kind, key) => (i, j, change) => {
    const { low, high } = limits[key];
    put({ [kind]: 'own', [key]: shown(kind, key).map((row, a) => row.map((value, b) => (
      a === i && b === j ? clamp(change(value), low, high) : value))) });
  };
  const paints = () => get('brush') !== 'move', ink = most => (get('brush') === 'dark' ? 0 : most);
  /** Paint on the input, in a photograph with a broad brush. */
  function paint(i, j) {
    if (!large()) return editInput(i, j, () => ink(9));
    const { own, p } = layer(), near = (a, b) => Math.abs(a + p - b) < 2;
    put({ photo: packed(own.map((row, r) => row.map((v, c) => (near(r, i) && near(c, j) ? ink(15) : v)))) });
  }
  const own = edit('image', 'x'), editInput = (i, j, change) => {
    const { n, p } = layer();
    if (inside(i - p, n) && inside(j - p, n)) own(i - p, j - p, change);
  };
  const X = board('input', 'Input x', {
    edit: editInput,
    pick(i, j) { if (paints()) paint(i, j); },
    take(i, j) {
      if (paints()) return paint;
      const [r, c] = picked(), to = at => clamp(at, 0, layer().m - 1);
      return (down, along) => put({ r: to(r + down - i), c: to(c + along - j) });
    },
  });
  const Y = board('output', 'Output y', { pick: (r, c) => put({ r, c }) });
  const W = grid({ role: 'kernel', label: 'Kernel w', edit: edit('kernel', 'w'), point: f.point('kernel') });
  const P = grid({ role: 'table', label: 'Products' }), profile = h('div');
  for (const view of [Y.el, P.el, profile]) view.classList.add('cx-answer');
  f.views.append(...[[X.el, Y.el], [W.el, P.el, profile]].map(row => h('div.cx-boards', {}, ...row)));
  f.controls(f.choice('image'), f.choice('kernel'), f.choice('padding'),
    f.choice('brush', 'drag to', { move: 'move', light: 'lighten', dark: 'darken' }),
    f.when(() => !large(), f.slider('n', 'input size')), f.when(() => layer().u, f.toggle('split', 'split w = u vᵀ')));

  return f.start(() => {
    const all = layer(), { x, w, t, y, m, u, v, p } = all, [r, c] = picked();
    const chosen = { kind: 'output', i: r, j: c }, { kind, ...place } = f.pointed || chosen;
    const end = { input: m + 1, kernel: 2, output: m - 1 }[kind], focus = { kind, i: Math.min(place.i, end), j: Math.min(place.j, end) };
    const { i, j } = kind === 'output' ? focus : chosen, [input, kernel, output] = lit(focus, m);
    X.el.classList.toggle('cx-paints', paints());
    X.draw(x, input, { p });
    show(W, 'Kernel w', w, kernel);
    Y.draw(y, output, { r, c });
    show(P, 'Products', table(3, 3, (a, b) => x[i + a][j + b] * w[a][b]), kernel);
    profile.replaceChildren(...profileOf(all, i, j));
    f.write({
      formula: t ? `w = u vᵀ, u = ${list(u)}, v = ${list(v)}: 6 products, not 9` : '',
      sum: sumOf(all, focus), sentence: answer(all.sentence), call: all.call,
      question: `What is ${at('y', r, c)}, from the outlined patch?`, solution: y[r][c],
    });
  });
}

export default { render };
