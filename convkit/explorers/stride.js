// Which inputs does a layer read, how often, and what size comes out? Also for max and average pooling.
import { clamp, inside, largest, outputSize, pairs, reads, span, sum, table, uses } from './lib/arithmetic.js';
import { count, factor, h, number, slider } from './lib/dom.js';
import { answer, frame } from './lib/frame.js';
import { grid } from './lib/grid.js';

const at = (value, axis) => (Array.isArray(value) ? value[axis] : value);

/** The settings along rows and columns, the output's size m (0 by 0 where torch raises an error). */
function layer(get) {
  const op = get('op'), k = get('k'), s = get('s'), d = op === 'avg' ? 1 : get('d');
  const axes = [0, 1].map(axis => ({ n: at(get('n'), axis), p: at(get('p'), axis), k, s, d }));
  const sizes = axes.map(outputSize), error = axes.map(axis => problem(axis, op)).find(Boolean);
  const x = get('x').slice(0, axes[0].n).map(row => row.slice(0, axes[1].n));
  const w = get('w').slice(0, k).map(row => row.slice(0, k));
  return { op, k, s, d, axes, x, w, error, m: error ? [0, 0] : sizes };
}

function problem(axis, op) {
  if (op !== 'conv' && axis.p > Math.floor(axis.k / 2)) {
    return `The padding ${axis.p} is more than half of the kernel size ${axis.k}: torch raises an error.`;
  }
  if (outputSize(axis) > 0) return '';
  return `The kernel spans ${span(axis)} places and the padded input has only ${axis.n + 2 * axis.p}: torch raises an error.`;
}

/** What output (i, j) reads: weight (a, b), input (r, c), and its value, null in the padding. */
const terms = ({ axes: [rows, columns], x }, i, j) => pairs(reads(i, rows), reads(j, columns)).map(([u, v]) => ({
  a: u.a, b: v.a, r: u.at, c: v.at, v: inside(u.at, rows.n) && inside(v.at, columns.n) ? x[u.at][v.at] : null,
}));

/** Who reads input (r, c): output (i, j) with weight (a, b). */
const readers = ({ axes: [rows, columns], m }, r, c) => (m[0] ? pairs(uses(r, rows), uses(c, columns)) : [])
  .map(([u, v]) => ({ i: u.i, j: v.i, a: u.a, b: v.a }));

/** The values that a window of max pooling holds at its maximum, in scan order: the first one wins.
 * There is none in a window of nothing but padding, which a dilation can jump to. */
function winners(net, i, j) {
  const known = terms(net, i, j).filter(term => term.v !== null), most = Math.max(...known.map(term => term.v));
  return known.filter(term => term.v === most);
}

function output(net, i, j) {
  if (net.op === 'max') return winners(net, i, j)[0]?.v ?? -Infinity;
  const known = terms(net, i, j).filter(term => term.v !== null);
  if (net.op === 'avg') return sum(known.map(term => term.v)) / net.k ** 2;
  return sum(known.map(term => term.v * net.w[term.a][term.b]));
}

const name = (array, i, j) => `${array}[${number(i)}, ${number(j)}]`;

function sumOfOutput(net, i, j) {
  const values = terms(net, i, j), y = number(output(net, i, j)), parts = {
    conv: () => values.map(({ a, b, v }) => `${factor(v ?? 0)}·${factor(net.w[a][b])}`).join(' + '),
    max: () => `max(${values.map(({ v }) => (v === null ? '−∞' : number(v))).join(', ')})`,
    avg: () => `(${values.map(({ v }) => factor(v ?? 0)).join(' + ')}) / ${net.k ** 2}`,
  };
  return `${name('y', i, j)} = ${parts[net.op]()} = ${y}`;
}

/** The gradient of L at input (r, c), as a sum over the outputs that it reaches; g is the gradient at y. */
function sumOfInput(net, r, c) {
  const used = readers(net, r, c), wins = used.filter(({ i, j }) => beats(net, i, j, r, c));
  if (!used.length) return `${name('x', r, c)} is read by no output: its gradient is 0`;
  const start = `∂L/∂${name('x', r, c)} = `, over = list => list.map(({ i, j }) => name('g', i, j)).join(' + ');
  if (net.op === 'avg') return `${start}(${over(used)}) / ${net.k ** 2}`;
  if (net.op === 'max') return start + (over(wins) || `0: in ${count(used.length, 'window')}, and wins none`);
  return start + used.map(({ i, j, a, b }) => `${name('g', i, j)}·${factor(net.w[a][b])}`).join(' + ');
}

function beats(net, i, j, r, c) {
  const [first] = winners(net, i, j);
  return first?.r === r && first.c === c;
}

/** The gradient of L at weight (a, b), as a sum over all positions of the window. */
function sumOfWeight(net, a, b) {
  const met = everyOutput(net).map(([i, j]) => ({ i, j, ...terms(net, i, j).find(term => term.a === a && term.b === b) }));
  const known = met.filter(term => term.v !== null);
  return `∂L/∂${name('w', a, b)} = ` + (known.map(({ i, j, v }) => `${name('g', i, j)}·${factor(v)}`).join(' + ') || '0');
}

