// Is the output the sum of what each input does? And does it move along when its input moves?
import { inside, largest, outputSize, range, reads, sum } from './lib/arithmetic.js';
import { count, factor, h, marks, number } from './lib/dom.js';
import { answer, frame } from './lib/frame.js';
import { plot } from './lib/plot.js';

const N = 12, LARGEST = 4;              // inputs, and the largest of them

/** The layer f: output i takes input j times weight a, which is one tap. */
function layer(get) {
  const net = Object.fromEntries(['x', 'z', 'w', 'b', 's', 'relu', 'test'].map(key => [key, get(key)]));
  const axis = { n: N, k: 3, p: 1, s: net.s, d: 1 }, wrap = at => (net.zeros ? at : (at + N) % N);
  net.zeros = get('padding') === 'zeros';
  net.m = outputSize(axis);
  net.taps = range(net.m).flatMap(i => reads(i, axis).map(({ a, at }) => ({ i, a, j: wrap(at) }))).filter(({ j }) => inside(j, N));
  net.n = net.test === 'shift' ? get('n') : 0;
  net.by = Math.floor(net.n / net.s);   // how far the output is to move
  return net;
}

const shift = (values, by) => values.map((_, i) => values[(i - by + values.length) % values.length]);
const tapsOf = ({ taps }, i) => taps.filter(tap => tap.i === i);
const linear = (net, v) => range(net.m).map(i => net.b + sum(tapsOf(net, i).map(({ a, j }) => v[j] * net.w[a])));
const respond = (net, v) => linear(net, v).map(y => (net.relu ? Math.max(0, y) : y));

/** What the figure compares: f(x) and f(z), their sum's f, what is left over; f(shift x) and shift f(x). */
function compare(net) {
  const { x, z, n, by } = net, y = respond(net, x), fz = respond(net, z), both = respond(net, x.map((v, j) => v + z[j]));
  return { y, fz, both, left: both.map((v, i) => v - y[i] - fz[i]), after: respond(net, shift(x, n)), old: shift(y, by) };
}

/** The things that one tap ties together, of which all light up if one is pointed at. */
function ties({ taps, test, n, m, by }) {
  const direct = taps.map(({ i, a, j }) => [`x ${(j - n + N) % N}`, `z ${j}`, `moved ${j}`, `w ${a}`, `y ${i}`, `part ${i} ${j}`]);
  return test === 'shift' ? [...direct, ...taps.map(({ i, a, j }) => [`x ${j}`, `w ${a}`, `old ${(i + by) % m}`])] : direct;
}

function sumOf(net, { y, fz, both, left, after, old }, i) {
  if (net.test === 'additivity') {
    return `(f(x + z) − f(x) − f(z))[${i}] = ${number(both[i])} − ${factor(y[i])} − ${factor(fz[i])} = ${number(left[i])}`;
  }
  if (net.test === 'shift') {
    return `f(shift x)[${i}] = ${number(after[i])}; shift f(x)[${i}] = f(x)[${(i - net.by + net.m) % net.m}] = ${number(old[i])}`;
  }
  const terms = tapsOf(net, i).map(({ a, j }) => `${factor(net.x[j])}·${factor(net.w[a])}`).join(' + ') + (net.b ? ' + ' + net.b : '');
  return `y[${i}] = ${net.relu ? 'max(0, ' + terms + ')' : terms} = ${number(y[i])}`;
}

const most = values => Math.max(...values.map(Math.abs));
const differing = (a, b) => a.filter((v, i) => v !== b[i]).length;

function sentenceOf(net, { y, left, after, old }) {
  const { x, w, b, s, n, by, m, taps, zeros } = net;
  if (net.test === 'additivity') {
    const off = left.filter(Boolean).length;
    return off ? `The largest residual is ${most(left)}, and ${off} of ${m} are not 0: f is not linear.`
      : `All ${m} residuals are 0: f(x + z) = f(x) + f(z) for these x and z.`;
  }
  if (net.test === 'shift') {
    const found = differing(after, old), why = [n % s && `the shift ${n} is no multiple of the stride ${s}`, zeros && 'zero padding marks the ends'];
    return `Shift x by ${n}, or f(x) by ${by}: ${found} of ${m} outputs differ` + (found ? `, as ${why.filter(Boolean).join(' and ')}.`
      : `. That is equivariance; invariance would leave y as it was, and ${differing(after, y)} of ${m} outputs changed.`);
  }
  const copies = range(N).filter(j => x[j] && taps.some(tap => tap.j === j && w[tap.a])).length;
  return `y adds up ${count(copies, 'copy', 'copies')} of w, mirrored and scaled, one from each input that is not 0.`
    + (zeros ? ' Zero padding cuts them off at the ends.' : ' Circular padding lets them wrap around.')
    + (b ? ` The bias adds ${b} to every output, and no input owns it.` : '')
    + (net.relu ? ' ReLU then sets every negative output to 0.' : '');
}

