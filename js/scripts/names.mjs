// Gives the functions of the core module their full names again. Inside a component they may have any: what finds what there is told by
// its wiring alone, which jco writes out in its glue.

/** The main module with its exports under the names of the Canonical ABI. `shim` is the module that stands for functions not yet made. */
export function named(main, shim, glue) {
  const entries = new Map(exportsOf(main).map(({ name, kind, index }) => [name, { kind, index }]));
  const names = [...functions(glue), ...destructors(main, shim, glue)];
  const found = [['memory', assigned(glue, 'memory0')], ['cabi_realloc', assigned(glue, 'realloc0')], ...names];
  return withExports(main, found.map(([full, short]) => ({ name: full, ...entries.get(short) })));
}

const CALL = /\[iface="([^"]+)", function="([^"]+)"\]\[Instruction::CallWasm\] enter'/g;

/** Each function and what frees its result. */
function functions(glue) {
  const calls = [...glue.matchAll(CALL)];
  return calls.flatMap(({ index, 1: from, 2: name }, place) => {
    const body = glue.slice(index, calls[place + 1]?.index);
    const full = `${from}#${name}`;
    const found = [[full, assigned(glue, /fn: \(\) => (\w+)\(/.exec(body)[1])]];
    const after = /\b(postReturn\d+)\(/.exec(body)?.[1];
    return after ? [...found, [`cabi_post_${full}`, assigned(glue, after)]] : found;
  });
}

/** What ends each resource: the glue calls it by the shim, whose places are filled later. */
function destructors(main, shim, glue) {
  const owners = new Map(WebAssembly.Module.imports(new WebAssembly.Module(main)).map(({ module, name }) => [name, module.replace('[export]', '')]));
  const places = new Map(exportsOf(shim).map(({ name, index }) => [name, index]));
  return [...glue.matchAll(/exports0(?:\.(\w+)|\['([^']+)'\])\(rep\);/g)].map(({ index, 1: plain, 2: quoted }) => {
    const [, pascal] = /\bclass (\w+)/.exec(glue.slice(index));
    const kind = pascal.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
    const from = owners.get(`[resource-drop]${kind}`);
    const filled = new RegExp(`'${places.get(plain ?? quoted)}': Object\\.assign\\(exports1(?:\\.(\\w+)|\\['([^']+)'\\])`).exec(glue);
    return [`${from}#[dtor]${kind}`, filled[1] ?? filled[2]];
  });
}

/** The export of the main module that a variable of the glue is. */
function assigned(glue, variable) {
  const [, plain, quoted] = new RegExp(`\\b${variable} = exports1(?:\\.(\\w+)|\\['([^']+)'\\]);`).exec(glue) ?? [];
  if (!plain && !quoted) throw new Error(`jco's glue does not say what ${variable} is`);
  return plain ?? quoted;
}

const EXPORTS = 7;

function exportsOf(module) {
  const { from } = sections(module).find(({ id }) => id === EXPORTS);
  let at = from;
  const number = () => {
    const [value, next] = unsigned(module, at);
    at = next;
    return value;
  };
  return Array.from({ length: number() }, () => {
    const length = number();
    const name = new TextDecoder().decode(module.subarray(at, at + length));
    at += length;
    return { name, kind: number(), index: number() };
  });
}

/** The module with these exports in the place of its own. */
function withExports(module, entries) {
  const body = [...leb(entries.length)];
  for (const { name, kind, index } of entries) {
    const bytes = new TextEncoder().encode(name);
    body.push(...leb(bytes.length), ...bytes, kind, ...leb(index));
  }
  const { start, end } = sections(module).find(({ id }) => id === EXPORTS);
  return Buffer.concat([module.subarray(0, start), Uint8Array.from([EXPORTS, ...leb(body.length), ...body]), module.subarray(end)]);
}

function sections(module) {
  const found = [];
  for (let at = 8; at < module.length; ) {
    const [length, from] = unsigned(module, at + 1);
    found.push({ id: module[at], start: at, from, end: from + length });
    at = from + length;
  }
  return found;
}

function unsigned(bytes, from) {
  let [value, shift, at] = [0, 0, from];
  do {
    value |= (bytes[at] & 0x7f) << shift;
    shift += 7;
    at += 1;
  } while (bytes[at - 1] & 0x80);
  return [value >>> 0, at];
}

function leb(value) {
  const bytes = [];
  let rest = value;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>>= 7;
  } while (rest);
  return bytes;
}
