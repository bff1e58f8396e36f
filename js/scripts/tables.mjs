// The tables of the compact engine: every type and function in a notation that src/compact/tables.ts reads.
//
//   blocks    separated by blank lines: the resources, the types, then each interface
//   a type    `|case case`, `=case:type case` or `.member:type member:type`
//   function  `resource.name parameter:type>result`, with `<` for `>` where it may fail with an error: the result is then the value
//   inside    s y b h i U I for string, bytes, bool, u16, u32, u64, s64; ?option [list (pair !result #type &borrowed *owned _nothing
//
// Strings, which are most, are left out at the end of a type; so is its colon where that has none, but in a variant.

const PRIMITIVES = { string: 's', bool: 'b', u16: 'h', u32: 'i', u64: 'U', s64: 'I' };

export function compactTables(interfaces, named, { camel, method, isFallible }) {
  const names = (isResource) => [...named].filter(([, { kind }]) => (kind === 'resource') === isResource).map(([name]) => name);
  const [resources, types] = [names(true), names(false)];

  const spelt = (type) => {
    if (type === undefined) return '_';
    if (type.list === 'u8') return 'y';
    if (type.list) return `[${spelt(type.list)}`;
    if (type.option) return `?${spelt(type.option)}`;
    if (type.result) return `!${type.result.map(spelt).join('')}`;
    if (type.borrow) return `&${resources.indexOf(type.borrow)}`;
    if (type.own) return `*${resources.indexOf(type.own)}`;
    if (type.tuple) {
      if (type.tuple.length !== 2) throw new Error('the compact engine knows tuples of two only');
      return `(${type.tuple.map(spelt).join('')}`;
    }
    if (PRIMITIVES[type]) return PRIMITIVES[type];
    if (resources.includes(type)) return `*${resources.indexOf(type)}`;
    if (types.includes(type)) return `#${types.indexOf(type)}`;
    throw new Error(`the compact engine does not know the type ${JSON.stringify(type)}`);
  };
  const trimmed = (type) => spelt(type).replace(/s+$/, '');
  const typed = (name, type) => `${name}:${trimmed(type)}`.replace(/:$/, '');

  const definition = (name) => {
    const { kind, members } = named.get(name);
    const mark = { enum: '|', variant: '=', record: '.' }[kind];
    const one = ({ name, type }) => {
      if (kind === 'record') return typed(camel(name), type);
      return type === undefined ? name : `${name}:${trimmed(type)}`;
    };
    return mark + members.map(one).join(' ');
  };
  const signature = (fn) => {
    const params = fn.params.map(([name, type]) => typed(camel(name), type)).join(' ');
    const [mark, result] = isFallible(fn) ? ['<', fn.result.result[0]] : ['>', fn.result];
    return `${fn.resource ? `${camel(fn.resource)}.` : ''}${method(fn)} ${params}${mark}${trimmed(result)}`;
  };

  const block = ({ name, functions }) => [camel(name), ...functions.map(signature)].join('\n');
  return [resources.join(' '), types.map(definition).join('\n'), ...interfaces.map(block)].join('\n\n');
}
