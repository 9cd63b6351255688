// Where does the gradient of an output go, and where does that of an input come from?
import { clamp, outputSize, range, reads, sum, table } from './lib/arithmetic.js';
import { count, factor, h, marks, number } from './lib/dom.js';
import { answer, frame } from './lib/frame.js';
import { grid } from './lib/grid.js';

/** The layer; a tap { r, a, j } is weight a of output r at input j, and `sent` what r sends to j along it. */
function layer(get, changes = {}) {
  const [op, n, k, s, x, w, g] = ['op', 'n', 'k', 's', 'x', 'w', 'g'].map(key => changes[key] ?? get(key)), axis = { n, k, s, p: 0, d: 1 };
  const error = k > n ? `The kernel spans ${k} places and the input has only ${n}: torch raises an error.` : '';
  const first = (values, n) => range(n).map(i => values[i] ?? 0), m = error ? 0 : outputSize(axis);
  const net = { op, n, k, s, m, error, x: first(x, n), w: first(w, k), g: first(g, m), parts: op === 'avg' ? k : 1 };
  const window = r => reads(r, axis).map(({ a, at }) => ({ r, a, j: at }));
  const top = r => Math.max(...window(r).map(({ j }) => net.x[j]));
  /** All that output r reads, and in max pooling the inputs that hold the maximum, the winner first. */
  net.window = window;
  net.holders = r => window(r).filter(({ j }) => net.x[j] === top(r));
  net.taps = range(m).flatMap(r => (op === 'max' ? [net.holders(r)[0]] : window(r)));
  // In parts, of which `parts` make one: averages are fractions, and these are whole numbers.
  net.factor = ({ a }) => (op === 'conv' ? net.w[a] : 1);
  net.sent = tap => net.g[tap.r] * net.factor(tap);
  net.y = range(m).map(r => sum(net.taps.filter(tap => tap.r === r).map(tap => net.x[tap.j] * net.factor(tap))));
  net.loss = sum(net.y.map((y, r) => y * net.g[r]));
  return net;
}

const share = (value, { parts }) => (value % parts ? `${number(value)}/${parts}` : number(value / parts));
const gradient = (net, key, i) => sum(net.taps.filter(tap => tap[key] === i).map(tap => (key === 'j' ? net.sent(tap) : net.g[tap.r] * net.x[tap.j])));

/** Sums of gradients, and what a step of 1 does to L. */
function sumOf(net, { kind, i, j }, taps, get) {
  const { op, k, x, w, g, parts } = net, name = (what, i) => `∂L/∂${what}[${i}]`;
  const per = text => (parts > 1 ? `(${text || 0}) / ${parts}` : text || '0');
  const terms = {
    gx: () => [name('x', i), taps.map(({ r, a }) => `g[${r}]${op === 'conv' ? `·w[${a}]` : ''}`), taps.map(tap => factor(g[tap.r]) + (op === 'conv' ? '·' + factor(w[tap.a]) : ''))],
    gw: () => [name('w', i), taps.map(({ r, j }) => `g[${r}]·x[${j}]`), taps.map(({ r, j }) => `${factor(g[r])}·${factor(x[j])}`)],
  }[kind]?.();
  if (terms) {
    const [what, names, values] = terms;
    return `${what} = ${per(names.join(' + '))} = ${per(values.join(' + '))} = ${share(gradient(net, kind === 'gx' ? 'j' : 'a', i), net)}`;
  }
  if (kind === 'x' || kind === 'w') {
    const after = layer(get, { [kind]: net[kind].map((v, at) => v + (at === i)) }), grows = after.loss - net.loss, says = gradient(net, kind === 'x' ? 'j' : 'a', i);
    return `${kind}[${i}] + 1: L goes from ${share(net.loss, net)} to ${share(after.loss, net)}, by ${share(grows, net)}`
      + (grows === says ? `, as ${name(kind, i)} says` : `; ${name(kind, i)} = ${share(says, net)} holds only while the same inputs win`);
  }
  if (kind === 't') return taps.length ? `output ${i} sends ${per(`g[${i}]${op === 'conv' ? `·w[${taps[0].a}]` : ''}`)} = ${share(net.sent(taps[0]), net)} to x[${j}]` : `output ${i} sends nothing to x[${j}]`;
  const to = taps.map(tap => `x[${tap.j}]`).join(', ');
  return `output ${i} sends g[${i}] = ${number(g[i])}${op === 'conv' ? ' times w' : op === 'avg' ? ` / ${k}` : ', whole,'} to ${to}`;
}

