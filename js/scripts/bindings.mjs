// Writes the TypeScript of the interfaces: their types with the documentation of the WIT, and the tables that calls go by.

import { compactTables } from './tables.mjs';
import { readWit } from './wit.mjs';

const PRIMITIVES = { string: 'string', bool: 'boolean', u8: 'number', u16: 'number', u32: 'number', u64: 'bigint', s64: 'bigint' };

/** The modules of src/generated for the WIT in a folder, and the core functions that the component must export for them. */
export function bindings(folder) {
  const wit = readWit(folder);
  const interfaces = wit.exported.map((name) => wit.interfaces.get(name));
  const named = new Map();
  for (const { name, types } of interfaces) {
    for (const [type, definition] of types) {
      if (named.has(type)) throw new Error(`${type} is defined in ${named.get(type).from} and in ${name}: give it another name`);
      named.set(type, { ...definition, from: name });
    }
  }
  const exports = interfaces.flatMap((found) => found.functions.map((one) => path(found.name, one)));
  return {
    packageName: wit.packageName,
    types: typesModule(interfaces, named),
    guest: guestModule(interfaces, named),
    abi: abiModule(interfaces, named),
    compact: compactModule(interfaces, named),
    resources: resources(named),
    exports,
  };
}

const NOTICE = '// Generated from the WIT of the component. Changes are lost with the next build.\n';

function typesModule(interfaces, named) {
  let text = `${NOTICE}\nimport type { Handle } from '../engine/handle.js';\n`;
  text += '\n/** What came of something: a value or a failure. */\n';
  text += "export type Result<T, E> = { tag: 'ok'; val: T } | { tag: 'err'; val: E };\n";
  for (const found of interfaces) {
    for (const [name, type] of found.types) if (type.kind !== 'resource') text += `\n${definition(name, type, named)}`;
  }
  return text;
}

function definition(name, { kind, docs, members }, named) {
  const title = `${comment(docs)}export `;
  if (kind === 'record') {
    const lines = members.map((member) => `${comment(member.docs, '  ')}  ${property(member, named)};\n`);
    return `${title}interface ${pascal(name)} {\n${lines.join('')}}\n`;
  }
  const cases = members.map((member) => {
    if (kind === 'enum') return `'${member.name}'`;
    return member.type ? `{ tag: '${member.name}'; val: ${spelt(member.type, named)} }` : `{ tag: '${member.name}'; val?: undefined }`;
  });
  const documented = members.map((member, index) => `${comment(member.docs, '  ')}  | ${cases[index]}`);
  return `${title}type ${pascal(name)} =\n${documented.join('\n')};\n`;
}

function property({ name, type }, named) {
  return type.option ? `${camel(name)}?: ${spelt(type, named)}` : `${camel(name)}: ${spelt(type, named)}`;
}

/** A type as TypeScript spells it. */
function spelt(type, named) {
  if (type === undefined) return 'undefined';
  if (typeof type === 'string') {
    if (PRIMITIVES[type]) return PRIMITIVES[type];
    return known(type, named).kind === 'resource' ? 'Handle' : pascal(type);
  }
  if (type.borrow || type.own) return 'Handle';
  if (type.option) return `${spelt(type.option, named)} | undefined`;
  if (type.tuple) return `[${type.tuple.map((inner) => spelt(inner, named)).join(', ')}]`;
  if (type.result) return `Result<${spelt(type.result[0], named)}, ${spelt(type.result[1], named)}>`;
  if (type.list === 'u8') return 'Uint8Array';
  return `${spelt(type.list, named)}[]`;
}

/** What every engine offers. */
function guestModule(interfaces, named) {
  let text = `${NOTICE}\nimport type { Handle } from '../engine/handle.js';\n`;
  text += `import type {\n${mentionedBy(interfaces, named).map((name) => `  ${pascal(name)},\n`).join('')}} from './types.js';\n`;
  return `${text}\nexport interface Guest {\n${interfaces.map((found) => signatures(found, named)).join('')}}\n`;
}

/** How the functions of the component are bound: each type of the Canonical ABI as code. */
function abiModule(interfaces, named) {
  const used = ['bool', 'borrow', 'bytes', 'enumeration', 'list', 'option', 'own', 'record', 'result', 's64', 'string', 'tuple', 'u16', 'u32', 'u64', 'variant'];
  let text = `${NOTICE}\nimport { ${used.join(', ')}, type Type } from '../abi/types.js';\n`;
  text += "import { lazily } from '../engine/instance.js';\nimport type { Guest } from './guest.js';\n";
  text += '\n/** `types` are those of the parameters and of the result; made when they are first needed. */\n';
  text += 'type Bind = (path: string, names: string, types: () => readonly [params: readonly Type[], result?: Type]) => any;\n';
  text += '\n/** Every exported function, bound by `plain`, or by `fallible` where it may fail with an error: its result is then the value. */\n';
  text += 'export function bind(plain: Bind, fallible: Bind): Guest {\n';
  text += `  return {\n${interfaces.map((found) => bound(found, named)).join('')}  };\n}\n`;
  text += '\n// How each type crosses the boundary.\n';
  for (const [type, definition] of ordered(named)) text += `const ${camel(type)}$ = /* @__PURE__ */ lazily(() => ${table(type, definition, named)});\n`;
  return text;
}

