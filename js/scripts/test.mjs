// Every check of the JavaScript package, one after another. Each part ends with `<part>: N passed, N failed, N skipped`, and so does all.
//
//   node scripts/test.mjs           everything
//   node scripts/test.mjs --quick   only Node 20 and Chromium

import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { fail, report, skip } from '../runners/report.mjs';
import { runtimes } from './runtimes.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const isQuick = process.argv.includes('--quick');

/** Longest time a part may take, milliseconds: three places of a browser for each engine, each with a limit of its own. */
const LONGEST = 31 * 60_000;

const CLOSING = /^(.+): (\d+) passed, (\d+) failed, (\d+) skipped$/;

const total = { passed: 0, failed: 0, skipped: 0 };
const rows = [];
const add = ({ name, counts }) => {
  rows.push([name, ...counts]);
  ['passed', 'failed', 'skipped'].forEach((outcome, index) => (total[outcome] += counts[index]));
};

const node = process.execPath;
const tsc = join(root, 'node_modules/typescript/bin/tsc');

const isBuilt = await check('package', [
  ['builds', [node, 'scripts/build.mjs']],
  ['types', [node, tsc, '--noEmit']],
  ['suite builds', [node, 'scripts/suite.mjs']],
  ['types of the suite', [node, tsc, '-p', 'suite']],
  ['types of the console', [node, tsc, '-p', 'console']],
  ['size budget', [node, 'scripts/sizes.mjs']],
]);
if (isBuilt) {
  await part('Node tests', [node, '--experimental-websocket', '--test', '--test-reporter=./scripts/reporter.mjs', ...testFiles()]);
  await part('differential', [node, 'runners/differential.mjs']);
  for (const { name, runner, binary, why } of runtimes(isQuick)) {
    if (binary) await part(name, [binary, '--experimental-websocket', `runners/${runner}.mjs`]);
    else told(() => skip(name, why));
  }
}

const width = Math.max(...rows.map(([name]) => name.length));
console.log(`\n${'runtime'.padEnd(width)}  passed  failed  skipped`);
for (const [name, ...counts] of rows) console.log(`${name.padEnd(width)}  ${counts.map((count, index) => String(count).padStart(6 + (index > 1))).join('  ')}`);
console.log(`JavaScript: ${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed ? 1 : 0;

function testFiles() {
  const files = readdirSync(join(root, 'test'), { recursive: true }).filter((name) => name.endsWith('.test.mjs'));
  return files.sort().map((name) => join('test', name));
}

/** Commands that succeed or fail, together one part. All but the budget are needed by what follows. */
async function check(name, commands) {
  const findings = [];
  for (const [what, command] of commands) {
    console.log(`\n== ${name}: ${what}`);
    const code = await run(command, console.log);
    findings.push({ name: what, outcome: code ? 'failed' : 'passed', why: `\`${command.slice(1).join(' ')}\` ended with ${code}`, milliseconds: 0 });
  }
  told(() => report(name, findings));
  return findings.slice(0, 3).every(({ outcome }) => outcome === 'passed');
}

/** A command that counts for itself. One that ends without its counts has failed. */
async function part(name, command) {
  console.log(`\n== ${name}`);
  let seen = 0;
  let failed = 0;
  const code = await run(command, (line) => {
    console.log(line);
    const found = CLOSING.exec(line);
    if (!found) return;
    const counts = found.slice(2).map(Number);
    seen += 1;
    failed += counts[1];
    add({ name: found[1], counts });
  });
  if (!seen || (code && !failed)) told(() => fail(name, `it ended with ${code}${seen ? '' : ' and without counts'}`));
}

/** Counts what is reported here. */
function told(print) {
  const { log } = console;
  console.log = (text) => {
    log(text);
    const found = CLOSING.exec(text);
    if (found) add({ name: found[1], counts: found.slice(2).map(Number) });
  };
  print();
  console.log = log;
}

/** Runs a command to its end, however long it wants to take. */
async function run([program, ...args], line) {
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  // It ends what it started when it is asked to; if it cannot, it is ended.
  const late = setTimeout(() => child.kill('SIGTERM'), LONGEST);
  const lost = setTimeout(() => child.kill('SIGKILL'), LONGEST + 10_000);
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  createInterface({ input: child.stdout }).on('line', line);
  const code = await ended;
  clearTimeout(late);
  clearTimeout(lost);
  return code;
}
