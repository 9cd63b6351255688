// What do a kernel and a stride make of a wave? It keeps its shape, gets another height, and may fold.
import { clamp, range, sum } from './lib/arithmetic.js';
import { count, factor, give, h, marks, NEGATIVE, number, panel, POSITIVE } from './lib/dom.js';
import { drag } from './lib/drag.js';
import { answer, frame } from './lib/frame.js';
import { roving } from './lib/roving.js';

const N = 24, ROUND = 2 * Math.PI;                                       // places on the ring
const TALL = 21, BROAD = 72, SEEN = 48;                                  // pixels of the roof, and how many columns show
const TILES = [['down', -13 / 128], ['across', 34 / 128]];               // periods per pixel of its strongest wave

const about = value => number(value + 1e-9);     // what is not negative, rounded as in Python

/** The frequency per kept sample that a frequency per sample seems to have. */
const folded = (f, s) => s * f - Math.ceil(s * f - 0.5);

/** What the kernel multiplies a wave of f periods per sample by: its size and its angle. */
function factorOf({ w, over }, f) {
  const [re, im] = [Math.cos, Math.sin].map(of => sum(w.map((weight, a) => weight * of(ROUND * f * (a - 2)))) / over);
  return { size: Math.hypot(re, im), angle: Math.abs(im) < 1e-9 ? (re < 0 ? Math.PI : 0) : Math.atan2(im, re) };
}

/** The state, the wave x, z that the kernel makes of it, and how often the kept samples of that seem to turn. */
function layer(get, { kernel: { presets } }) {
  const [view, q, s, t, kernel] = ['view', 'q', 's', 't', 'kernel'].map(get), w = presets[kernel] || get('w'), over = Math.abs(sum(w)) || 1;
  const x = range(N).map(i => Math.cos(ROUND * (q * i - t) / N)), net = { q, s, t, kernel, w, over, x, roof: view === 'roof', m: N / s };
  return { ...net, z: x.map((_, i) => sum(w.map((weight, a) => weight * x[(i + a + N - 2) % N])) / over), by: factorOf(net, q / N),
    turns: Math.round(net.m * folded(q / N, s)), most: Math.max(1, ...range(49).map(k => factorOf(net, k / 96).size)) };
}

/** The frequencies on the gain curve, in turns in 24 places, and where each folds to, one mirror after the other. */
function hops({ roof, q, m }) {
  return (roof ? TILES : [['', q / N]]).map(([name, f]) => {
    const way = [N * Math.abs(f)];
    for (let at = way[0]; at > m / 2 + 1e-9; way.push(at)) at = m * (Math.ceil(2 * at / m) - 1) - at;
    return { name, f, way };
  });
}

// --- The wave along a line or round its ring: where value v at place i is drawn, and which place is under a point; the roof ---

const polar = (r, i) => [100 + r * Math.sin(ROUND * i / N), 100 - r * Math.cos(ROUND * i / N)];
const SHAPES = {
  line: { box: [360, 92], at: (i, v) => [15 * i + 7.5, 46 - 40 * v], back: i => `M${15 * i},0h15v92h-15z`, ends: [-0.5, N - 0.5], place: x => x / 15 },
  ring: { box: [200, 200], at: (i, v) => polar(65 + 30 * v, i), back: i => `M100,100L${polar(99, i - 0.5)}L${polar(99, i + 0.5)}z`,
    ends: [0, N], place: (x, y) => Math.atan2(x - 100, 100 - y) / ROUND * N },
  roof: { box: [SEEN, TALL], back: i => `M${2 * i},0h2v21h-2z`, place: x => x },
};
const curve = ({ at, ends: [from, to] }, v) =>
  'M' + range(289).map(k => from + (to - from) * k / 288).map(i => at(i, v(i)).map(c => c.toFixed(1))).join('L');
const dot = ([x, y], r) => `M${x - r},${y}a${r},${r} 0 1 0 ${2 * r},0a${r},${r} 0 1 0 ${-2 * r},0`;
const square = ([x, y]) => `M${x - 4.5},${y - 4.5}h9v9h-9z`;
const draw = (path, d) => give(path, { d });
const group = (name, label, ...inside) => h(`svg.cx-wavy.cx-${name}`, { tabindex: -1, role: 'group', 'aria-label': label }, ...inside);

