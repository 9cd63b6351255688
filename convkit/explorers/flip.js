// What does the flip buy? It cuts one table of products along its other diagonals.
import { equal, inside, largest, pairs, range, sum } from './lib/arithmetic.js';
import { factor, h, number, slider } from './lib/dom.js';
import { answer, frame } from './lib/frame.js';
import { grid } from './lib/grid.js';
import { plot } from './lib/plot.js';

/**
 * Signal and kernel, their products, and the outputs y. The product of signal[a] and kernel[b] belongs to
 * place a + b of a convolution, a − b of a correlation; the mode keeps m places, from `first` on.
 */
function layer(get, changes = {}) {
  const [flip, swap, mode] = ['flip', 'swap', 'mode'].map(key => changes[key] ?? get(key));
  const names = swap ? ['w', 'x'] : ['x', 'w'], [signal, kernel] = names.map(get), n = signal.length, k = kernel.length;
  const [skipped, m] = {
    full: [0, n + k - 1], same: [Math.floor((k - 1) / 2), n], valid: [Math.min(n, k) - 1, Math.abs(n - k) + 1],
  }[mode];
  const first = skipped - (flip ? 0 : k - 1), before = k - 1 - skipped;
  const products = pairs(range(n), range(k)).map(([a, b]) => {
    const place = (flip ? a + b : a - b) - first, i = inside(place, m) ? place : null, [r, c] = swap ? [b, a] : [a, b];
    return { a, b, i, r, c, v: signal[a] * kernel[b], keys: [`x ${r}`, `w ${c}`, `cell ${r} ${c}`, `y ${i}`] };
  });
  const y = range(m).map(i => sum(products.filter(term => term.i === i).map(term => term.v)));
  return { flip, swap, mode, names, signal, kernel, n, k, m, first, before, after: m + k - 1 - n - before, products, y };
}

const touched = ({ products }, key) => products.filter(({ keys }) => keys.includes(key));
const keyOf = ({ kind, i, j }) => [kind, i, j].filter(part => part !== undefined).join(' ');

const raised = e => String(e).replace(/./g, digit => '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'['-0123456789'.indexOf(digit)]);
const power = e => (e === 0 ? '' : e === 1 ? 't' : 't' + raised(e));

/** A polynomial with these coefficients; the exponents start at `e` and go by `step`. */
function polynomial(coefficients, e = 0, step = 1) {
  const terms = coefficients.map((v, i) => ({ v, t: power(e + i * step) })).filter(({ v }) => v);
  return terms.map(({ v, t }, i) => (v < 0 ? (i ? ' − ' : '−') : i ? ' + ' : '')
    + (Math.abs(v) === 1 && t ? '' : Math.abs(v)) + t).join('') || '0';
}

function sumOf({ signal, kernel, y }, { kind, i }, terms) {
  const texts = terms.map(({ a, b }) => `${factor(signal[a])}·${factor(kernel[b])}`);
  if (kind === 'y') return `y[${i}] = ${texts.join(' + ')} = ${number(y[i])}`;
  return 'products: ' + terms.map((term, at) => texts[at] + (term.i === null ? ' in no output' : ` in y[${term.i}]`)).join(', ');
}

function sentenceOf({ flip, swap, m, y }, get) {
  const other = layer(get, { flip: !flip }).y, changed = y.filter((v, i) => v !== other[i]).length;
  const said = (flip ? 'Convolution flips the kernel: each output sums a rising diagonal (↗)'
    : 'Correlation takes the kernel as it is: each output sums a falling diagonal (↘)')
    + ` of the product table. The flip changes ${changed} of ${m} outputs.`;
  if (!swap) return said;
  const before = layer(get, { swap: false }).y;
  return said + ' Swapping x and w ' + (equal(y, before) ? 'changes nothing.' : (equal(y, before.reverse()) ? 'reverses' : 'changes') + ' the output.');
}

function call({ flip, mode, names: [signal, kernel], n, k, m, before, after }) {
  const taken = kernel + (flip ? '.flip(-1)' : '');
  return [before === after ? `F.conv1d(${signal}, ${taken}, padding=${before})` : `F.conv1d(F.pad(${signal}, (${before}, ${after})), ${taken})`,
    `  # (1, 1, ${n}), (1, 1, ${k}) → (1, 1, ${m})`, h('br'),
    ` scipy.signal.${flip ? 'convolve' : 'correlate'}(${signal}, ${kernel}, "${mode}")`];
}

const mark = (on, key, more = '') => (on.has(key) ? 'cx-on ' : '') + more;
const plain = (text, name) => ({ v: 0, text, name, mark: 'cx-plain' });

const HUE = { x: 'cx-input', w: 'cx-kernel' };

