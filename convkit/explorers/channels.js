// How does a layer turn C maps into D maps? A board of kernels, one for each pair of an output and an input.
import { clamp, equal, inside, largest, pairs, range, sum, table } from './lib/arithmetic.js';
import { choice, count, factor, h, marks, NEGATIVE, number, POSITIVE } from './lib/dom.js';
import { answer, frame } from './lib/frame.js';
import { grid } from './lib/grid.js';

const N = 4, CELL = 52, GAP = 7;         // rows and columns of a map; pixels of a field of the board, and of its margin

/** The layer: which output reads which inputs, with which kernels. Two layers amount to one, whose kernels they factor. */
function layer(get) {
  const net = Object.fromEntries(['C', 'D', 'k', 'x', 'w', 'b'].map(key => [key, get(key)])), { C, D, k, w, b } = net;
  const two = get('layer') === 'two', g = two ? 1 : get('g'), inputs = C / g, outputs = D / g, [many, n] = C % g ? ['input', C] : ['output', D];
  const error = n % g ? `${count(n, many + ' channel')} cannot be shared out to ${g} groups: torch raises an error.` : '';
  const first = r => (error ? 0 : Math.floor(r / outputs) * inputs), point = (r, c) => w[r][c][0][0], weights = two ? C * k * k + C * D : D * inputs * k * k;
  return Object.assign(net, { two, g, inputs, outputs, error, first, point, weights, learned: weights + D + (two ? C : 0),
    read: r => range(error ? 0 : inputs).map(n => first(r) + n),
    bias: r => b[r] + (two ? sum(range(C).map(c => point(r, c) * b[c])) : 0),
    kernel: (r, c) => table(k, k, (i, j) => (two ? point(r, c) * w[c][c][i][j] : w[r][c][i][j])),
    // One product of a map: its place, and those of the weight and the input, in `at` as texts.
    taps: pairs(pairs(range(N), range(N)), pairs(range(k), range(k))).map(([map, weight]) => {
      const input = map.map((from, axis) => from + weight[axis] - Math.floor((k - 1) / 2));
      return { map, weight, input, at: { map: map.join(), weight: weight.join(), input: input.join() } };
    }).filter(({ input }) => input.every(at => inside(at, N))) });
}

/** The map that a kernel makes of its input. */
function made({ taps, x, kernel }, r, c) {
  const y = table(N, N, () => 0), w = kernel(r, c);
  for (const { map: [i, j], weight: [a, b], input: [top, left] } of taps) y[i][j] += w[a][b] * x[c][top][left];
  return y;
}
const added = (start, maps) => table(N, N, (i, j) => start + sum(maps.map(map => map[i][j])));
const output = (net, r) => added(net.bias(r), net.read(r).map(c => made(net, r, c)));

function ledger({ C, D, g, k, two, weights, learned }) {
  const shape = two ? `${C}·${k}·${k} + ${D}·${C}` : `${D}·${C}${g > 1 ? '/' + g : ''}·${k}·${k}`;
  return [`weights ${shape}`, answer(` = ${weights}`), `, with ${two ? `${C} + ` : ''}${count(D, 'bias', 'biases')}`, answer(` ${learned}`), h('br'),
    'multiplications ', answer(`${weights}·`), `${N * N} places`, answer(` = ${weights * N * N}`)];
}

function sentenceOf({ C, D, g, k, two, inputs, outputs, learned }) {
  const full = C * D * k * k + D;
  if (two) return `Depthwise, then 1 × 1: every column holds multiples of one kernel. ${learned} numbers are learned; a kernel for every pair would take ${full}.`;
  if (g === 1) return `Each of ${count(D, 'output')} adds up ${count(C, 'map')}, each made with a kernel of its own: ${count(D * C, 'kernel')}.`;
  return `${inputs === 1 ? 'Depthwise: e' : 'E'}ach output adds up ${count(inputs, 'map')} only, and each input feeds ${count(outputs, 'output')}. `
    + `${learned} numbers are learned; with one group it would be ${full}.`;
}