function signal(role, label, name, point, move) {
  const image = h('image', { preserveAspectRatio: 'none', width: SEEN, height: TALL }), lines = ['axis', 'smooth', 'seen'].map(kind => h('path.cx-' + kind));
  const cells = range(N).map(() => h('g.cx-column', { role: 'img' }, h('path.cx-back'), h('text.cx-number'), h('path.cx-dot'))), svg = group('signal', label, image, ...lines, ...cells);
  const { el, head } = panel(role, svg);
  let shape;
  roving(svg, {
    point: (_, i) => point(i),
    take: (_, i) => (_, to) => { move()(to - i); return false; },
    hold(_, { clientX, clientY }) {
      const { a, e, f } = svg.getScreenCTM(), place = (x, y) => shape.place((x - e) / a, (y - f) / a), from = place(clientX, clientY), go = move();
      return ({ x, y }) => { point(); go(place(x, y) - from); };
    },
  }).take([cells]);
  function start(words, next) {
    head(words);
    if (shape === next) return;
    shape = next;
    give(svg, { viewBox: '0 0 ' + shape.box.join(' ') });
    cells.forEach((cell, i) => draw(cell.firstChild, shape.back(i)));
  }
  return {
    el,
    /** Samples, of which every `step`-th counts, on a smooth wave, and the wave that those seem to be. */
    wave(words, next, { most }, values, step, smooth, seen, on) {
      start(words, next);
      [() => 0, smooth, seen].forEach((wave, k) => draw(lines[k], wave ? curve(shape, i => wave(i) / most) : ''));
      give(image, { href: '' });
      cells.forEach((cell, i) => {
        const counts = i % step === 0, at = shape.at(i, values[i] / most), kept = name === 'x' ? '' : counts ? ', kept' : ', not kept';
        draw(cell.lastChild, step > 1 && counts ? square(at) : dot(at, counts ? 3 : 2));
        give(cell.children[1], { x: at[0], y: at[1] - 7 });
        cell.children[1].textContent = number(values[i]);
        give(cell, { class: 'cx-column ' + marks({ on: on.has(`${name} ${i}`) }), 'aria-label': `${name} ${i}: ${number(values[i])}${kept}` });
      });
    },
    /** A picture, in grey or with signs, and a line along a stripe of the wave that it shows. */
    picture(words, rows, signed, [down, across]) {
      start(words, SHAPES.roof);
      const height = rows.length, width = rows[0].length, canvas = Object.assign(document.createElement('canvas'), { width, height });
      const ink = canvas.getContext('2d'), pixels = ink.createImageData(width, height), column = stripe(rows, down, across);
      rows.flat().forEach((v, k) => pixels.data.set([...(!signed ? [v, v, v].map(c => c * 36.43) : (v < 0 ? NEGATIVE : POSITIVE).map(c => 255 + (c - 255) * Math.abs(v) / 7)), 255], 4 * k));
      ink.putImageData(pixels, 0, 0);
      give(image, { href: canvas.toDataURL() });
      const ends = [-0.5, height - 0.5].map(row => (column(row) + 0.5) * SEEN / width);
      lines.forEach((line, k) => draw(line, k < 2 ? '' : `M${ends[0]},0L${ends[1]},${TALL}`));
      cells.forEach((cell, i) => {
        draw(cell.lastChild, '');
        cell.children[1].textContent = '';
        give(cell, { class: 'cx-column', 'aria-label': 'column ' + 2 * i });
      });
    },
  };
}

// --- The roof: pixels of 3 bits ---

function pixelsOf(text) {
  const bytes = atob(text), byte = k => bytes.charCodeAt(k) || 0;
  return k => ((byte(3 * k >> 3) << 8) + byte((3 * k >> 3) + 1) >> (13 - 3 * k % 8)) & 7;
}

