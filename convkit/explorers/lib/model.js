// What a page has for a kernel's model: anywidget's get, set, on, off and save_changes.
import { equal } from './arithmetic.js';

export function pageModel(state, save) {
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
