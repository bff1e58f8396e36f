#!/usr/bin/env node
const USAGE = `usage: agent-identity conform

  conform   answer conformance questions, one JSON line each, until the input ends
`;

if (process.argv[2] === 'conform' && process.argv.length === 3) {
  const { conform } = await import('../dist/conform/cli.js');
  await conform();
} else {
  process.stderr.write(USAGE);
  process.exitCode = 2;
}