/** Every s-th pixel of every s-th row after the kernel along rows and columns; beyond its border a picture goes on as it ends. */
function filtered(x, { w, over, s }) {
  const down = rows => range(Math.ceil(rows.length / s)).map(i => rows[0].map((_, j) =>
    sum(w.map((weight, a) => weight * rows[clamp(i * s + a - 2, 0, rows.length - 1)][j])) / over));
  const turned = rows => rows[0].map((_, j) => rows.map(row => row[j]));
  return turned(down(turned(down(x))));
}

/** The middlemost bright stripe of a wave in a picture: its column in a row. */
function stripe(rows, down, across) {
  const part = of => sum(rows.map((row, i) => sum(row.map((v, j) => v * of(ROUND * (down * i + across * j))))));
  const phase = Math.atan2(part(Math.sin), part(Math.cos)) / ROUND, middle = (down * rows.length + across * rows[0].length) / 2;
  const turn = phase + Math.round(middle - phase);
  return row => (turn - down * row) / across;
}

// --- The gain curve, with what frequency the wave has and where that folds to ---

const LEFT = 18, TURN = 22.5, FLOOR = 118, HIGH = 88;
const along = turns => LEFT + TURN * turns;

function gainCurve(put) {
  const svg = h('svg.cx-wavy.cx-gain', { role: 'img', viewBox: '0 0 300 136' }), { el, head } = panel('kernel', svg);
  const go = ({ x }) => put(Math.round(((x - svg.getBoundingClientRect().left) / svg.clientWidth * 300 - LEFT) / TURN));
  give(svg, { onclick: go });
  drag(svg, () => go);
  return { el, set(words, net) {
    head(words);
    svg.classList.toggle('cx-holds', !net.roof);
    const { roof, s, m, most } = net, y = size => FLOOR - HIGH * size / most, path = (kind, d) => h('path.cx-' + kind, { d });
    const text = (x, y, words) => h('text', { x, y }, words), stems = hops(net).map(one => ({ ...one, size: factorOf(net, one.f).size }));
    const curve = range(121).map(k => [along(k / 10), y(factorOf(net, k / 10 / N).size).toFixed(1)]);
    give(svg, { 'aria-label': 'Gain: ' + stems.map(({ name, way, size }) => (name || `${way[0]} turns`) + ' times ' + number(size)).join(', ') });
    svg.replaceChildren(h('rect', { x: along(m / 2), y: 26, width: TURN * (N - m) / 2, height: FLOOR - 26 }),
      path('axis', `M${LEFT},${FLOOR}H${along(N / 2)}M${LEFT},${y(1)}H${along(N / 2)}`), text(9, y(1) + 4, 1),
      ...range(s - 1).map(k => path('fold', `M${along((k + 1) * m / 2)},26V${FLOOR}`)),
      ...range(7).map(k => text(along(2 * k), FLOOR + 16, roof ? { 0: 0, 6: '½' }[k] : 2 * k)), path('curve', 'M' + curve.join('L')),
      ...stems.flatMap(({ name, way, size }) => {
        const [from, ...more] = way, end = more[more.length - 1], level = y(size);
        return [path('stem', `M${along(from)},${FLOOR}V${level}`), text(along(from), FLOOR + 16, name),
          ...(more.length ? [path('seen', `M${along(end)},${FLOOR}V${level}`), path('dot', square([along(end), level])),
            path('hop', more.map((to, k) => `M${along(way[k])},${level}A${TURN * (way[k] - to) / 2},26 0 0 0 ${along(to)},${level}`).join(''))] : []).map(
            part => { part.classList.add('cx-answer'); return part; }),
          h('circle', { cx: along(from), cy: level, r: roof ? 5 : 8 })];
      }));
  } };
}

