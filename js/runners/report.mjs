// What runners print: `FAILED <name>` or `SKIPPED <name>: <reason>` for each such case, then, last, `<runtime>: N passed, N failed, N skipped`.

/** What cases of the other world begin with: they are told apart, as another host. */
const WORLD = 'agent world';

/** Prints the findings of one runtime. */
export function report(runtime, findings) {
  const isOther = ({ name }) => name.split(': ')[0] === WORLD;
  const [here, other] = [findings.filter((finding) => !isOther(finding)), findings.filter(isOther)];
  if (here.length) tell(runtime, here);
  const plain = ({ name, ...finding }) => ({ ...finding, name: name.slice(WORLD.length + 2) || 'the suite' });
  if (other.length) tell(`${runtime}, ${WORLD}`, other.map(plain));
}

function tell(runtime, findings) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { name: plain, outcome, why } of findings) {
    const name = `${runtime} / ${plain.replaceAll(': ', ' / ')}`;
    counts[outcome] += 1;
    if (outcome === 'failed') console.log(`FAILED ${name}\n  ${why.replaceAll('\n', '\n  ')}`);
    if (outcome === 'skipped') console.log(`SKIPPED ${name}: ${why.split('\n')[0]}`);
  }
  if (process.env.AGENT_IDENTITY_TIMES) for (const { name, milliseconds } of findings) console.log(`  ${String(milliseconds).padStart(6)} ms ${name}`);
  console.log(`${runtime}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  if (counts.failed) process.exitCode = 1;
}

/** A runtime that cannot be had here. */
export function skip(runtime, why) {
  report(runtime, [{ name: 'the suite', outcome: 'skipped', why }]);
}

/** A runtime that could not be brought to run the suite. */
export function fail(runtime, error) {
  report(runtime, [{ name: 'the suite', outcome: 'failed', why: error instanceof Error ? error.stack : String(error) }]);
}
