// A picture on a ring, made smaller in four ways: which numbers change when it moves by a pixel?
import { clamp, pairs, sum, table } from './lib/arithmetic.js';
import { factor, h, marks, number } from './lib/dom.js';
import { answer, frame } from './lib/frame.js';
import { grid } from './lib/grid.js';
import { picture } from './lib/picture.js';

const SIDE = 12, HALF = 6, WHITE = 16;
const round = place => (place + 2 * SIDE) % SIDE;
/** The picture after a move, or one of its numbers wherever it is on the ring. */
const moved = (x, down, right) => table(SIDE, SIDE, (i, j) => x[round(i - down)][round(j - right)]);
const at = (x, i, j) => x[round(i)][round(j)];

/** The pixels of a picture, one digit each. */
const drawn = text => text && table(SIDE, SIDE, (i, j) => parseInt(text[SIDE * i + j], 36));

const block = (x, i, j) => pairs([0, 1], [0, 1]).map(([a, b]) => at(x, i + a, j + b));
const BLUR = pairs([-1, 0, 1], [-1, 0, 1]).map(([a, b]) => [a, b, (2 - a * a) * (2 - b * b)]);
const list = values => values.map(factor).join(', ');

// Each way: number (i, j) of its map, how that is written, the window that it reads as [first, how many], the torch call.
const WAYS = {
  'every second': {
    value: (x, i, j) => x[2 * i][2 * j],
    terms: (x, i, j) => `x[${2 * i}, ${2 * j}]`,
    window: [0, 1],
    call: x => `${x}[..., ::2, ::2]`,
  },
  max: {
    value: (x, i, j) => Math.max(...block(x, 2 * i, 2 * j)),
    terms: (x, i, j) => `max(${list(block(x, 2 * i, 2 * j))})`,
    window: [0, 2],
    call: x => `F.max_pool2d(${x}, 2)`,
  },
  average: {
    value: (x, i, j) => sum(block(x, 2 * i, 2 * j)) / 4,
    terms: (x, i, j) => `(${block(x, 2 * i, 2 * j).join(' + ')}) / 4`,
    window: [0, 2],
    call: x => `F.avg_pool2d(${x}, 2)`,
  },
  'max, blur': {
    value: (x, i, j) => sum(BLUR.map(([a, b, weight]) => weight * Math.max(...block(x, 2 * i + a, 2 * j + b)))) / 16,
    terms: (x, i, j) => `(${BLUR.map(([a, b, weight]) => `${weight}·${Math.max(...block(x, 2 * i + a, 2 * j + b))}`).join(' + ')}) / 16`,
    window: [-1, 4],
    call: x => `F.conv2d(F.max_pool2d(F.pad(${x}, (1, 2, 1, 2), "circular"), 2, 1), w, stride=2)`,
  },
};
const NAMES = Object.keys(WAYS);

/** All four maps of a picture. */
const smaller = x => Object.fromEntries(NAMES.map(way => [way, table(HALF, HALF, (i, j) => WAYS[way].value(x, i, j))]));

/** By how much each number changed. */
const gapsOf = (y, before) => Object.fromEntries(NAMES.map(way =>
  [way, y[way].map((row, i) => row.map((v, j) => Math.abs(v - before[way][i][j])))]));
const changed = gaps => gaps.flat().filter(Boolean).length;

function sentenceOf(gaps, down, right) {
  if (!down && !right) return 'The picture stands where it was, and no number has changed.';
  const counts = NAMES.map((way, i) => {
    const most = Math.max(...gaps[way].flat());
    return `${way} ${changed(gaps[way])}${i ? '' : ' of 36'}${most ? `, by up to ${most}` : ''}`;
  });
  return `Outlined numbers changed: ${counts.join('; ')}.`
    + (down % 2 || right % 2 ? '' : ' A move by whole strides moves each map by whole cells.');
}

/** What of [first, how many] is within the picture: the ring has no picture beyond its edge. */
function within([first, many], start) {
  const low = Math.max(0, start + first), high = Math.min(SIDE, start + first + many);
  return [low, high - low];
}

function render({ model, el }) {
  const f = frame({ model, el }, 'pooling and a shift', {
    prompt: 'Drag the picture; click to set a pixel.', room: { sentence: 200, call: 190, question: 52 } });
  const { get, put, limits } = f, asking = () => f.root.classList.contains('cx-asking');
  const still = () => drawn(limits.image.presets[get('image')]) || get('x');

  const X = picture({ role: 'input', label: 'Picture', size: SIDE, point: f.point('input'),
    pick(i, j) {                         // black and white change places, in the picture that has not moved
      const [r, c] = [round(i - get('down')), round(j - get('right'))];
      put({ image: 'own', x: still().map((row, a) => row.map((v, b) => (a === r && b === c ? (v ? 0 : WHITE) : v))) });
    },
    take(i, j) {
      const start = { down: get('down'), right: get('right') };
      const to = (key, way) => clamp(start[key] + way, limits[key].low, limits[key].high);
      return (r, c) => put({ down: to('down', r - i), right: to('right', c - j) });
    } });
  X.el.classList.add('cx-blocks');
  const maps = Object.fromEntries(NAMES.map(way => [way,
    grid({ role: 'output', label: way, point: f.point(way), pick: (r, c) => put({ way, r, c }) })]));
  f.controls(f.choice('image'), f.slider('right', 'right', ''), f.slider('down', 'down', ''));
  f.views.append(X.el, h('div.cx-ways', {}, ...NAMES.map(way => maps[way].el)));

  return f.start(() => {
    const down = get('down'), right = get('right'), first = still(), x = moved(first, down, right);
    const before = smaller(first), after = smaller(x), gaps = gapsOf(after, before), y = asking() ? before : after;
    const way = get('way'), picked = { kind: way, i: get('r'), j: get('c') }, { kind, i, j } = f.pointed || picked;
    const { window, terms } = WAYS[kind] || {};
    X.set(['Input x ', h('small', {}, 'moved')], x, window ? [within(window, 2 * i), within(window, 2 * j)] : [[i, 1], [j, 1]]);
    for (const name of NAMES) {
      maps[name].set([name + ' ', h('small', {}, asking() ? 'was' : `${changed(gaps[name])}/36`)],
        y[name].map((row, a) => row.map((v, b) => ({ v, text: number(Math.floor(v + .5)), name: `${name} ${a}, ${b}`,
          more: asking() ? '' : gaps[name][a][b] ? `, was ${number(before[name][a][b])}` : ', as before',
          mark: marks({ on: !asking() && gaps[name][a][b], picked: name === way && a === picked.i && b === picked.j,
            here: name === kind && a === i && b === j }) }))), WHITE);
    }
    f.write({
      sum: window ? [`${kind}[${i}, ${j}] = `, answer(`${terms(x, i, j)} = ${after[kind][i][j]}, was ${before[kind][i][j]}`)]
        : `x[${i}, ${j}] = ${x[i][j]}`,
      sentence: answer(sentenceOf(gaps, down, right)),
      call: `${WAYS[way].call(`x.roll((${down}, ${right}), (2, 3))`)}  # (1, 1, 12, 12) → (1, 1, 6, 6)`,
      question: `How many of the 36 numbers of “${way}” change?`, solution: changed(gaps[way]),
    });
  });
}

export default { render };