function call({ relu, b, s, m, n, by, test, zeros }) {
  const weights = `w${b ? ', b' : ''}, stride=${s}`, conv = zeros ? `F.conv1d(v, ${weights}, padding=1)`
    : `F.conv1d(F.pad(v, (1, 1), mode="circular"), ${weights})`;
  const asked = { superposition: 'f(x)', additivity: 'f(x + z) - f(x) - f(z)', shift: `f(x.roll(${n}, -1)) - f(x).roll(${by}, -1)` }[test];
  return ['f = lambda v: ' + (relu ? `F.relu(${conv})` : conv), h('br'), ` ${asked}  # (1, 1, ${N}) → (1, 1, ${m})`];
}

const ask = ({ m, test }, { y, left, after, old }, i) => ({
  superposition: { question: `What is y[${i}]?`, solution: y[i] },
  additivity: { question: 'How large is the largest residual?', solution: most(left) },
  shift: { question: `How many of the ${m} outputs differ?`, solution: differing(after, old) },
})[test];

/** The colour of an input and of its copy; neighbours are far from each other. */
const hueOf = j => `oklch(.7 .13 ${(j * 137) % 360})`;

function render({ model, el }) {
  const f = frame({ model, el }, 'superposition and shift', { prompt: 'Drag a bar of x up or down.',
    room: { sentence: 222, call: [104, 84], question: 42 } });
  const { get, put } = f;
  /** A plot; returns its element and what draws it, with `more(i)` for bar i. */
  const view = (kind, role, label, options) => {
    const bars = plot({ role, label, half: 22, point: f.point(kind), ...options }), isOutput = role === 'output';
    bars.el.classList.toggle('cx-answer', isOutput);
    const draw = ({ on, choice }, values, scale = LARGEST, more = () => ({})) => {
      bars.set(label, values.map((v, i) => ({ v, name: `${label} ${i}`, ...more(i),
        mark: marks({ on: on.has(`${kind} ${i}`), picked: isOutput && i === choice, differs: more(i).under }) })), scale);
    };
    return [bars.el, draw];
  };
  const editable = (kind, label, role = 'input', half = 22) => view(kind, role, label, { ...f.limits[kind], edit: f.edit(kind), half });
  const result = (kind, label, half) => view(kind, 'output', label, { half, room: N, pick: i => put({ i }) });
  const [xEl, X] = editable('x', 'Input x'), [zEl, Z] = editable('z', 'Second input z'), [wEl, W] = editable('w', 'Kernel w', 'kernel', 12), [movedEl, moved] = view('moved', 'input', 'Shifted input, a roll', { half: 16 });
  const [yEl, Y] = result('y', 'Output y, of mirrored copies of w', 105), [leftEl, left] = result('y', 'f(x + z) − f(x) − f(z)', 40);
  const [afterEl, after] = result('y', 'f(shift x)', 16), [oldEl, old] = result('old', 'shift f(x)', 16);
  const when = (test, ...views) => f.when(() => get('test') === test, h('div', {}, ...views));
  f.views.append(xEl, f.stack(when('superposition', yEl), when('additivity', zEl, leftEl), when('shift', movedEl, afterEl, oldEl)));

  const question = f.choice('test', 'question',
    { superposition: 'What does each input do?', additivity: 'Is f(x + z) = f(x) + f(z)?', shift: 'Does f(x) move along with x?' });
  question.classList.add('cx-broad');
  f.controls(question, f.choice('padding'),
    f.slider('s', 'stride'), f.slider('b', 'bias'), f.toggle('relu', 'ReLU'), h('div.cx-beside', {}, wEl), f.when(() => get('test') === 'shift', f.slider('n', 'shift')));
  f.walk('i', 'output', () => layer(get).m);

  return f.start(() => {
    const net = layer(get), { x, z, w, b, test, m } = net, all = compare(net), links = ties(net), choice = Math.min(get('i'), m - 1);
    const there = f.pointed && (f.pointed.i < m || !'y old'.includes(f.pointed.kind));
    const { kind, i } = there ? f.pointed : { kind: 'y', i: choice }, key = `${kind} ${i}`;
    const on = new Set([key, ...links.filter(tie => tie.includes(key)).flat()]), now = { on, choice };
    X(now, x, LARGEST, test === 'superposition' ? j => ({ hue: hueOf(j) }) : undefined);
    W(now, w);
    // Those that do not show are drawn too: they keep their room.
    Y(now, all.y, LARGEST * sum(w.map(Math.abs)) + b || 1, at => ({ parts: [...tapsOf(net, at).map(({ a, j }) =>
      ({ v: x[j] * w[a], text: j, hue: hueOf(j), mark: marks({ on: on.has(`part ${at} ${j}`) }) })), { v: b, text: 'b' }] }));
    Z(now, z);
    left(now, all.left, largest(all.left));
    const scale = largest([all.after, all.old]), differs = at => (all.after[at] === all.old[at] ? {} : { under: at + '≠' });
    moved(now, shift(x, net.n));
    after(now, all.after, scale, differs);
    old(now, all.old, scale, differs);
    f.write({ sum: answer(sumOf(net, all, kind === 'y' || kind === 'old' ? i : choice)),
      sentence: answer(sentenceOf(net, all)), call: call(net), ...ask(net, all, choice) });
  });
}

export default { render };