function call({ C, D, g, k, two, inputs, error }) {
  const from = `  # (1, ${C}, ${N}, ${N})`, to = ` → (1, ${D}, ${N}, ${N})`;
  if (two) return [`z = F.conv2d(x, d, e, padding="same", groups=${C})`, h('br'), ' F.conv2d(z, p, b)', from, ', ', answer(`(${C}, 1, ${k}, ${k}), (${D}, ${C}, 1, 1)`), to];
  return [`F.conv2d(x, w, b, padding="same"${g > 1 ? `, groups=${g}` : ''})`, h('br'), from, ...(error ? [' → RuntimeError'] : [', ', answer(`(${D}, ${inputs}, ${k}, ${k})`), to])];
}

/** What belongs together on the board, as places: input `0,c`, kernel `r+1,c`, bias `r+1,C`, output `r+1,C+1`. */
function together({ C, D, read }, place) {
  const ties = range(D).flatMap(r => [...read(r).map(c => [`0,${c}`, `${r + 1},${c}`, `${r + 1},${C + 1}`]), [`${r + 1},${C}`, `${r + 1},${C + 1}`]]);
  return [place, ...ties.filter(tie => tie.includes(place)).flat()];
}

function sumOfBoard({ C, D, read, bias, inputs }, i, j) {
  const r = i - 1, map = c => `x[${c}] ⋆ w[${r}, ${c}]`;
  if (!i) return j < C ? `x[${j}] is read by ${range(D).filter(to => read(to).includes(j)).map(to => `y[${to}]`).join(', ')}` : '';
  if (j > C) return `y[${r}] = ${read(r).map(map).join(' + ')} + b[${r}]`;
  if (j === C) return `b[${r}] = ${number(bias(r))} is added everywhere in y[${r}]`;
  return read(r).includes(j) ? `${map(j)} is one of ${count(inputs, 'map')} that add up to y[${r}]` : `y[${r}] does not read x[${j}], which is in another group`;
}

/** The sum at a place of one of the four maps; `taps` are its products, `maps` what has been added so far. */
function sumOfMap(net, kind, i, j, taps, { r, c }, maps) {
  const at = `[${i}, ${j}]`, w = net.kernel(r, c), terms = taps.map(({ weight: [a, b], input: [top, left] }) => [net.x[c][top][left], w[a][b]]);
  const total = (name, texts, values) => `${name}${at} = ${texts.join(' + ')} = ${number(sum(values))}`;
  if (kind === 'map') return total(`(x[${c}] ⋆ w[${r}, ${c}])`, terms.map(([v, u]) => `${factor(v)}·${factor(u)}`), terms.map(([v, u]) => v * u));
  if (kind === 'total') {
    const parts = [net.bias(r), ...maps.map(map => map[i][j])];
    return (maps.length < net.inputs ? 'so far, ' : '') + total(`y[${r}]`, parts.map(factor), parts);
  }
  return kind === 'input' ? `x[${c}]${at} is in ${count(terms.length, 'product')} with each of ${count(net.outputs, 'kernel')} below it`
    : `w[${r}, ${c}]${at} is in ${count(terms.length, 'product')}; at ${N * N - terms.length} of ${N * N} places it meets the padding`;
}

/** Draw the fields { sort, i, j, values } of the board; those of one sort share a scale. */
function paint(canvas, rows, columns, fields) {
  Object.assign(canvas, { width: columns * CELL, height: rows * CELL, style: `--wide: ${columns}; --tall: ${rows}` });
  const ink = canvas.getContext('2d'), scale = range(3).map(n => largest(fields.filter(({ sort }) => sort === n).map(({ values }) => values)));
  for (const { sort, i, j, values } of fields) {
    const step = Math.floor((CELL - 2 * GAP) / values.length), square = (colour, left, top, size) => {
      ink.fillStyle = colour;
      ink.fillRect(j * CELL + left, i * CELL + top, size, size);
    };
    square('#fff', 3, 3, CELL - 5);
    values.forEach((row, a) => row.forEach((v, b) =>
      square(`rgb(${v < 0 ? NEGATIVE : POSITIVE}, ${Math.abs(v) / scale[sort]})`, GAP + b * step, GAP + a * step, step - 1)));
  }
}

