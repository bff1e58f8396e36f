// The tables on standard output, and the JSON file in the form of the Rust benches.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, release } from 'node:os';
import { join } from 'node:path';
import { place as pathOf } from '../scripts/tools.mjs';
import { judge } from './targets.mjs';

/** A target folder that CARGO_TARGET_DIR names is used here too. */
const FOLDER = join(process.env.CARGO_TARGET_DIR || pathOf('../target'), 'bench');

/** What a row is compared with, if it is there: what the platform itself takes for the raw operation. */
const REFERENCES = ['node-crypto', 'web-crypto'];

export function print(runtimes) {
  for (const { place, version, rows } of runtimes) {
    console.log(`\n${`${place} (${version})`.padEnd(32)} ${'median'.padStart(11)}   ${'10 %'.padStart(11)} … ${'90 %'.padEnd(11)} ${compared('÷ node:crypto', '÷ WebCrypto')}`);
    for (const { name, ns, low, high } of rows) {
      const ratios = REFERENCES.map((reference) => ratio(name, ns, rows, reference));
      console.log(`${name.padEnd(32)} ${time(ns).padStart(11)}   ${time(low).padStart(11)} … ${time(high).padEnd(11)} ${compared(...ratios)}`);
    }
  }
  printEngines(runtimes);
  const verdicts = runtimes.flatMap(judge);
  if (verdicts.length) console.log(`\n${'target'.padEnd(56)} ${'measured'.padStart(10)}   ${'bound'.padStart(8)}`);
  for (const { text, measured, bound, met } of verdicts) {
    console.log(`${text.padEnd(56)} ${measured.toFixed(2).padStart(10)}   ${bound.padStart(8)}   ${met ? 'met' : 'MISSED'}`);
  }
}

/** The two engines beside each other: calls, and starts. */
function printEngines(runtimes) {
  console.log(`\n${'engine'.padEnd(32)} ${'component'.padStart(11)} ${'compact'.padStart(11)}   compact ÷ component`);
  for (const { place, rows } of runtimes) {
    for (const { name, component, compact } of pairs(rows)) {
      const what = `${place}/${name}`.padEnd(32);
      console.log(`${what} ${time(component).padStart(11)} ${time(compact).padStart(11)}   ${(compact / component).toFixed(2)}`);
    }
  }
}

function pairs(rows) {
  const found = new Map(rows.map(({ name, ns }) => [name, ns]));
  const beside = (name, component, compact) => (found.has(component) && found.has(compact) ? [{ name, component: found.get(component), compact: found.get(compact) }] : []);
  const calls = [...found.keys()].filter((name) => name.startsWith('engine/') && name.endsWith('/component')).map((name) => name.slice(7, -10));
  return [...calls.flatMap((call) => beside(call, `engine/${call}/component`, `engine/${call}/compact`)), ...beside('start', 'start/all', 'start-compact/all')];
}

/** Writes js.json, whole or not at all, and gives its path. */
export function write(runtimes, effort, skipped) {
  const rows = runtimes.flatMap(({ place, rows }) => rows.map(({ name, ns }) => ({ name: `${place}/${name}`, ns: Math.round(ns * 10) / 10 })));
  const targets = runtimes.flatMap(judge).map((verdict) => ({ ...verdict, measured: Number(verdict.measured.toFixed(3)) }));
  const report = { machine: describe(runtimes, effort), rows, targets, skipped };
  mkdirSync(FOLDER, { recursive: true });
  const [file, unfinished] = [join(FOLDER, 'js.json'), join(FOLDER, `js.json.${process.pid}.tmp`)];
  writeFileSync(unfinished, `${JSON.stringify(report, undefined, 2)}\n`);
  renameSync(unfinished, file);
  return file;
}

function describe(runtimes, effort) {
  const { version } = JSON.parse(readFileSync(pathOf('package.json'), 'utf8'));
  const { devDependencies } = JSON.parse(readFileSync(pathOf('bench/peers/package.json'), 'utf8'));
  const versions = { 'agent-identity': version, ...devDependencies, ...Object.fromEntries(runtimes.map((runtime) => [runtime.place, runtime.version])) };
  const guest = createHash('sha256').update(readFileSync(pathOf('dist/guest.wasm'))).digest('hex');
  return { cpu: cpus()[0]?.model, cores: availableParallelism(), os: platform(), arch: arch(), kernel: release(), effort, versions, guest_sha256: guest };
}

/** Header and signature are compared with a signature, verification with a verification. */
function ratio(name, ns, rows, reference) {
  const kind = { header: 'sign', sign: 'sign', verify: 'verify' }[name.split('/')[0]];
  const against = rows.find((row) => row.name === `${kind}/${reference}`);
  return against ? (ns / against.ns).toFixed(2) : '';
}

function compared(...columns) {
  return columns.map((column) => column.padStart(14)).join('').trimEnd();
}

function time(ns) {
  if (ns < 1e3) return `${ns.toFixed(0)} ns`;
  return ns < 1e6 ? `${(ns / 1e3).toFixed(2)} µs` : `${(ns / 1e6).toFixed(2)} ms`;
}