const everyOutput = ({ m }) => table(m[0], m[1], (i, j) => [i, j]).flat();

/** What lights up, as keys 'input r c', 'weight a b', 'output i j', for what is pointed at or else picked. */
function lit(net, { kind, i, j }) {
  const links = kind === 'output' ? terms(net, i, j).map(term => ({ ...term, i, j }))
    : kind === 'input' ? readers(net, i, j).map(use => ({ ...use, r: i, c: j }))
      : everyOutput(net).flatMap(([u, v]) => terms(net, u, v).map(term => ({ ...term, i: u, j: v })))
        .filter(({ a, b }) => a === i && b === j);
  return new Set([`${kind} ${i} ${j}`, ...links.flatMap(({ a, b, r, c, i: u, j: v }) =>
    [`input ${r} ${c}`, `weight ${a} ${b}`, `output ${u} ${v}`])]);
}

function sizeFormula({ axes, k, s, d, m }) {
  const line = (axis, i) => {
    const room = axis.n + 2 * axis.p - span(axis);
    return [`⌊(${axis.n} + 2·${axis.p} − ${d}·(${k}−1) − 1) / ${s}⌋ + 1 = ⌊${number(room)} / ${s}⌋ + 1`,
      m[0] ? answer(` = ${m[i]}`) : ''];
  };
  if (JSON.stringify(axes[0]) === JSON.stringify(axes[1])) return line(axes[0], 0);
  return ['rows: ', ...line(axes[0], 0), h('br'), 'columns: ', ...line(axes[1], 1)];
}

const CALLS = { conv: 'conv2d(x, w, ', max: 'max_pool2d(x, ', avg: 'avg_pool2d(x, ' };

function torchCall({ op, axes: [rows, columns], k, s, d, m }, error) {
  const p = rows.p === columns.p ? rows.p : `(${rows.p}, ${columns.p})`;
  const settings = [op !== 'conv' && k, `stride=${s}`, `padding=${p}`, op !== 'avg' && `dilation=${d}`].filter(Boolean);
  return [`F.${CALLS[op]}${settings.join(', ')})  # (1, 1, ${rows.n}, ${columns.n}) → `,
    answer(error ? 'RuntimeError' : `(1, 1, ${m[0]}, ${m[1]})`)];
}

/** How many products read each input. */
const coverage = net => net.x.map((row, r) => row.map((_, c) => readers(net, r, c).length));

function sentenceOfWinners(net, all) {
  const groups = everyOutput(net).map(([i, j]) => winners(net, i, j)).filter(group => group.length);
  const reached = new Set(groups.map(([first]) => `${first.r} ${first.c}`)).size;
  const ties = groups.filter(group => group.length > 1).length;
  return `Each of ${count(groups.length, 'window')} passes its gradient to one winner: ${reached} of ${all} inputs get some. `
    + (ties ? `${count(ties, 'window has', 'windows have')} a tie, and the first in scan order wins.` : 'No window has a tie.');
}

function sentenceOf(net) {
  if (net.error) return net.error;
  const reading = coverage(net).flat(), unread = reading.filter(times => times === 0).length, all = reading.length;
  const unreadWords = `${unread} of ${all} inputs ${unread === 1 ? 'is' : 'are'} read by no output (hatched): they cannot change y, and their gradient is 0.`;
  if (net.op === 'max') return sentenceOfWinners(net, all);
  if (unread) {
    return `${unread} of ${all} inputs ${unread === 1 ? 'is' : 'are'} read by no output (hatched): they cannot change y, and their gradient is 0.`;
  }
  const least = Math.min(...reading), most = Math.max(...reading);
  const often = (least < most ? least + ' to ' : '') + count(most, 'product');
  return `Every one of the ${all} inputs is read, by ${often}.`;
}

/** One slider for both axes, or one for each if the state holds two numbers. */
function perAxis(f, key, label) {
  const make = (words, set) => slider({ label: words, symbol: key, ...f.limits[key], change: value => f.put({ [key]: set(value) }) });
  const both = make(label, value => value);
  const rows = make(`${label}, rows`, value => [value, at(f.get(key), 1)]);
  const columns = make(`${label}, columns`, value => [at(f.get(key), 0), value]);
  f.follow(() => {
    const value = f.get(key), apart = Array.isArray(value);
    both.el.hidden = apart;
    rows.el.hidden = columns.el.hidden = !apart;
    both.show(at(value, 0));
    rows.show(at(value, 0));
    columns.show(at(value, 1));
  });
  return [both.el, rows.el, columns.el];
}

/** A control that is there only for some kinds of layer. */
function only(f, kinds, element) {
  f.follow(() => { element.hidden = !kinds.includes(f.get('op')); });
  return element;
}