/** Number i of x, w or y, as a bar or a cell. */
const one = (on, kind, v, i, more) =>
  ({ v, name: `${kind} ${i}`, mark: mark(on, `${kind} ${i}`, more || HUE[kind]), to: { kind, i } });

const productCell = (on, { r, c, i, v }) => ({
  v, to: { kind: 'cell', i: r, j: c }, name: `x ${r} times w ${c}`, more: i === null ? ', in no output' : ', in y ' + i,
  mark: mark(on, `cell ${r} ${c}`, i === null ? 'cx-unread' : ''),
});

/** All products, with the numbers of x and w beside. */
function productTable(net, on, x, w) {
  const head = kind => (v, i) => one(on, kind, v, i, 'cx-plain');
  return [[plain('x·w', 'corner'), ...w.map(head('w'))], ...x.map((v, r) => [head('x')(v, r),
    ...w.map((_, c) => productCell(on, touched(net, `cell ${r} ${c}`)[0]))])];
}

/** The kernel below the signal, where it is for output i, and the products below. */
function rails(net, on, i) {
  const { names, signal, kernel, flip, n, k, first, before, after } = net, empty = plain('', 'empty');
  const zero = { v: 0, name: 'padding', mark: 'cx-padding' };
  const columns = range(n + 2 * (k - 1)).map(column => {
    const a = column - (k - 1), b = flip ? first + i - a : a - first - i, over = inside(a, n), under = inside(b, k);
    return [over ? one(on, names[0], signal[a], a) : a >= -before && a < n + after ? zero : empty,
      under ? one(on, names[1], kernel[b], b) : empty,
      !under ? empty : over ? productCell(on, net.products[a * k + b]) : zero];
  });
  return [...names, '·'].map((name, row) => [plain(name, 'row ' + name), ...columns.map(column => column[row])]);
}

function render({ model, el }) {
  const f = frame({ model, el }, 'correlation and convolution'), { get, put, limits } = f;
  const bars = (key, role, label) => plot({ role, label, ...limits[key], point: f.point(key), edit: f.edit(key) });
  const X = bars('x', 'input', 'Signal x'), W = bars('w', 'kernel', 'Kernel w');
  const linked = label => {             // a grid whose cells say what they stand for
    let rows;
    const view = grid({ role: 'table', label, point(i, j) {
      const to = rows[i]?.[j].to;
      f.point(to?.kind)(to?.i, to?.j);
    } });
    return { el: view.el, set: (title, next) => view.set(title, rows = next) };
  };
  const T = linked('Products'), R = linked('Kernel below the signal');
  const Y = plot({ role: 'output', label: 'Output y', point: f.point('y'), pick: i => put({ i }) });
  Y.el.classList.add('cx-answer');
  const length = key => {
    const [low, high] = limits[key].sizes[0];
    const control = slider({ label: 'length of', symbol: key, low, high,
      change: size => put({ [key]: range(size).map(i => get(key)[i] ?? 1) }) });
    f.follow(() => control.show(get(key).length));
    return control.el;
  };
  f.controls(f.toggle('flip', 'flip the kernel (convolution)'), f.toggle('swap', 'swap x and w'),
    f.choice('mode'), length('x'), length('w'));
  f.views.append(X.el, W.el, T.el, R.el, Y.el);
  f.walk('i', 'output', () => layer(get).m);

  return f.start(() => {
    const net = layer(get), { y, m } = net, choice = Math.min(get('i'), m - 1), full = layer(get, { mode: 'full' });
    const known = f.pointed && touched(net, keyOf(f.pointed)).length, focus = known ? f.pointed : { kind: 'y', i: choice };
    const key = keyOf(focus), terms = touched(net, key), on = new Set([key, ...terms.flatMap(({ keys }) => keys)]);
    const shown = ('xw'.includes(focus.kind) ? null : terms[0].i) ?? choice;
    X.set('Signal x', get('x').map((v, i) => one(on, 'x', v, i)), 9);
    W.set('Kernel w', get('w').map((v, i) => one(on, 'w', v, i)), 9);
    T.set('Products x[r]·w[c]', productTable(net, on, get('x'), get('w')));
    R.set(`Kernel${net.flip ? ', flipped,' : ''} below ${net.names[0]}, for y[${shown}]`, rails(net, on, shown));
    Y.set(['Output y ', h('small', {}, `${m} of ${full.m} sums`)], y.map((v, i) => one(on, 'y', v, i, i === choice ? 'cx-picked' : '')), largest(y));
    f.write({
      formula: [`(${polynomial(net.signal)}) (${polynomial(net.kernel, 0, net.flip ? 1 : -1)}) = `, answer(polynomial(full.y, full.first))],
      sum: answer(sumOf(net, focus, terms)), sentence: answer(sentenceOf(net, get)), call: call(net),
      question: `What is y[${choice}]?`, solution: y[choice],
    });
  });
}

export default { render };
