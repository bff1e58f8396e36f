// What runners print: a line for each case that failed or was skipped, then, last, `<runtime>: N passed, N failed, N skipped`.

/** Prints the findings of one runtime. */
export function report(runtime, findings) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { name, outcome, why } of findings) {
    counts[outcome] += 1;
    if (outcome === 'failed') console.log(`FAILED ${runtime}: ${name}\n  ${why.replaceAll('\n', '\n  ')}`);
    if (outcome === 'skipped') console.log(`SKIPPED ${runtime}: ${name}: ${why}`);
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
