// The folder of the page in the site, in which this file is _static/run/python.js.
const folder = () => new URL('.', document.baseURI).pathname.slice(new URL('../../', import.meta.url).pathname.length);

// The page's end of the worker: one cell at a time.
export class Python {
  constructor(hear) {
    this.hear = hear;                                          // called with (kind, value) while a cell is on its way
    this.worker = new Worker(new URL(`worker.js?${folder()}`, import.meta.url), { type: 'module' });
    this.worker.onmessage = ({ data: { kind, value } }) => (kind === 'done' ? this.answer.resolve(value) : this.listen(kind, value));
    this.worker.onerror = ({ message }) => this.fail(message || 'its worker could not be loaded');
    this.broken = null;
  }

  listen(kind, value) {
    if (kind === 'broken') this.fail(value);
    else this.hear(kind, value);
  }

  fail(reason) {
    this.broken = Error(reason);
    this.answer?.reject(this.broken);
  }

  run(number, source) {
    return new Promise((resolve, reject) => {
      this.answer = { resolve, reject };
      if (this.broken) reject(this.broken);
      else this.worker.postMessage({ number, source });
    });
  }

  end(reason) {
    this.worker.terminate();
    this.fail(reason);
  }
}
