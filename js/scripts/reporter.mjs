// How `node --test` tells its results here: as the runners of the suite do.

/** Failures and skips by name, then the counts. */
export default async function* reporter(events) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for await (const { type, data } of events) {
    const isOutcome = (type === 'test:pass' || type === 'test:fail') && data.details?.type !== 'suite';
    if (!isOutcome) {
      if (type === 'test:stderr' || type === 'test:stdout') yield data.message;
      continue;
    }
    const name = `Node tests / ${data.name.replaceAll(': ', ' / ')}`;
    const outcome = data.skip !== undefined ? 'skipped' : type === 'test:pass' ? 'passed' : 'failed';
    counts[outcome] += 1;
    if (outcome === 'failed') yield `FAILED ${name}\n  ${reason(data.details.error).replaceAll('\n', '\n  ')}\n`;
    if (outcome === 'skipped') yield `SKIPPED ${name}: ${typeof data.skip === 'string' ? data.skip : 'without a reason'}\n`;
  }
  yield `Node tests: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`;
}

function reason(error) {
  const cause = error?.cause ?? error;
  return cause?.stack ?? String(cause);
}