function sentenceOf({ op, n, k, s, m, g, window, holders }) {
  const total = number(sum(g)), read = new Set(range(m).flatMap(r => window(r).map(({ j }) => j))), unread = range(n).filter(j => !read.has(j));
  const tie = op === 'max' ? range(m).find(r => holders(r)[1]) : undefined;
  return {
    conv: s === 1 ? '∂L/∂x is the full convolution of g with w, ∂L/∂w the correlation of x with g.'
      : `∂L/∂x is the full convolution of w with g, ${count(s - 1, 'zero')} put between its numbers.`,
    max: `Each g goes to one winner, whole: ∂L/∂x adds up to ${total}, as g does.` + (tie === undefined ? '' : ` Output ${tie} has a tie: the first wins.`),
    avg: `Each g is shared out evenly to ${count(k, 'input')}: ∂L/∂x adds up to ${total}, as g does.`,
  }[op] + (unread.length ? ` ${unread.map(j => `x[${j}]`).join(', ')} ${unread.length === 1 ? 'is' : 'are'} read by no output: gradient 0.` : '');
}

function call({ op, n, k, s, error }) {
  const made = op === 'conv' ? `conv1d(x, w, stride=${s})` : `${op}_pool1d(x, ${k}, ${s})`;
  return error ? `F.${made}  # RuntimeError` : [`y = F.${made}`, h('br'), ` y.backward(g)  # x.grad: (1, 1, ${n})${op === 'conv' ? `, w.grad: (1, 1, ${k})` : ''}`];
}