function kernelRow(low, high, point, edit) {
  const cells = range(5).map(a => h('g.cx-column', { role: 'slider', 'aria-label': 'w ' + a, 'data-name': 'w ' + a, 'aria-orientation': 'vertical', 'aria-valuemin': low, 'aria-valuemax': high },
    h('rect.cx-back', { x: 30 * a + 1, y: 1, width: 29, height: 27 }), h('text.cx-number', { x: 30 * a + 15.5, y: 19 })));
  const svg = group('weights', 'Kernel w', ...cells), { el, head } = panel('kernel', svg);
  give(svg, { viewBox: '0 0 152 29', width: 152 });
  roving(svg, { upright: true, point: (_, a) => point(a), edit: (_, a, change) => edit(a, change) }).take([cells]);
  return { el, set(words, w, on) {
    head(words);
    const most = Math.max(1, ...w.map(Math.abs));
    cells.forEach((cell, a) => {
      cell.lastChild.textContent = number(w[a]);
      give(cell, { class: 'cx-column ' + marks({ on: on.has('w ' + a) }), style: `--share: ${Math.abs(w[a]) / most}`, 'aria-valuenow': w[a], 'aria-valuetext': number(w[a]) });
    });
  } };
}

// --- Words ---

function ofKernel({ q, kernel, by: { size, angle } }) {
  if (kernel === 'none') return '';
  if (size < 1e-9) return 'The kernel wipes this wave out. ';
  const later = -angle * N / (ROUND * q), said = `The kernel multiplies this wave by ${about(size)}`;
  if (!angle || angle === Math.PI) return said + (angle ? ' and turns it upside down. ' : '. ');
  return `${said} and moves it ${about(Math.abs(later))} places ${later > 0 ? 'later' : 'earlier'}. `;
}

function ofStride({ q, s, m, by, turns }) {
  if (s === 1) return 'Every sample is kept.';
  if (by.size < 1e-9) return '';
  const seems = Math.abs(turns), folds = `look like ${seems}${turns < 0 ? ', mirrored: it runs backwards' : ''}.`;
  return `The ${m} samples that are kept can show at most ${m / 2} turns: ${q} ` + (seems === q ? `${q === 1 ? 'stays' : 'stay'} ${q}.` : folds);
}

function ofTiles(net) {
  const { s, kernel } = net, [down, across] = TILES.map(([, f]) => factorOf(net, f).size);
  return (kernel === 'none' ? '' : `The kernel leaves ${about(down * across)} of the stripes. `) + (s === 1 ? 'The tiles lean like \\.'
    : s === 4 ? 'Across, the tiles fold twice, mirrored and mirrored back: they lean like \\ again.'
      : `Across, the tiles are too fine for stride ${s}: they fold, mirrored, and lean the other way, like /.`);
}

function sumOf({ q, t, s, x, z, w, over }, kind, i) {
  if (kind === 'x') return `x[${i}] = cos(2π·(${q}·${i} − ${t})/${N}) = ${number(x[i])}`;
  const terms = w.map((weight, a) => weight && `${factor(weight)}·${factor(x[(i + a + N - 2) % N])}`).filter(Boolean).join(' + ') || '0';
  return `z[${i}] = (${terms})/${over} = ${number(z[i])}, ` + (i % s ? 'not kept' : `kept as y[${i / s}]`);
}

/** A frequency of the roof, exactly. */
const exactly = f => `(${number(128 * f)}/128)`;

function formulaOf(net) {
  const { roof, q, s, m, by, turns } = net;
  if (!roof) return [`|ŵ(${q}/${N})| = ${number(by.size)}; turns: `, answer(`${q} − ${(q - turns) / m}·${m} = ${number(turns)}`)];
  return TILES.flatMap(([name, f], k) => [`${k ? '; ' : ''}${name}: `, answer(`${s}·${exactly(f)} − ${number(Math.round(s * f - folded(f, s)))} = ${exactly(folded(f, s))}`)]);
}

function callOf({ roof, s, m, over }) {
  const stride = `${over > 1 ? ` / ${roof ? over ** 2 : over}` : ''}, stride=${s})  # (1, 1, `;
  return roof ? `F.conv2d(F.pad(x, 4 * (2,), "replicate"), w.outer(w)[None, None]${stride}${TALL}, ${SEEN}) → (1, 1, ${Math.ceil(TALL / s)}, ${SEEN / s})`
    : `F.conv1d(F.pad(x, (2, 2), "circular"), w${stride}${N}) → (1, 1, ${m})`;
}