/** Well-known layers, as near as may be to the present one. */
function presets({ C, D, k, two }) {
  const even = n => n + n % 2, one = { layer: 'one', g: 1, k: k > 1 ? k : 3 };
  return {
    full: one, 'two groups': { ...one, C: even(C), D: even(D), g: 2 },
    depthwise: { ...one, g: C, D: C * Math.max(1, Math.floor(D / C)) }, '1 × 1': { ...one, k: 1 },
    separable: { layer: 'two', k: one.k }, 'as below': { layer: two ? 'two' : 'one' },
  };
}

function render({ model, el }) {
  const f = frame({ model, el }, 'channels and groups', { prompt: 'Drag across the kernels of a row.', low: true,
    room: { formula: [60, 46], sentence: 138, call: [50, 100], question: 42 } });
  const { get, put } = f, now = () => layer(get);
  /** The kernel that is picked, or one of its row that is there. */
  const picked = (net = now()) => {
    const r = Math.min(get('r'), net.D - 1), read = net.read(r), c = Math.min(get('c'), net.C - 1);
    return { r, c: read.includes(c) ? c : read[c % read.length] ?? c };
  };
  const B = grid({ role: 'kernel', label: 'Board', room: [clamp(get('D') + 3, 7, 9), 10], point: f.point('board'), pick(i, j) {
    const net = now(), r = i ? i - 1 : range(net.D).find(to => net.read(to).includes(j));
    if (j >= net.C) put({ r, c: net.read(r).pop() ?? 0 });
    else if (r !== undefined && net.read(r).includes(j)) put({ r, c: j });
  } });
  const canvas = h('canvas', { 'aria-hidden': 'true' });
  let painted;
  B.box.prepend(canvas);
  B.el.classList.add('cx-board');
  const edit = (key, path) => (i, j, change) => {
    const { low, high } = f.limits[key], set = (value, at) =>
      (at.length ? value.map((one, n) => (n === at[0] ? set(one, at.slice(1)) : one)) : clamp(change(value), low, high));
    put({ [key]: set(get(key), [...path(picked()), i, j]) });
  };
  const view = (kind, role, label, more, size = N) => grid({ role, label, room: [size, size], point: f.point(kind), ...more });
  const X = view('input', 'input', 'Input map', { edit: edit('x', ({ c }) => [c]) });
  const W = view('weight', 'kernel', 'Kernel', { edit: (...act) => get('layer') === 'one' && edit('w', ({ r, c }) => [r, c])(...act) }, 3);
  const P = view('map', 'output', 'Map'), S = view('total', 'output', 'Sum');

  const words = Object.keys(presets(now())), known = choice({ label: 'layer', words: Object.fromEntries(words.map(word => [word, word])), change: name => put(presets(now())[name]) });
  f.follow(() => known.show(words.find(name => Object.entries({ layer: 'one', ...presets(now())[name] }).every(([key, value]) => equal(value, get(key))))));
  f.controls(known.el, f.choice('show', 'board', { kernels: 'kernels', maps: 'maps' }),
    f.slider('C', 'inputs'), f.slider('D', 'outputs'), f.when(() => get('layer') === 'one', f.slider('g', 'groups')), f.slider('k', 'kernel size'));
  f.views.append(B.el, h('div.cx-maps', {}, X.el, W.el, P.el, S.el));
  f.player('map', () => now().read(0).length, () => picked().c - now().first(picked().r), n => put({ c: now().first(picked().r) + n }));

  return f.start(() => {
    const net = now(), { C, D, k, two, error, read } = net, { r, c } = picked(net), maps = get('show') === 'maps';
    const ends = { board: [D + 1, C + 2], weight: [k, k] }, there = f.pointed && (ends[f.pointed.kind] || [N, N]).every((end, axis) => [f.pointed.i, f.pointed.j][axis] < end);
    const { kind, i, j } = there ? f.pointed : { kind: 'board', i: r + 1, j: C + 1 }, of = kind === 'total' ? 'map' : kind, place = `${i},${j}`;
    const taps = net.taps.filter(({ at }) => at[of] === place);
    const lit = view => new Set(error || (kind === 'board' && view !== kind) ? [] : kind === 'board' ? together(net, place) : [...taps.map(({ at }) => at[view]), of === view && place]);
    const set = (view, title, of, name, values, fixed) => {
      const on = lit(of);
      view.set(title, values.map((row, i) => row.map((v, j) => ({ v, name: `${name} ${i}, ${j}`, fixed, mark: marks({ on: on.has(`${i},${j}`) }) }))));
    };

    // The board: inputs above, then a row for each output with its kernels, its bias and the output.
    const fields = range(C).map(j => ({ sort: 0, i: 0, j, name: `x ${j}`, values: net.x[j] }));
    for (const r of range(error ? 0 : D)) {
      for (const j of read(r)) fields.push({ i: r + 1, j, ...(maps ? { sort: 1, name: `x ${j} ⋆ w ${r}, ${j}`, values: made(net, r, j) } : { sort: 2, name: `w ${r}, ${j}`, values: net.kernel(r, j) }) });
      fields.push({ sort: 1, i: r + 1, j: C + 1, name: `y ${r}`, values: output(net, r) });
    }
    const found = Object.fromEntries(fields.map(field => [[field.i, field.j], field])), on = lit('board');
    B.set(['Board ', h('small', {}, 'x above, y at the right')], table(D + 1, C + 2, (i, j) => {
      const { name, values } = found[[i, j]] || {}, text = !i && j >= C ? 'by'[j - C] : j === C && !error ? number(net.bias(i - 1)) : '';
      return { v: 0, text, fixed: true, name: name ?? (text && i ? `b ${i - 1}` : text ? 'column' : 'no kernel'), more: values ? values.map(row => row.map(number).join(' ')).join('; ') : '',
        mark: marks({ on: on.has(`${i},${j}`), picked: !error && i === r + 1 && j === c, plain: text, none: !name && !text }) };
    }), 0);
    const drawn = JSON.stringify([fields, C]);
    if (drawn !== painted) paint(canvas, D + 1, C + 2, fields);
    painted = drawn;
    B.window(...(error ? [] : [r + 1, net.first(r), 1, net.inputs]));

    // What the picked kernel adds to what came before.
    const sofar = read(r).filter(n => n <= c).map(n => made(net, r, n)), rest = sofar.length < net.inputs, w = `w[${r}, ${c}]`, shown = values => (error ? [] : values());
    set(X, `x[${c}]`, 'input', `x[${c}]`, net.x[c]);
    set(W, two ? `${number(net.point(r, c))}·d[${c}]` : w, 'weight', w, shown(() => net.kernel(r, c)), two);
    set(P, 'x ⋆ w', 'map', 'map', shown(() => sofar[sofar.length - 1]));
    set(S, rest ? ['Sum ', h('small', {}, error ? '' : `${sofar.length} of ${net.inputs}`)] : `y[${r}]`, 'map', rest ? 'sum' : `y[${r}]`, shown(() => added(net.bias(r), sofar)));

    f.write({
      formula: error ? '' : ledger(net), sentence: error || answer(sentenceOf(net)), warn: error, call: call(net),
      sum: error ? '' : kind === 'board' ? sumOfBoard(net, i, j) : sumOfMap(net, kind, i, j, taps, { r, c }, sofar),
      question: 'How many numbers are learned, with biases?', solution: error ? null : net.learned,
    });
  });
}

export default { render };
