// A page with no kernel: each explorer gets a model of its own, with anywidget's get, set, on, off and
// save_changes. What the reader changed is kept in the page's address: #stride=s_3*n_8
// EXPLORERS holds the render function of each; bundle.py makes it.
import { equal, table } from './arithmetic.js';

function pageModel(state, save) {
  const listeners = {};
  let dirty = false;
  const tell = (event, value) => [...(listeners[event] || [])].forEach(listener => listener(model, value));
  const model = {
    get: key => state[key],
    set(key, value) {
      if (equal(state[key], value)) return;
      state[key] = value;
      dirty = true;
      tell('change:' + key, value);
      tell('change', value);
    },
    on: (events, listener) => events.split(' ').forEach(event => (listeners[event] ||= []).push(listener)),
    off: (events, listener) => (events ? events.split(' ') : Object.keys(listeners)).forEach(event => {
      listeners[event] = listener ? (listeners[event] || []).filter(other => other !== listener) : [];
    }),
    save_changes() { if (dirty) save(); dirty = false; },
  };
  return model;
}

// --- The address. Whoever made it, a value that the figure does not take is left out. ---

const write = value => [value].flat(2).map(v => (v === true ? 1 : v === false ? 0 : v)).join('.');

/** The value that a piece of an address stands for; undefined if it is none. */
function read(text, { choices, low, high, sizes, pair }) {
  if (choices) return choices.find(choice => write(choice) === text);
  const found = text.split('.').map(part => (/^-?\d+$/.test(part) ? +part : NaN)), { length } = found;
  if (!found.every(value => value >= low && value <= high)) return;
  if (!sizes) return length === 1 ? found[0] : pair && length === 2 ? found : undefined;
  const [[least, rows], columns] = sizes, width = columns?.[1];       // a table has all its rows and columns
  if (columns) return length === rows * width ? table(rows, width, (i, j) => found[i * width + j]) : undefined;
  return length >= least && length <= rows ? found : undefined;
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
  const changed = Object.keys(limits).filter(key => !equal(state[key], first[key]));
  const all = address();
  if (changed.length) all.set(id, changed.map(key => `${key}_${write(state[key])}`).join('*'));
  else all.delete(id);
  history.replaceState(null, '', all.size ? '#' + all : location.pathname + location.search);
}

// --- The page ---

function start(place, id) {
  const { explorer: name, state, limits } = place.dataset, first = JSON.parse(state), bounds = JSON.parse(limits);
  const linked = () => stateFrom(address().get(id), first, bounds);
  const current = { ...linked(), _limits: bounds, _initial: first };
  let waiting;
  const model = pageModel(current, () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => keep(id, current, first, bounds), 400);         // a drag is over
  });
  try {
    EXPLORERS[name]().render({ model, el: place });
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

function startAll() {
  const seen = {};
  let linked;
  for (const place of document.querySelectorAll('[data-explorer]')) {
    const name = place.dataset.explorer, n = (seen[name] = (seen[name] || 0) + 1);
    const id = n > 1 ? `${name}-${n}` : name;
    start(place, id);
    if (address().has(id)) linked ||= place;
  }
  linked?.scrollIntoView();
}

if (document.readyState === 'loading') addEventListener('DOMContentLoaded', startAll);
else startAll();
