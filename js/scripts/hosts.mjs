// Which host runs where, from the counts of a test run: the table of the README is this one.

/** What the first world runs as, as rows are named after it: `Node 20`, `Node 20, compact`, `Node 20, agent world`. */
const HOSTS = { '': 'first world', compact: 'compact engine', 'agent world': 'world `agent`' };

/** The places of a browser count together. */
const ROW = /^(Node \d+|Chromium|Firefox|WebKit|Electron)(?: page| worker| service-worker)?(?:, (.+))?$/;

/** A table in Markdown from rows of `[name, passed, failed, skipped]`. */
export function hostsTable(rows) {
  const runtimes = new Map();
  for (const [name, ...counts] of rows) {
    const [, runtime, host = ''] = ROW.exec(name) ?? [];
    if (!runtime || !Object.hasOwn(HOSTS, host)) continue;
    const found = runtimes.get(runtime) ?? runtimes.set(runtime, {}).get(runtime);
    found[host] = counts.map((count, index) => count + (found[host]?.[index] ?? 0));
  }
  const cells = [...runtimes].map(([runtime, found]) => [runtime, ...Object.keys(HOSTS).map((host) => cell(found[host]))]);
  const lines = [['runtime', ...Object.values(HOSTS)], ['---', ...Object.keys(HOSTS).map(() => '---')], ...cells];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}

function cell(counts) {
  if (!counts) return 'not run';
  const [passed, failed, skipped] = counts;
  if (!passed && !failed) return 'not run';
  return [`${passed} passed`, failed && `${failed} failed`, skipped && `${skipped} skipped`].filter(Boolean).join(', ');
}
