// A page with no kernel: each explorer gets a model of its own. What the reader changed is kept in the page's address: #stride=s_3*n_8
// Each explorer is a script of its own, which takes what it needs from LIBRARY; bundle.py makes both.
import { equal, range } from './arithmetic.js';
import { addStyle } from './dom.js';
import { pageModel } from './model.js';

// --- The address. Whoever made it, a value that the figure does not take is left out. ---

const write = value => [value].flat(Infinity).map(v => (v === true ? 1 : v === false ? 0 : v)).join('.');

/** A list as a table with this many rows and columns, and so on. */
const fold = (list, [size, ...inner]) => (inner.length
  ? range(size).map(i => fold(list.slice(i * list.length / size, (i + 1) * list.length / size), inner)) : list);

/** The value that a piece of an address stands for; undefined if it is none. */
function read(text, { choices, low, high, sizes, pair }) {
  if (choices) return choices.find(choice => write(choice) === text);
  const found = text.split('.').map(part => (/^-?\d+$/.test(part) ? +part : NaN)), { length } = found;
  if (!found.every(value => value >= low && value <= high)) return;
  if (!sizes) return length === 1 ? found[0] : pair && length === 2 ? found : undefined;
  const [[least, most], ...inner] = sizes;
  if (!inner.length) return length >= least && length <= most ? found : undefined;
  return length === sizes.reduce((all, [, size]) => all * size, 1) ? fold(found, sizes.map(([, size]) => size)) : undefined;
}

const address = () => new URLSearchParams(location.hash.includes('=') ? location.hash.slice(1) : '');

function stateFrom(text, first, limits) {
  const state = structuredClone(first);
  for (const piece of (text || '').split('*')) {
    const [key, value] = piece.split('_');
    if (!Object.hasOwn(limits, key) || value === undefined) continue;
    const found = read(value, limits[key]);
    if (found !== undefined) state[key] = found;
  }
  return state;
}

function keep(id, state, first, limits) {
  const changed = Object.keys(limits).filter(key => !limits[key].bytes && !equal(state[key], first[key])); // no picture
  const all = address();
  if (changed.length) all.set(id, changed.map(key => `${key}_${write(state[key])}`).join('*'));
  else all.delete(id);
  history.replaceState(null, '', all.size ? '#' + all : location.pathname + location.search);
}

// --- The page ---

function start(place, id, render) {
  const { state, limits } = place.dataset, first = JSON.parse(state), bounds = JSON.parse(limits);
  const linked = () => stateFrom(address().get(id), first, bounds);
  const current = { ...linked(), _limits: bounds, _initial: first };
  let waiting;
  const model = pageModel(current, () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => keep(id, current, first, bounds), 400);         // a drag is over
  });
  try {
    render({ model, el: place });
    place.dataset.ready = '';
    addEventListener('hashchange', () => {
      if (location.hash && !location.hash.includes('=')) return;          // a link within the page
      clearTimeout(waiting);
      Object.entries(linked()).forEach(([key, value]) => model.set(key, value));
    });
  } catch (error) {                     // the still figure stays
    place.querySelector(':scope > .cx')?.remove();
    console.error(error);
  }
}

/** All explorers of the page, or those of one name, each with its own name in the address: stride, stride-2. */
function places(name) {
  const seen = {}, all = [...document.querySelectorAll('[data-explorer]')].map(place => {
    const { explorer } = place.dataset, n = (seen[explorer] = (seen[explorer] || 0) + 1);
    return { place, explorer, id: n > 1 ? `${explorer}-${n}` : explorer };
  });
  return name ? all.filter(({ explorer }) => explorer === name) : all;
}

const whenRead = act => (document.readyState === 'loading' ? addEventListener('DOMContentLoaded', act) : act());
const linkedPlace = () => places().find(({ id }) => address().has(id))?.place;

const renders = {};

window.convkitExplorers = {
  /** Called by the script of an explorer. */
  add(name, style, make) {
    addStyle(style);
    const render = renders[name] = make(LIBRARY);
    whenRead(() => {
      for (const { place, id } of places(name)) start(place, id, render);
      if (linkedPlace()?.dataset.explorer === name) linkedPlace().scrollIntoView();
    });
  },
  /** Called with an explorer that came into the page later; where its script is not loaded, the still figure stays. */
  start(place) {
    const { explorer, id } = places().find(one => one.place === place);
    if (renders[explorer]) start(place, id, renders[explorer]);
  },
};

/** The scripts that the page has no room for come when the reader comes near, or by a link to their state. */
function waitForReaders(scripts) {
  const load = ({ dataset }) => {
    const name = dataset.explorer;
    if (scripts[name]) document.head.append(Object.assign(document.createElement('script'), { src: scripts[name] }));
    delete scripts[name];
  };
  const near = new IntersectionObserver(found => found.filter(one => one.isIntersecting).forEach(one => load(one.target)),
    { rootMargin: '100%' });
  // Before all is drawn everything is near.
  addEventListener('load', () => places().forEach(({ place, explorer }) => scripts[explorer] && near.observe(place)));
  if (linkedPlace()) load(linkedPlace());
}

const { src, dataset } = document.currentScript;
const later = (dataset.later || '').split(' ').filter(Boolean).map(path => [path.match(/(\w+)\.js/)[1], new URL(path, src).href]);
if (later.length) whenRead(() => waitForReaders(Object.fromEntries(later)));
