// What does the flip buy? It cuts one table of products along its other diagonals.
import { clamp, equal, inside, largest, pairs, range, sum } from './lib/arithmetic.js';
import { factor, give, h, marks, number, slider } from './lib/dom.js';
import { answer, frame } from './lib/frame.js';
import { grid } from './lib/grid.js';
import { plot } from './lib/plot.js';

/**
 * Signal and kernel, their products, and the outputs y. The product of signal[a] and kernel[b] belongs to
 * place a + b of a convolution, a − b of a correlation; the mode keeps m places, from `first` on. So output i
 * of the m is y[first + i].
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

const nameOf = ({ first }, i) => `y[${number(first + i)}]`;

function sumOf(net, { kind, i }, terms) {
  const texts = terms.map(({ a, b }) => `${factor(net.signal[a])}·${factor(net.kernel[b])}`);
  if (kind === 'y') return `${nameOf(net, i)} = ${texts.join(' + ')} = ${number(net.y[i])}`;
  return 'products: ' + terms.map((term, at) => texts[at] + ' in ' + (term.i === null ? 'no output' : nameOf(net, term.i))).join(', ');
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

const plain = (text, name) => ({ v: 0, text, name, mark: 'cx-plain' });

/** Number i of x, w or y, as a bar or a cell. */
const one = (on, kind, v, i, more = '') => ({ v, name: `${kind} ${i}`, mark: more + marks({ on: on.has(`${kind} ${i}`) }), to: { kind, i } });

const productCell = (net, on, { r, c, i, v }) => ({
  v, to: { kind: 'cell', i: r, j: c }, name: `x ${r} times w ${c}`, more: i === null ? ', in no output' : ', in ' + nameOf(net, i),
  mark: marks({ on: on.has(`cell ${r} ${c}`), unread: i === null }),
});

/** All products, with the numbers of x and w beside. */
function productTable(net, on, x, w) {
  const head = kind => (v, i) => one(on, kind, v, i, 'cx-plain ');
  return [[plain('x·w', 'corner'), ...w.map(head('w'))], ...x.map((v, r) => [head('x')(v, r),
    ...w.map((_, c) => productCell(net, on, touched(net, `cell ${r} ${c}`)[0]))])];
}

/** A line over the products of each output, in the units of a cell; that of the shown one is broad. */
const diagonals = (net, shown) => range(net.m).map(i => h('path', { class: i === shown && 'cx-band',
  d: 'M' + touched(net, 'y ' + i).map(({ r, c }) => `${c + 1.5},${r + 1.5}`).join('L') + 'h.001' }));

const COLUMNS = 12, ROLES = { x: 'input', w: 'kernel' };
const scaleOf = values => [3, 6, 9].find(scale => scale >= largest(values));

function render({ model, el }) {
  const f = frame({ model, el }, 'correlation and convolution', { prompt: 'Drag the kernel along x.', low: true,
    room: { formula: 200, sentence: 190, call: [80, 46], question: 15 } });
  const { get, put, limits } = f, names = () => layer(get).names;
  /** The signal, and below it the kernel; which of the two is x depends on the state. */
  const rail = (row, label, more) => plot({ role: 'rail', label, ...limits.x, room: COLUMNS, ...more,
    point: i => f.point(names()[row])(i), edit: (i, v) => f.edit(names()[row])(i, v) });
  let from;
  const S = rail(0, 'Signal', { half: 24 }), K = rail(1, 'Kernel', { half: 14, slide(by) {
    if (by === undefined) from = get('i');
    else put({ i: clamp(from + by, 0, layer(get).m - 1) });
  } });
  K.el.classList.add('cx-slides');
  let cells;
  const T = grid({ role: 'table', label: 'Products', room: [5, 5], point(i, j) {
    const to = cells[i]?.[j].to;
    f.point(to?.kind)(to?.i, to?.j);
  } });
  const lines = h('svg.cx-diagonals');
  T.box.append(lines);
  const Y = plot({ role: 'output', label: 'Output y', half: 20, room: COLUMNS, point: f.point('y'), pick: i => put({ i }) });
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
  f.views.append(h('div', {}, S.el, K.el), T.el, Y.el);
  f.walk('i', 'output', () => layer(get).m);

  return f.start(() => {
    const net = layer(get), { y, m, names: [top, below] } = net, choice = Math.min(get('i'), m - 1), full = layer(get, { mode: 'full' });
    const focus = f.pointed && touched(net, keyOf(f.pointed)).length ? f.pointed : { kind: 'y', i: choice };
    const key = keyOf(focus), terms = touched(net, key), on = new Set([key, ...terms.flatMap(({ keys }) => keys)]);
    const shown = focus.kind === 'y' ? focus.i : choice, { n, k, flip, kernel } = net;
    for (const [view, name] of [[S, top], [K, below]]) view.el.style.setProperty('--role', `var(--${ROLES[name]})`);
    const wide = n + 2 * (k - 1), left = k - 1 + net.first + shown;
    S.set(['Signal ', top, h('small', {}, `, and kernel ${below}${flip ? ' flipped' : ''} for ${nameOf(net, shown)}`)],
      net.signal.map((v, i) => ({ ...one(on, top, v, i), at: i + k - 1 })), scaleOf(net.signal), wide);
    K.set('', kernel.map((v, b) => {
      const at = left + (flip ? -b : b);
      return { ...one(on, below, v, b), at, under: number(v * (net.signal[at - k + 1] ?? 0)) };
    }), scaleOf(kernel), wide);
    cells = productTable(net, on, get('x'), get('w'));
    T.set('Products', cells);
    const columns = cells[0].length, rows = cells.length;
    give(lines, { viewBox: `0 0 ${columns} ${rows}`, style: `--wide: ${columns}; --tall: ${rows}` });
    lines.replaceChildren(...diagonals(net, shown));
    Y.set(['Output y ', h('small', {}, `${m} of ${full.m} sums`)],
      y.map((v, i) => {
        const under = number(net.first + i);
        return { ...one(on, 'y', v, i, i === choice ? 'cx-picked ' : ''), name: 'y ' + under, under };
      }), largest(y));
    f.write({
      formula: [`(${polynomial(net.signal)}) (${polynomial(net.kernel, 0, net.flip ? 1 : -1)}) = `, answer(polynomial(full.y, full.first))],
      sum: answer(sumOf(net, focus, terms)), sentence: answer(sentenceOf(net, get)), call: call(net),
      question: `What is ${nameOf(net, choice)}?`, solution: y[choice],
    });
  });
}

export default { render };