function render({ model, el }) {
  const f = frame({ model, el }, 'backward', { prompt: 'Drag a number of g up, or press Play.', low: true,
    room: { formula: 80, sentence: 150, call: [36, 50, 6], question: 18 } });
  const { get, put, limits } = f;
  const edit = (key, index) => (...place) => {
    const change = place.pop(), at = place[index], { low, high } = limits[key], old = get(key);
    put({ [key]: range(Math.max(old.length, at + 1)).map(i => (i === at ? clamp(change(old[i] ?? 0), low, high) : old[i] ?? 0)) });
  };
  const row = (kind, role, label, size, acts) => grid({ role, label, room: [1, size], point: (_, j) => f.point(kind)(j), ...acts });
  const column = (kind, role, label, acts) => grid({ role, label, room: [5, 1], point: f.point(kind), ...acts });
  const X = row('x', 'input', 'Input x', 7, { edit: edit('x', 1) });
  const W = row('w', 'kernel', 'Kernel w', 4, { edit: edit('w', 1) });
  const Y = column('y', 'output', 'Output y', { pick: i => put({ way: 'scatter', i }) });
  const G = column('g', 'gradient', 'Gradient g at y', { edit: edit('g', 0) });
  const step = (r, j) => put({ i: get('way') === 'scatter' ? r : j });
  const T = grid({ role: 'gradient', label: 'What outputs send to inputs', room: [5, 7], point: f.point('t'), pick: step, take: () => step });
  const GX = row('gx', 'gradient', 'Gradient of x', 7, { pick: (_, i) => put({ way: 'gather', i }) });
  const GW = row('gw', 'gradient', 'Gradient of w', 4);
  for (const view of [T, GX, GW]) view.el.classList.add('cx-answer');

  const conv = () => get('op') === 'conv', scatter = () => get('way') === 'scatter', size = () => layer(get)[scatter() ? 'm' : 'n'];
  f.controls(f.choice('op', 'layer', { conv: 'convolution', max: 'maximum', avg: 'average' }),
    f.choice('way', 'steps', { scatter: 'scatter', gather: 'gather' }),
    f.slider('n', 'input size'), f.slider('k', 'kernel size'), f.slider('s', 'stride'));
  f.views.append(h('div.cx-flow', {}, X.el, GX.el, Y.el, G.el, T.el), f.stack(f.when(conv, h('div', {}, h('div.cx-kernels', {}, W.el, GW.el)))));
  f.player('step', () => (layer(get).error ? 0 : size()), () => Math.min(get('i'), size() - 1), i => put({ i }));

  return f.start(() => {
    const net = layer(get), { op, n, k, m, s, x, w, g, taps, error } = net, last = Math.min(get('i'), (scatter() ? m : n) - 1);
    const ends = { x: n, gx: n, w: k, gw: k, y: m, g: m, t: m }, there = f.pointed && !error && f.pointed.i < ends[f.pointed.kind] && (f.pointed.j ?? 0) < n;
    const focus = there ? f.pointed : scatter() ? { kind: 'g', i: last } : { kind: 'gx', i: last }, { kind, i, j } = focus;
    const of = { x: 'j', gx: 'j', w: 'a', gw: 'a', y: 'r', g: 'r', t: 'r' }[kind], found = taps.filter(tap => tap[of] === i && (kind !== 't' || tap.j === j));
    const weight = of === 'a', on = new Set(error ? [] : [`${kind} ${i}`, kind === 't' && `t ${i} ${j}`, weight && `w ${i}`, weight && `gw ${i}`, ...found.flatMap(tap =>
      [`x ${tap.j}`, `g ${tap.r}`, `t ${tap.r} ${tap.j}`, !weight && `y ${tap.r}`, !weight && `gx ${tap.j}`, op === 'conv' && `w ${tap.a}`])]);
    const done = ({ r, j }) => (scatter() ? r : j) <= last, kept = taps.filter(done);
    const cell = (kind, name = kind) => (v, i) => ({ v, name: `${name} ${i}`, mark: marks({ on: on.has(`${kind} ${i}`) }) });
    const shared = (kind, name, picked) => (v, i) => ({ ...cell(kind, name)(v, i), text: share(v, net), mark: marks({ on: on.has(`${kind} ${i}`), picked: i === picked }) });
    const down = cells => cells.map(one => [one]);

    X.set(['x ', h('small', {}, 'input')], [x.map(cell('x'))]);
    Y.set('y', down(net.y.map(shared('y', 'y', scatter() ? last : -1))));
    G.set('g', down(g.map(cell('g'))));
    T.set([{ conv: 'g·w', max: 'g', avg: `g/${k}` }[op] + ' ', h('small', {}, scatter() ? 'a row from each output' : 'a column to each input')],
      table(m, n, (r, j) => {
        const tap = taps.find(tap => tap.r === r && tap.j === j), read = net.window(r).some(tap => tap.j === j), shown = read && done({ r, j }), v = shown && tap ? net.sent(tap) : 0;
        return { v, text: shown ? share(v, net) : '', name: `output ${r} to x ${j}`,
          mark: marks({ on: on.has(`t ${r} ${j}`), plain: !read, even: op === 'max' && shown && !tap && net.holders(r).some(tap => tap.j === j) }) };
      }));
    const readers = range(m).filter(r => net.window(r).some(tap => tap.j === last));
    T.window(...(error || !(scatter() || readers.length) ? [] : scatter() ? [last, last * s, 1, k] : [readers[0], last, readers.length, 1]));
    const steps = scatter() ? m : n, rest = !error && last < steps - 1;
    GX.set(['∂L/∂x ', h('small', {}, rest ? `${last + 1} of ${count(steps, scatter() ? 'output' : 'input')}` : 'sums of columns')],
      [error ? [] : range(n).map(j => ({ ...shared('gx', 'gradient of x', scatter() ? -1 : last)(sum(kept.filter(tap => tap.j === j).map(net.sent)), j), ...(scatter() || j <= last ? {} : { text: '' }) }))]);
    W.set('w', [w.map(cell('w'))]);
    GW.set('∂L/∂w', [error || op !== 'conv' ? [] : range(k).map(a => cell('gw', 'gradient of w')(gradient(net, 'a', a), a))]);

    const asked = scatter() ? Math.floor(n / 2) : last, terms = net.y.map((y, r) => `${factor(g[r])}·${share(y, net).replace(/^−.*/, '($&)')}`).join(' + ');
    f.write({
      formula: error ? '' : `L = g·y = ${terms} = ${share(net.loss, net)}`, sum: error ? '' : answer(sumOf(net, focus, found, get)),
      sentence: error || answer(sentenceOf(net)), warn: error, call: call(net),
      question: `What is ∂L/∂x[${asked}]?`, solution: error ? null : gradient(net, 'j', asked) / net.parts,
    });
  });
}

export default { render };
