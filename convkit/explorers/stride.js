// Which inputs does a layer read, how often, and what size comes out? Also for max and average pooling.
import { clamp, equal, inside, outputSize, pairs, range, reads, span, sum, table, uses } from './lib/arithmetic.js';
import { count, factor, h, marks, number, slider } from './lib/dom.js';
import { answer, frame } from './lib/frame.js';
import { grid } from './lib/grid.js';

const at = (value, axis) => (Array.isArray(value) ? value[axis] : value);

/** The settings along rows and columns, the output's size m (0 by 0 where torch raises an error). */
function layer(get) {
  const op = get('op'), k = get('k'), s = get('s'), d = op === 'avg' ? 1 : get('d');
  const axes = [0, 1].map(axis => ({ n: at(get('n'), axis), p: at(get('p'), axis), k, s, d })), [rows, columns] = axes;
  const cut = (key, height, width) => get(key).slice(0, height).map(row => row.slice(0, width));
  const error = axes.map(axis => problem(axis, op)).find(Boolean), m = error ? [0, 0] : axes.map(outputSize);
  // Who reads each input along an axis, padding too: input −p is the first.
  const used = axes.map(axis => range(axis.n + 2 * axis.p).map(place => (error ? [] : uses(place - axis.p, axis))));
  return { op, k, s, d, axes, rows, columns, error, m, used, x: cut('x', rows.n, columns.n), w: cut('w', k, k) };
}

function problem(axis, op) {
  const why = op !== 'conv' && axis.p > Math.floor(axis.k / 2) ? `The padding ${axis.p} is more than half of the kernel size ${axis.k}`
    : !outputSize(axis) ? `The kernel spans ${span(axis)} places and the padded input has only ${axis.n + 2 * axis.p}` : '';
  return why && why + ': torch raises an error.';
}

/** What output (i, j) reads: weight (a, b), input (r, c), and its value, null in the padding. */
const terms = ({ rows, columns, x }, i, j) => pairs(reads(i, rows), reads(j, columns)).map(([u, v]) => ({
  i, j, a: u.a, b: v.a, r: u.at, c: v.at, v: inside(u.at, rows.n) && inside(v.at, columns.n) ? x[u.at][v.at] : null,
}));

/** Who reads input (r, c): output (i, j) with weight (a, b). */
const readers = ({ rows, columns, used: [down, along] }, r, c) => pairs(down[r + rows.p], along[c + columns.p])
  .map(([u, v]) => ({ r, c, i: u.i, j: v.i, a: u.a, b: v.a }));
const timesRead = ({ rows, columns, used: [down, along] }, r, c) => down[r + rows.p].length * along[c + columns.p].length;

/** What weight (a, b) meets, one term for each output. */
const meetings = (net, a, b) => everyOutput(net).map(([i, j]) => terms(net, i, j)[a * net.k + b]);
const everyOutput = ({ m }) => table(m[0], m[1], (i, j) => [i, j]).flat();
const known = list => list.filter(term => term.v !== null);

/** The terms that hold a window's maximum, in scan order: the first one wins. There is none in a window of nothing
 * but padding, which a dilation can jump to. */
function winners(net, i, j) {
  const values = known(terms(net, i, j)), most = Math.max(...values.map(term => term.v));
  return values.filter(term => term.v === most);
}

function output(net, i, j) {
  const { op, k, s, d, rows, columns, x, w } = net;
  let total = op === 'max' ? -Infinity : 0;
  for (let a = 0; a < k; a++) {
    const row = x[i * s + a * d - rows.p];
    if (!row) continue;
    for (let b = 0; b < k; b++) {
      const v = row[j * s + b * d - columns.p];
      if (v !== undefined) total = op === 'max' ? Math.max(total, v) : total + v * (op === 'avg' ? 1 : w[a][b]);
    }
  }
  return op === 'avg' ? total / k ** 2 : total;
}

const name = (array, i, j) => `${array}[${number(i)}, ${number(j)}]`;

