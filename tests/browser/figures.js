// Act on an explorer as a reader does, and read what a reader sees. `figures.py` calls `act` and `read`.
window.figures = (() => {
  const text = element => element?.textContent.replace(/\s+/g, ' ').trim() ?? '';
  const shown = element => element.checkVisibility({ visibilityProperty: true });
  const root = place => place.querySelector('.cx');
  // To ask what is shown lays the figure out anew, which takes longest: only where a name is not enough.
  const only = found => (found.length > 1 ? found.find(shown) : found[0]);
  const named = (place, name) => only([...place.querySelectorAll('[role=grid], svg[role=group], [data-view]')]
    .filter(view => view.getAttribute('aria-label') === name));
  const cells = view => view.matches('[role=grid]') ? [...view.rows].map(row => [...row.cells])
    : [[...view.querySelectorAll('.cx-column')]];

  function control(place, label) {
    const found = only([...place.querySelectorAll('label')].filter(l => text(l) === label));
    if (!found) throw new Error(`no control is called "${label}"`);
    return found.control;
  }

  const acts = {
    // ["set", label, value]: move a slider, choose, tick
    set(place, label, value) {
      const input = control(place, label);
      if (input.type === 'checkbox') return input.checked === value || input.click();
      if (input.type === 'range' && !(value >= +input.min && value <= +input.max)) throw new Error(`${label} cannot be ${value}`);
      input.value = value;
      input.dispatchEvent(new Event(input.type === 'range' ? 'input' : 'change', { bubbles: true }));
    },
    // ["key", view, row, column, key]: press a key on a cell or a bar
    key(place, view, i, j, key) {
      const cell = cells(named(place, view))[i][j];
      cell.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    },
    point(place, view, i, j) {
      cells(named(place, view))[i][j].dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));
    },
    leave(place, view) { named(place, view).dispatchEvent(new PointerEvent('pointerleave')); },
    click(place, view, i, j) { cells(named(place, view))[i][j].dispatchEvent(new MouseEvent('click', { bubbles: true })); },
    press(place, label) {
      only([...place.querySelectorAll('button')].filter(b => (b.getAttribute('aria-label') ?? text(b)) === label)).click();
    },
  };

  /** What a drawing of rows of numbers as steps holds; null where there is none. */
  function profile(place) {
    const drawing = place.querySelector('.cx-steps');
    if (!drawing) return null;
    const paths = [...drawing.querySelectorAll('path')].map(path => path.getAttribute('d'));
    return { paths, column: drawing.querySelector('rect').getAttribute('x'), says: drawing.getAttribute('aria-label') };
  }

  function read(place) {
    const views = {};
    for (const view of place.querySelectorAll('[role=grid], svg[role=group]')) {
      if (!shown(view)) continue;
      views[view.getAttribute('aria-label')] = cells(view).map(row => row.map(cell =>
        [text(cell.querySelector('.cx-number') ?? cell), cell.getAttribute('class') ?? '']));
    }
    // What stands under the bars of a plot
    const under = Object.fromEntries([...place.querySelectorAll('svg[role=group]')].map(view =>
      [view.getAttribute('aria-label'), [...view.querySelectorAll('.cx-under')].map(text)]));
    const part = name => text(root(place).querySelector(name));
    const controls = {};
    for (const label of place.querySelectorAll('label')) {
      if (shown(label) && label.control) controls[text(label)] = label.control.type === 'checkbox' ? label.control.checked : label.control.value;
    }
    return { views, under, controls, profile: profile(place), formula: part('.cx-formula'), sum: part('.cx-sum'), sentence: part('.cx-sentence'),
      call: part('.cx-call'), warns: Boolean(root(place).querySelector('.cx-sentence.cx-warn')) };
  }

  /** Only what lights up in each view, and the sum: quick, for hundreds of cells. */
  function links(place) {
    const lit = {};
    for (const view of place.querySelectorAll('[role=grid], svg[role=group]')) {
      lit[view.getAttribute('aria-label')] = cells(view).flatMap((row, i) =>
        row.flatMap((cell, j) => (cell.classList.contains('cx-on') ? [[i, j]] : [])));
    }
    return { lit, sum: text(root(place).querySelector('.cx-sum')) };
  }

  /** Do lists of acts one after the other; look after each list. */
  const run = (place, lists, look) => lists.map(list => {
    for (const [kind, ...rest] of list) acts[kind](place, ...rest);
    return { read, links }[look](place);
  });
  return { run };
})();
