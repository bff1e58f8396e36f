// The examples of the documentation, with what they belong to.

import { readFileSync, readdirSync } from 'node:fs';
import { place } from '../packed.mjs';

/** A documented declaration: its comment, what it is, its name. */
const DECLARED = /\/\*\*((?:[^*]|\*(?!\/))*)\*\/\n(?: *(?:\/\/[^\n]*\n)?)export (?:declare )?(?:abstract )?(?:async )?(class|function|const) (\w+)/g;

const FENCED = /```(?:js|ts)\n([\s\S]*?)```/g;

/** Declarations of the sources that are classes, functions or values: `{ file, name, examples }`. */
export function declarations() {
  const files = readdirSync(place('src'), { recursive: true }).filter((name) => name.endsWith('.ts') && !/^(cli|conform|abi|compact|engine|generated)\//.test(name));
  return files.sort().flatMap((file) => [...readFileSync(place(`src/${file}`), 'utf8').matchAll(DECLARED)].map((found) => declarationOf(file, found)));
}

function declarationOf(file, [, comment, , name]) {
  const text = comment.replaceAll(/^ *\* ?/gm, '');
  const isInternal = text.includes('@internal');
  return { file, name, isInternal, examples: [...text.matchAll(FENCED)].map(([, code]) => code) };
}

/** Every example of the sources: also those of members. */
export function examplesOfSources() {
  const files = readdirSync(place('src'), { recursive: true }).filter((name) => name.endsWith('.ts'));
  return files.sort().flatMap((file) => {
    const comments = readFileSync(place(`src/${file}`), 'utf8').match(/\/\*\*(?:[^*]|\*(?!\/))*\*\//g) ?? [];
    return comments.flatMap((comment) => blocksOf(file, comment.replaceAll(/^ *\* ?/gm, '')));
  });
}

/** Every example of a page. */
export function examplesOfPage(path) {
  return blocksOf(path, readFileSync(place(path), 'utf8'));
}

function blocksOf(file, text) {
  return [...text.matchAll(FENCED)].map(([, code]) => ({ file, code }));
}

/** The names that programs can import as values or as types of values: those of the entries, and of the hosts. */
export function publicNames() {
  const entries = ['exports.ts', 'index.ts'].map((file) => readFileSync(place(`src/${file}`), 'utf8'));
  const listed = entries.flatMap((text) => [...text.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, names]) => names.split(',')));
  return new Set(['load', ...listed.map((name) => name.replace(/type /, '').trim())]);
}
