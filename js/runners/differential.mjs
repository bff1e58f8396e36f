// Host against host: the same random questions to the driver of the Rust host and to that of Node, over each engine, answered byte for byte
// alike.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { randomQuestions } from '../build/suite/differential.js';
import { COMMAND } from './authority.mjs';
import { ENGINES, named } from './page/engines.js';
import { place } from './files.mjs';
import { report } from './report.mjs';

const LINES = Number(process.env.AGENT_IDENTITY_LINES ?? 10_000);

/** Another one each day, so that it is not always the same questions that agree. */
const SEED = Number(process.env.AGENT_IDENTITY_SEED ?? Math.floor(Date.now() / 86_400_000));

const name = `${LINES} random questions, seed ${SEED}`;

for (const engine of Object.keys(ENGINES)) report(named('differential', engine), [{ name, milliseconds: 0, ...(await compared(engine)) }]);

async function compared(engine) {
  if (!existsSync(COMMAND)) return finding('skipped', `${COMMAND} is missing; run: cargo build --bin agent-identity`);
  const questions = randomQuestions(SEED, LINES);
  const here = [process.execPath, place('runners/conform.mjs'), engine];
  const [node, rust] = await Promise.all([ask(here, questions), ask([COMMAND, 'conform'], questions)]);
  const different = questions.map((_, index) => index).filter((index) => node[index] !== rust[index]);
  if (node.length !== LINES || rust.length !== LINES) return finding('failed', `${node.length} and ${rust.length} answers`);
  const refused = node.filter((answer) => answer.includes('"error":')).length;
  // Only errors would say little, and so would only rights.
  if (refused < LINES / 20 || refused > (LINES * 19) / 20) return finding('failed', `${refused} of the answers are errors`);
  const shown = different.slice(0, 5).map((index) => `${questions[index]}\n  node ${node[index]}\n  rust ${rust[index]}`);
  return different.length ? finding('failed', `${different.length} answers differ\n${shown.join('\n')}`) : finding('passed');
}

function finding(outcome, why) {
  return { outcome, why };
}

async function ask([program, ...args], lines) {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const failed = new Promise((_, reject) => child.once('error', reject));
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${lines.join('\n')}\n`);
  const read = async () => {
    const pieces = [];
    for await (const piece of child.stdout) pieces.push(piece);
    return Buffer.concat(pieces).toString().split('\n').slice(0, -1);
  };
  return Promise.race([read(), failed]);
}
