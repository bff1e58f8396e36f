// In a process of its own: the import, `load()`, the first key and the first header. Prints milliseconds. The argument is the entry.

performance.now();
const begun = performance.now();
const { load } = await import(`../dist/${process.argv[2]}`);
const imported = performance.now();
const { Assertion, Key } = await load();
const loaded = performance.now();
Assertion.authorize(Key.generate(), 'agent', 'task');
const ended = performance.now();
console.log(JSON.stringify({ import: imported - begun, load: loaded - imported, 'first-header': ended - loaded, all: ended - begun }));