function render({ model, el }) {
  const f = frame({ model, el }, { title: 'Interactive figure: stride, padding, dilation' });
  const { get, put } = f, net = () => layer(get);
  const edit = (key, offset) => (i, j, change) => {
    const r = i - offset(0), c = j - offset(1), { low, high } = f.limits[key];
    if (net()[key][r]?.[c] === undefined) return;
    put({ [key]: get(key).map((row, a) => row.map((v, b) => (a === r && b === c ? clamp(change(v), low, high) : v))) });
  };
  // Cells of the input's grid count from the padding's corner, inputs from their own.
  const padding = axis => at(get('p'), axis);
  const pointInput = f.point('input');
  const X = grid({ role: 'input', label: 'Input with padding', edit: edit('x', padding),
    point: (i, j) => (i === undefined ? pointInput() : pointInput(i - padding(0), j - padding(1))) });
  const W = grid({ role: 'kernel', label: 'Kernel', edit: edit('w', () => 0), point: f.point('weight') });
  const Y = grid({ role: 'output', label: 'Output', point: f.point('output'), pick: (r, c) => put({ r, c }) });
  Y.el.classList.add('cx-answer');
  const picked = ({ m }) => ({ kind: 'output', i: clamp(get('r'), 0, m[0] - 1), j: clamp(get('c'), 0, m[1] - 1) });

  f.controls(only(f, ['max', 'avg'], f.choice('op', 'pooling', { max: 'maximum', avg: 'average' })),
    ...perAxis(f, 'n', 'input size'), f.slider('k', 'kernel size'), ...perAxis(f, 'p', 'padding'), f.slider('s', 'stride'),
    only(f, ['conv', 'max'], f.slider('d', 'dilation')));
  f.views.append(X.el, only(f, ['conv'], W.el), Y.el);
  f.player('output', by => {
    const now = net(), { i, j } = picked(now), width = now.m[1], place = i * width + j;
    const next = clamp(place + by, 0, now.m[0] * width - 1);
    if (!width || next === place) return false;
    put({ r: Math.floor(next / width), c: next % width });
    return true;
  });

  function inputCell(now, on, best, i, j) {
    const r = i - padding(0), c = j - padding(1), v = now.x[r]?.[c];
    const read = count(readers(now, r, c).length, now.op === 'conv' ? 'product' : 'window');
    const lights = on.has(`input ${r} ${c}`) ? 'cx-on ' : '';
    if (v === undefined) {
      const text = now.op === 'max' ? '−∞' : '0';
      return { v: 0, text, mark: lights + 'cx-padding', say: `padding ${r}, ${c}: ${text}, read by ${read}`, fixed: true };
    }
    const rank = best.findIndex(winner => winner.r === r && winner.c === c);
    const mark = lights + (readers(now, r, c).length || !now.m[0] ? '' : 'cx-unread ') + ['', 'cx-wins', 'cx-ties'][Math.min(rank + 1, 2)];
    const won = ['', ', wins', ', ties with the winner'][Math.min(rank + 1, 2)];
    return { v, scale: now.largest, mark, say: `x ${r}, ${c}: ${number(v)}, read by ${read}${won}` };
  }

  return f.start(() => {
    const now = net(), [rows, columns] = now.axes, choice = picked(now);
    const focus = now.m[0] ? f.pointed || choice : { kind: 'none' };
    const on = now.m[0] ? lit(now, focus) : new Set(), { i, j } = focus;
    const best = now.op === 'max' && focus.kind === 'output' ? winners(now, i, j) : [];
    const y = table(now.m[0], now.m[1], (a, b) => output(now, a, b)), most = largest(y);
    now.largest = largest(now.x);
    const padded = rows.p || columns.p ? `, padded ${rows.n + 2 * rows.p} × ${columns.n + 2 * columns.p}` : '';
    X.set(['Input x ', h('small', {}, `${rows.n} × ${columns.n}${padded}`)],
      table(rows.n + 2 * rows.p, columns.n + 2 * columns.p, (a, b) => inputCell(now, on, best, a, b)));
    W.set(['Kernel w ', h('small', {}, `${now.k} × ${now.k}` + (now.d > 1 ? `, spans ${span(rows)}` : ''))],
      table(now.k, now.k, (a, b) => ({ v: now.w[a][b], scale: largest(now.w), mark: on.has(`weight ${a} ${b}`) ? 'cx-on' : '',
        say: `w ${a}, ${b}: ${number(now.w[a][b])}` })));
    Y.set(['Output y ', h('small', {}, now.error ? 'none' : `${now.m[0]} × ${now.m[1]}`)],
      y.map((row, a) => row.map((v, b) => ({ v, scale: most, say: `y ${a}, ${b}: ${number(v)}`,
        mark: (on.has(`output ${a} ${b}`) ? 'cx-on ' : '') + (a === choice.i && b === choice.j ? 'cx-picked' : '') }))));
    const sums = { output: sumOfOutput, input: sumOfInput, weight: sumOfWeight, none: () => '' };
    f.write({
      formula: sizeFormula(now), sum: sums[focus.kind](now, i, j), sentence: sentenceOf(now),
      warn: now.error || sentenceOf(now).includes('no output'), call: torchCall(now, now.error),
      question: 'How many columns will the output have?', solution: now.error ? null : now.m[1],
    });
  });
}

export default { render };