function sumOfOutput(net, i, j) {
  const values = terms(net, i, j), value = ({ v }) => factor(v ?? 0), sums = {
    conv: () => values.map(term => value(term) + '·' + factor(net.w[term.a][term.b])).join(' + '),
    max: () => `max(${values.map(({ v }) => number(v ?? -Infinity)).join(', ')})`,
    avg: () => `(${values.map(value).join(' + ')}) / ${net.k ** 2}`,
  };
  const y = `${name('y', i, j)} = `, sides = [sums[net.op](), number(output(net, i, j))];
  return y + (net.k > 3 ? sides.reverse() : sides).join(' = ');      // what is too long is cut off
}

/** The gradient of L at input (r, c), as a sum over the outputs that it reaches; g is the gradient at y. */
function sumOfInput(net, r, c) {
  const used = readers(net, r, c), x = name('x', r, c), g = ({ i, j }) => name('g', i, j);
  if (!used.length) return x + ' is read by no output: its gradient is 0';
  const wins = used.filter(({ i, j }) => [winners(net, i, j)[0]].some(first => first?.r === r && first.c === c));
  return `${x} feeds ${used.map(({ i, j }) => name('y', i, j)).join(', ')}: ∂L/∂${x} = ` + {
    conv: () => used.map(use => `${g(use)}·${factor(net.w[use.a][use.b])}`).join(' + '),
    max: () => wins.map(g).join(' + ') || '0: it wins no window',
    avg: () => `(${used.map(g).join(' + ')}) / ${net.k ** 2}`,
  }[net.op]();
}

/** The gradient of L at weight (a, b), as a sum over all positions of the window. */
const sumOfWeight = (net, a, b) => `∂L/∂${name('w', a, b)} = `
  + (known(meetings(net, a, b)).map(({ i, j, v }) => `${name('g', i, j)}·${factor(v)}`).join(' + ') || '0');

/** What lights up, as keys 'input r c', 'weight a b', 'output i j', for what is pointed at or else picked. */
function lit(net, { kind, i, j }) {
  const links = { output: terms, input: readers, weight: meetings }[kind](net, i, j);
  return new Set([`${kind} ${i} ${j}`, ...links.flatMap(link =>
    [`input ${link.r} ${link.c}`, `weight ${link.a} ${link.b}`, `output ${link.i} ${link.j}`])]);
}

function sizeFormula({ axes, k, s, d, m, error }) {
  const lines = axes.map((axis, i) => [`⌊(${axis.n} + 2·${axis.p} − ${d}·(${k}−1) − 1) / ${s}⌋ + 1 = `
    + `⌊${number(axis.n + 2 * axis.p - span(axis))} / ${s}⌋ + 1`, error ? '' : answer(` = ${m[i]}`)]);
  return equal(...axes) ? lines[0] : ['rows: ', ...lines[0], h('br'), 'columns: ', ...lines[1]];
}

function torchCall({ op, rows, columns, k, s, d, m, error }) {
  const p = rows.p === columns.p ? rows.p : `(${rows.p}, ${columns.p})`, steps = `stride=${s}, padding=${p}`;
  const call = { conv: `conv2d(x, w, ${steps}, dilation=${d})`, max: `max_pool2d(x, ${k}, ${steps}, dilation=${d})`, avg: `avg_pool2d(x, ${k}, ${steps})` };
  return [`F.${call[op]}  # (1, 1, ${rows.n}, ${columns.n}) → `, answer(error ? 'RuntimeError' : `(1, 1, ${m.join(', ')})`)];
}

function sentenceOfWinners(net) {
  const groups = everyOutput(net).map(([i, j]) => winners(net, i, j)).filter(group => group.length);
  const reached = new Set(groups.map(([first]) => `${first.r} ${first.c}`)).size, ties = groups.filter(group => group[1]).length;
  return `Each of ${count(groups.length, 'window')} passes its gradient to one winner: ${reached} of ${net.x.flat().length} inputs get some. `
    + (ties ? `${count(ties, 'window has', 'windows have')} a tie, and the first in scan order wins.` : 'No window has a tie.');
}

