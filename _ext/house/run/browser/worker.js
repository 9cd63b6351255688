// Python in the background, one for a page. Asked with { number, source }, it answers with what became of the cell.
import { loadPyodide } from '../pyodide/pyodide.mjs';

const HERE = new URL('.', import.meta.url).href, PYODIDE = new URL('../pyodide/', HERE).href;
const BOOK = '/home/pyodide/book';                                // where the files beside the chapters lie
const say = (kind, value) => postMessage({ kind, value });

// --- What is fetched is counted ------------------------------------------------------------------------------------

const fetchQuietly = globalThis.fetch;
const sizes = fetchQuietly(`${HERE}sizes.json`).then((answer) => answer.json());
const loaded = { bytes: 0, of: 0 };
const FIRST = ['pyodide.asm.wasm', 'python_stdlib.zip', 'python.zip', 'beside.zip'];  // all that comes at the start
sizes.then((all) => FIRST.forEach((name) => { loaded.of += all[name]; }));

// Pyodide waits for ever where its WebAssembly does not come, or breaks off.
const lost = (name, why) => say('broken', `${name} did not arrive: ${why}`);

globalThis.fetch = async (address, options) => {
  const name = new URL(address.url ?? address).pathname.split('/').pop();
  const answer = await fetchQuietly(address, options).catch((error) => { lost(name, error); throw error; });
  const size = (await sizes)[name];
  if (!size) return answer;
  if (!answer.ok) lost(name, answer.status);
  if (!FIRST.includes(name)) loaded.of += size;
  const { readable, writable } = new TransformStream({
    transform(chunk, stream) {
      loaded.bytes += chunk.length;
      say('loaded', loaded);
      stream.enqueue(chunk);
    },
  });
  answer.body.pipeTo(writable).catch((error) => lost(name, error));
  return new Response(readable, { status: answer.status, headers: answer.headers });
};

// --- Python --------------------------------------------------------------------------------------------------------

const bytes = async (name) => (await fetch(HERE + name)).arrayBuffer();

async function start() {
  const python = await loadPyodide({ indexURL: PYODIDE, lockFileURL: `${HERE}lock.json` });
  python.unpackArchive(await bytes('python.zip'), 'zip', { extractDir: sitePackages(python) });
  python.unpackArchive(await bytes('beside.zip'), 'zip', { extractDir: BOOK });
  python.pyimport('session').enter(`${BOOK}/${decodeURIComponent(location.search.slice(1))}`);
  return python;
}

const sitePackages = (python) => python.runPython('import site; site.getsitepackages()[0]');

let photographs;

// Pyodide checks each file against its lock, and goes on without one that did not come: so look.
async function load(python, source) {
  const asked = python.pyimport('needed').imports(source), problems = [];
  const before = Object.keys(python.loadedPackages).length;
  await python.loadPackagesFromImports(asked, { messageCallback() {}, errorCallback: (text) => problems.push(text) });
  if (problems.length) throw Error(problems[0]);
  if (Object.keys(python.loadedPackages).length === before) return;
  photographs ??= await bytes('photographs.zip');
  python.unpackArchive(photographs, 'zip', { extractDir: sitePackages(python) });
  python.pyimport('session').settle();
}

const started = start();
started.then(() => say('started'), (error) => say('broken', String(error)));

onmessage = async ({ data: { number, source } }) => {
  try {
    const python = await started;
    await load(python, source);
    say('running');
    const result = JSON.parse(python.pyimport('session').run(number, source));
    say('done', { ...result, memory: python._module.HEAP8.length });
  } catch (error) {
    say('broken', String(error));
  }
};
