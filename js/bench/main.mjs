// Measures the package against its peers, all in one run: compare the ratios. A missed target is shown, and is no failure: figures depend
// on the machine and on what else it does.

import { tools } from '../scripts/tools.mjs';
import { print, write } from './report.mjs';
import { places } from './runtimes.mjs';

const HELP = `Measures the JavaScript package in each Node and each browser, and prints tables with the targets.

Usage: npm run bench -- [--quick | --full] [--filter TEXT]

Options:
  --quick        Fewer samples.
  --full         Many samples. This is the default.
  --filter TEXT  Only runtimes whose name contains TEXT, for example node-20 or chromium; nothing is written.
  -h, --help     Print this text.

Figures go to target/bench/js.json.`;

const { effort, filter, help } = read(process.argv.slice(2));
if (help) console.log(help);
else await run();

async function run() {
  const { folder, skip } = tools('bench/peers');
  const skipped = {};
  const leaveOut = (what, why) => {
    skipped[what] = why;
    console.log(`SKIPPED ${what}: ${why}`);
  };
  if (skip) leaveOut('peers', skip);
  const measured = [];
  for (const [place, measure] of places(folder)) {
    if (filter !== undefined && !place.includes(filter)) continue;
    console.error(`measuring in ${place}`);
    const { skip: why, ...found } = await measure(effort);
    if (why) leaveOut(place, why);
    else measured.push({ place, ...found });
  }
  print(measured);
  console.log(filter === undefined ? `\nWritten to ${write(measured, effort, skipped)}` : '\nNothing is written: --filter leaves rows out.');
}

function read(given) {
  const options = { effort: 'full' };
  for (let at = 0; at < given.length; at += 1) {
    const option = given[at];
    if (option === '-h' || option === '--help') options.help = HELP;
    else if (option === '--quick' || option === '--full') options.effort = option.slice(2);
    else if (option === '--filter' && at + 1 < given.length) options.filter = given[(at += 1)];
    else return { help: `the bench does not know \`${option}\`\n\n${HELP}`, ...void (process.exitCode = 1) };
  }
  return options;
}