function sentenceOf(net) {
  if (net.error) return net.error;
  if (net.op === 'max') return sentenceOfWinners(net);
  const read = net.x.flatMap((row, r) => row.map((_, c) => timesRead(net, r, c))), unread = read.filter(times => !times).length;
  if (unread) {
    return `${unread} of ${read.length} inputs ${unread === 1 ? 'is' : 'are'} read by no output (hatched): they cannot change y, and their gradient is 0.`;
  }
  const least = Math.min(...read), most = Math.max(...read);
  return `Every one of the ${read.length} inputs is read, by ${least < most ? least + ' to ' : ''}${count(most, net.op === 'conv' ? 'product' : 'window')}.`;
}

/** Show an element only in states that no control of the page leads to: else it takes no place. */
function onlyIf(f, test, element) {
  f.follow(() => { element.classList.toggle('cx-gone', !test()); });
  return element;
}

/** One slider for both axes, or one for each if the state holds two numbers. */
function perAxis(f, key, label) {
  const get = () => f.get(key), apart = () => Array.isArray(get());
  const make = (words, axis, put) => {
    const control = slider({ label: label + words, symbol: key, ...f.limits[key], change: value => f.put({ [key]: put(value) }) });
    f.follow(() => control.show(at(get(), axis)));
    return onlyIf(f, () => apart() === Boolean(words), control.el);
  };
  return [make('', 0, value => value), make(', rows', 0, value => [value, get()[1]]), make(', columns', 1, value => [get()[0], value])];
}

/** The output that the state picks, or the nearest that there is. */
const picked = ({ m }, get) => ({ kind: 'output', i: clamp(get('r'), 0, m[0] - 1), j: clamp(get('c'), 0, m[1] - 1) });

/** A cell of the padded input: its value, or how often it is read; r and c count from the input's own corner. */
function inputCell(net, counting, on, best, r, c) {
  const value = net.x[r]?.[c], real = value !== undefined, times = timesRead(net, r, c), v = real && counting ? times : value ?? 0;
  const rank = best.findIndex(winner => winner.r === r && winner.c === c), ties = rank > 0, wins = rank === 0;
  const text = real ? number(v) : counting ? '' : net.op === 'max' ? '−∞' : '0';
  return { v, text, fixed: !real || counting, name: `${real ? 'x' : 'padding'} ${r}, ${c}`,
    mark: marks({ on: on.has(`input ${r} ${c}`), padding: !real, unread: real && net.m[0] && !times, wins, ties }),
    more: `, read by ${count(times, net.op === 'conv' ? 'product' : 'window')}` + (wins ? ', wins' : ties ? ', ties with the winner' : '') };
}