function render({ model, el }) {
  const f = frame({ model, el }, 'waves, kernel and stride', { low: true, room: { formula: 60, sentence: 160, call: 150, question: 45 },
    prompt: model.get('s') > 1 ? 'Drag x to the right: which way does y go?' : 'Drag the dot along the gain curve.' });
  const { get, put, limits } = f, now = () => layer(get, limits), greys = pixelsOf(limits.view.roof);

  // A wave goes on round its ring; the roof has an end.
  const move = () => (({ roof, q, t }) => way => put({ t: roof ? clamp(t + Math.round(way), 0, N - 1) : (Math.round(t + q * way) % N + N) % N }))(now());
  const [X, Z] = [['input', 'Input x', 'x'], ['output', 'Output y', 'z']].map(([role, label, kind]) => signal(role, label, kind, f.point(kind), move));
  const W = kernelRow(limits.w.low, limits.w.high, f.point('w'), (a, change) =>
    put({ kernel: 'own', w: now().w.map((v, at) => (at === a ? clamp(change(v), limits.w.low, limits.w.high) : v)) }));
  const G = gainCurve(q => { if (get('view') !== 'roof') put({ q: clamp(q, 0, N / 2) }); });
  Z.el.classList.add('cx-answer');
  const signals = h('div', {}, X.el, Z.el);
  f.controls(f.choice('view'), f.choice('kernel'), f.when(() => get('view') !== 'roof', f.slider('q', 'turns')), f.slider('s', 'stride'));
  f.views.append(signals, h('div.cx-side', {}, W.el, G.el));
  f.walk('t', 'place', () => N);

  return f.start(() => {
    const net = now(), { roof, q, s, m, t, by, turns, w, over } = net, on = new Set(), titled = (name, words) => [name + ' ', h('small', {}, words)];
    const { kind, i } = f.pointed && !roof ? f.pointed : { kind: 'z', i: 0 };
    on.add(`${kind} ${i}`);
    if (kind === 'z') w.forEach((weight, a) => weight && on.add(`x ${(i + a + N - 2) % N}`).add('w ' + a));
    signals.className = `cx-signals cx-${get('view')}`;
    if (roof) {
      const x = range(TALL).map(row => range(SEEN).map(column => greys(BROAD * row + column + BROAD - SEEN - t))), y = filtered(x, net);
      const seen = step => TILES.map(([, f]) => folded(f, step));
      X.picture(titled('Input x', `${TALL} × ${SEEN}`), x, false, seen(1));
      Z.picture(titled('Output y', `${y.length} × ${y[0].length}`), y, !sum(w), seen(s));
    } else {
      const shape = SHAPES[get('view')], wave = (q, size, angle) => place => size * Math.cos(ROUND * (q * place - t) / N + angle);
      X.wave(titled('x', count(q, 'turn')), shape, net, net.x, 1, wave(q, 1, 0), null, on);
      Z.wave(titled('y', s > 1 ? `${m} kept: ${count(Math.abs(turns), 'turn')}` : ''), shape, net, net.z, s,
        wave(q, by.size, by.angle), s > 1 && wave(turns, by.size, by.angle), on);
    }
    W.set(titled('Kernel w', over > 1 ? `divided by ${over}` : ''), w, on);
    G.set(titled('Gain', (roof ? 'by periods/pixel' : 'by turns') + (s > 1 ? ', folded' : '')), net);
    f.write({
      formula: formulaOf(net), sum: roof ? '' : answer(sumOf(net, kind === 'x' ? 'x' : 'z', kind === 'w' ? 0 : i)), call: callOf(net),
      warn: s > 1 && (roof || Math.abs(turns) !== q), sentence: answer(roof ? ofTiles(net) : (ofKernel(net) + ofStride(net)).trim()),
      ...(roof ? { question: 'How many of the two will be mirrored?', solution: hops(net).filter(({ way }) => way.length % 2 < 1).length }
        : { question: 'How many turns will the kept samples show?', solution: by.size < 1e-9 ? null : Math.abs(turns) }),
    });
  });
}

export default { render };