/** The same for the compact engine, as a text, which is half as long. */
function compactModule(interfaces, named) {
  const tables = compactTables(interfaces, named, { camel, method, isFallible });
  return `${NOTICE}\n/** In the notation of compact/tables.ts. */\nexport const TABLES = \`${tables}\`;\n`;
}

/** Names of resources, in the order of the WIT. */
const resources = (named) => [...named].filter(([, { kind }]) => kind === 'resource').map(([name]) => name);

/** The types that functions mention. */
function mentionedBy(interfaces, named) {
  const types = interfaces.flatMap((found) => found.functions.flatMap((fn) => [...fn.params.map(([, type]) => type), fn.result]));
  const names = new Set(types.flatMap(mentioned).filter((name) => known(name, named).kind !== 'resource'));
  return [...names].sort();
}

function signatures(found, named) {
  const one = (fn) => {
    const params = fn.params.map(([name, type]) => `${camel(name)}: ${spelt(type, named)}`);
    const result = isFallible(fn) ? fn.result.result[0] : fn.result;
    const indent = fn.resource ? '      ' : '    ';
    return `${comment(fn.docs, indent)}${indent}${method(fn)}(${params.join(', ')}): ${result ? spelt(result, named) : 'void'};\n`;
  };
  return `  ${camel(found.name)}: {\n${grouped(found, one, (group, lines) => `    ${camel(group)}: {\n${lines}    };\n`)}  };\n`;
}

function bound(found, named) {
  const one = (fn) => {
    const names = fn.params.map(([name]) => camel(name)).join(' ');
    const types = fn.params.map(([, type]) => expression(type, named)).join(', ');
    const result = isFallible(fn) ? fn.result.result[0] : fn.result;
    const last = result ? `, ${expression(result, named)}` : '';
    const binder = isFallible(fn) ? 'fallible' : 'plain';
    return `      ${fn.resource ? '  ' : ''}${method(fn)}: ${binder}('${path(found.name, fn)}', '${names}', () => [[${types}]${last}]),\n`;
  };
  return `    ${camel(found.name)}: {\n${grouped(found, one, (group, lines) => `      ${camel(group)}: {\n${lines}      },\n`)}    },\n`;
}

function grouped(found, one, wrap) {
  return [...byResource(found.functions)].map(([resource, fns]) => (resource ? wrap(resource, fns.map(one).join('')) : fns.map(one).join(''))).join('');
}

function byResource(functions) {
  const groups = new Map();
  for (const fn of functions) groups.set(fn.resource, [...(groups.get(fn.resource) ?? []), fn]);
  return groups;
}

/** The name of a function in TypeScript, where `constructor` is taken. */
const method = (fn) => (fn.form === 'constructor' ? 'create' : camel(fn.name));

const isFallible = (fn) => fn.result?.result?.[1] === 'error';

function path(interfaceName, { name, form, resource }) {
  switch (form) {
    case 'function':
      return `${interfaceName}#${name}`;
    case 'constructor':
      return `${interfaceName}#[constructor]${resource}`;
    default:
      return `${interfaceName}#[${form}]${resource}.${name}`;
  }
}

/** Types after those they are made of. */
function ordered(named) {
  const done = new Map();
  const visit = (name) => {
    if (done.has(name)) return;
    const type = known(name, named);
    if (type.kind === 'resource') return;
    for (const inner of type.members.flatMap((member) => mentioned(member.type))) visit(inner);
    done.set(name, type);
  };
  for (const name of named.keys()) visit(name);
  return done;
}

function mentioned(type) {
  if (type === undefined) return [];
  if (typeof type === 'string') return PRIMITIVES[type] ? [] : [type];
  return Object.values(type).flat().flatMap(mentioned);
}

function table(name, { kind, members }, named) {
  if (kind === 'enum') return `enumeration([${members.map((member) => `'${member.name}'`).join(', ')}])`;
  const key = (member) => (kind === 'record' ? camel(member.name) : /-/.test(member.name) ? `'${member.name}'` : member.name);
  const value = (member) => (member.type === undefined ? 'undefined' : expression(member.type, named));
  return `${kind}({ ${members.map((member) => `${key(member)}: ${value(member)}`).join(', ')} })`;
}

/** A type as an expression of the tables. */
function expression(type, named) {
  if (type === undefined) return 'undefined';
  if (typeof type === 'string') {
    if (PRIMITIVES[type]) return type;
    return known(type, named).kind === 'resource' ? `own('${type}')` : `${camel(type)}$()`;
  }
  if (type.borrow) return `borrow('${type.borrow}')`;
  if (type.own) return `own('${type.own}')`;
  if (type.list === 'u8') return 'bytes';
  if (type.list) return `list(${expression(type.list, named)})`;
  if (type.option) return `option(${expression(type.option, named)})`;
  if (type.tuple) return `tuple([${type.tuple.map((inner) => expression(inner, named)).join(', ')}])`;
  return `result(${expression(type.result[0], named)}, ${expression(type.result[1], named)})`;
}

function known(name, named) {
  const found = named.get(name);
  if (!found) throw new Error(`the type ${name} is not one of an exported interface`);
  return found;
}

function comment(docs, indent = '') {
  if (!docs.length) return '';
  if (docs.length === 1) return `${indent}/** ${docs[0]} */\n`;
  return `${indent}/**\n${docs.map((line) => `${indent} * ${line}`.trimEnd()).join('\n')}\n${indent} */\n`;
}

const camel = (name) => name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
const pascal = (name) => camel(`-${name}`);