function render({ model, el }) {
  const lines = ['n', 'p'].some(key => Array.isArray(model.get(key))) ? [63, 66] : 54;
  const f = frame({ model, el }, 'stride, padding, dilation', { prompt: 'Drag the window over the input.',
    room: { formula: lines, sentence: model.get('op') === 'max' ? 138 : 98, call: 83, question: 40 } });
  const { get, put } = f, padding = axis => at(get('p'), axis);
  const editInput = f.editTable('x'), pointInput = f.point('input');
  // As many rows as it begins with, and two more: of a list of numbers most would stay empty.
  const first = layer(get), rows = (now, least, most) => clamp(now + 2, least, most);
  const X = grid({ role: 'input', label: 'Input with padding', room: [rows(first.rows.n + 2 * first.rows.p, 5, 9), 9],
    edit(i, j, change) {
      const r = i - padding(0), c = j - padding(1);
      if (!get('reads') && layer(get).x[r]?.[c] !== undefined) editInput(r, c, change);
    },
    point: (i, j) => (i === undefined ? pointInput() : pointInput(i - padding(0), j - padding(1))),
    take(i, j) {                        // its window follows
      const { m, s } = layer(get), from = chosen(), to = (start, way, axis) => clamp(start + Math.round(way / s), 0, m[axis] - 1);
      return m[0] && ((r, c) => put({ r: to(from.i, r - i, 0), c: to(from.j, c - j, 1) }));
    } });
  const W = grid({ role: 'kernel', label: 'Kernel', room: [rows(first.k, 3, 5), 5], edit: f.editTable('w'), point: f.point('weight') });
  const Y = grid({ role: 'output', label: 'Output', room: [rows(first.m[0], 3, 6), 6], point: f.point('output'), pick: (r, c) => put({ r, c }) });
  Y.el.classList.add('cx-answer');

  const pools = () => get('op') !== 'conv', averages = () => get('op') === 'avg';
  f.controls(onlyIf(f, pools, f.choice('op', 'pooling', { max: 'max', avg: 'average' })),
    ...perAxis(f, 'n', 'input size'), f.slider('k', 'kernel size'), ...perAxis(f, 'p', 'padding'), f.slider('s', 'stride'),
    f.when(() => !averages(), f.slider('d', 'dilation')), f.toggle('reads', 'how often each is read'));
  f.views.append(X.el, onlyIf(f, () => !pools(), W.el), Y.el);
  const size = () => layer(get).m, chosen = () => picked(layer(get), get);
  f.player('output', () => size()[0] * size()[1], () => chosen().i * size()[1] + chosen().j,
    place => put({ r: Math.floor(place / size()[1]), c: place % size()[1] }));

  return f.start(() => {
    const net = layer(get), { rows, columns } = net, choice = picked(net, get);
    const ends = { output: net.m, weight: [net.k, net.k], input: [rows.n + rows.p, columns.n + columns.p] }[f.pointed?.kind];
    const there = ends && f.pointed.i < ends[0] && f.pointed.j < ends[1];
    const focus = !net.m[0] ? { kind: 'none' } : there ? f.pointed : choice, { i, j } = focus;
    const on = net.m[0] ? lit(net, focus) : new Set();
    const best = net.op === 'max' && focus.kind === 'output' ? winners(net, i, j) : [];
    const y = table(...net.m, (a, b) => output(net, a, b));
    const tall = rows.n + 2 * rows.p, wide = columns.n + 2 * columns.p, said = sentenceOf(net);
    X.set([get('reads') ? 'Times read ' : 'Input x ', h('small', {}, `${rows.n} × ${columns.n}` + (rows.p || columns.p ? `, padded ${tall} × ${wide}` : ''))],
      table(tall, wide, (a, b) => inputCell(net, get('reads'), on, best, a - rows.p, b - columns.p)));
    const seen = focus.kind === 'output' ? focus : choice;
    if (net.error) X.window();
    else X.window(seen.i * net.s, seen.j * net.s, span(rows), span(columns));
    W.set(['w ', h('small', {}, `${net.k} × ${net.k}` + (net.d > 1 ? `, spans ${span(rows)}` : ''))],
      table(net.k, net.k, (a, b) => ({ v: net.w[a][b], name: `w ${a}, ${b}`, mark: marks({ on: on.has(`weight ${a} ${b}`) }) })));
    Y.set(['Output y ', h('small', {}, net.error ? 'none' : `${net.m[0]} × ${net.m[1]}`)],
      y.map((row, a) => row.map((v, b) => ({ v, name: `y ${a}, ${b}`, mark: marks({ on: on.has(`output ${a} ${b}`), picked: a === choice.i && b === choice.j }) }))));
    const sums = { output: sumOfOutput, input: sumOfInput, weight: sumOfWeight, none: () => '' };
    f.write({
      formula: sizeFormula(net), sum: sums[focus.kind](net, i, j), sentence: said, call: torchCall(net),
      warn: net.error || said.includes('no output'),
      question: 'How many columns will the output have?', solution: net.error ? null : net.m[1],
    });
  });
}

export default { render };
