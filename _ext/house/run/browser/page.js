// A page that runs: which cells, in which order, and what is no longer true of those that have run.
import { edit } from './editor.js';
import { Outputs } from './outputs.js';
import { Python } from './python.js';

const MEGA = 1e6, STOPPED = 'stopped';

class Cell {
  constructor(element, place, changed) {
    this.element = element;
    this.number = place + 1;
    this.area = element.querySelector('.run-code');
    this.code = element.querySelector('.cell_input pre');
    this.written = this.code.textContent.replace(/\n$/, '');     // by the author
    this.coloured = [...this.code.childNodes];
    this.ran = null;                                            // the source that ran last
    this.fresh = false;                                         // what it has done is what it would do now
    this.outputs = new Outputs(element);
    edit(this.area, this.code, () => changed(this));
    this.resetButton = Object.assign(document.createElement('button'), { type: 'button', className: 'run-reset', textContent: 'Reset', ariaLabel: `Reset cell ${this.number}`, hidden: true });
    element.querySelector('.run-cell').before(this.resetButton);
  }

  get source() {
    return this.area.value;
  }

  restore() {
    this.area.value = this.written;
    this.code.replaceChildren(...this.coloured);
    this.outputs.restore();
    this.area.focus();
  }

  get isEdited() {
    return this.source !== this.written;
  }

  get state() {
    return this.element.dataset.run;
  }

  set state(state) {
    if (state) this.element.dataset.run = state;
    else delete this.element.dataset.run;
    if (state === 'busy') this.element.setAttribute('aria-busy', 'true');
    else this.element.removeAttribute('aria-busy');
  }

  mark(text) {
    this.element.querySelector('.run-mark').textContent = text;
  }

  // Another cell before it, or the cell itself, was changed after it ran.
  outdate() {
    this.fresh = false;
    if (!['ok', 'error'].includes(this.state)) return;
    this.state = 'stale';
    this.mark('changed since: run again');
  }

  forget() {
    this.fresh = false;
    this.state = '';
    this.mark('');
    this.outputs.unnoted();
  }
}

export class Page {
  constructor(elements, bar) {
    this.bar = bar;
    this.cells = elements.map((element, place) => new Cell(element, place, (cell) => this.changed(cell)));
    this.cells.forEach((cell) => { cell.resetButton.onclick = () => this.reset(cell); });
    this.queue = [];
    this.python = null;
    this.memory = 0;
    this.rounds = 0;
  }

  // --- What a reader does ------------------------------------------------------------------------------------------

  runAll() {
    return this.work(this.cells);
  }

  // A cell, after those before it that have not run, or not since a change.
  run(place) {
    return this.work([...this.cells.slice(0, place).filter((cell) => !cell.fresh), this.cells[place]]);
  }

  stop() {
    this.end('Stopped. The next run starts Python anew.');
  }

  restart() {
    this.end('Python starts anew with the next run.');
  }

  changed(cell) {
    cell.resetButton.hidden = !cell.isEdited;
    if (cell.ran === null || cell.ran === cell.source) return;
    cell.ran = null;
    this.cells.slice(cell.number - 1).forEach((later) => later.outdate());
  }

  reset(cell) {
    cell.restore();
    this.changed(cell);
    this.say(`Cell ${cell.number} is as the book has it.`);
  }

  // --- Work --------------------------------------------------------------------------------------------------------

  async work(cells) {
    if (this.queue.length) return void this.queue.push(...cells.filter((cell) => !this.queue.includes(cell)));
    this.queue.push(...cells);
    this.python ??= new Python((kind, value) => this.hear(kind, value));
    this.buttons(true);
    try {
      for (let cell; (cell = this.queue[0]); this.queue.shift()) await this.runOne(cell);
      this.say(this.summary(cells));
    } catch (error) {
      if (error.message !== STOPPED) this.broke(error);
    } finally {
      this.progress('');
      this.buttons(false);
      this.bar.dataset.rounds = ++this.rounds;                  // a sign for tests
    }
  }

  async runOne(cell) {
    const { source } = cell;
    this.running = cell;
    cell.state = 'busy';
    this.finish(cell, source, await this.python.run(cell.number, source));
  }

  finish(cell, source, result) {
    const pristine = this.cells.slice(0, cell.number).every((one) => !one.isEdited);
    this.memory = result.memory;
    Object.assign(cell, { state: result.state, ran: source, fresh: true });
    cell.outputs.show(result, pristine);
    cell.mark({ ok: `✓ ${result.seconds.toFixed(1)} s`, error: '✗ error', kept: 'the book’s output' }[result.state]);
    if (source !== cell.source) this.changed(cell);             // edited while it ran
  }

  end(words) {
    this.queue = [];
    this.python?.end(STOPPED);
    this.python = null;
    this.cells.forEach((cell) => cell.forget());
    this.buttons(false);
    this.say(words);
  }

  broke(error) {
    console.warn(error);
    this.end('Python did not start, or a file did not arrive whole. Run again to try once more.');
  }

  // --- What the bar says -------------------------------------------------------------------------------------------

  hear(kind, value) {
    const mega = (bytes) => Math.round(bytes / MEGA);
    if (kind === 'loaded') this.progress(`Loading: ${mega(value.bytes)} of ${mega(value.of)} MB`);
    if (kind === 'running') this.progress(`Running cell ${this.running.number} of ${this.cells.length}`);
  }

  summary(cells) {
    const count = (state) => this.cells.filter((cell) => cell.state === state).length;
    const [last] = cells.slice(-1);
    const said = cells.length > 1 ? `${count('ok')} of ${this.cells.length} cells have run` : `Cell ${last.number} has run`;
    const kept = count('kept') ? `, ${count('kept')} keep the book’s output` : '';
    const failed = cells.filter((cell) => cell.state === 'error').map((cell) => cell.number);
    const errors = failed.length ? ` Error in cell ${failed.join(', ')}.` : '';
    return `${said}${kept}; Python takes ${Math.round(this.memory / MEGA)} MB of memory.${errors}`;
  }

  say(text) {
    this.bar.querySelector('.run-said').textContent = text;
  }

  progress(text) {
    this.bar.querySelector('.run-progress').textContent = text;
  }

  buttons(busy) {
    const [all, stop, restart] = this.bar.querySelectorAll('button'), inside = this.bar.contains(document.activeElement);
    all.disabled = busy;
    stop.disabled = !busy;
    restart.disabled = busy || !this.python;
    if (inside) (busy ? stop : all).focus();                    // a button that can no longer be pressed lets the focus go
    if (busy) this.say('');
  }
}
