/** One thing that must hold. It throws what is wrong, or {@link Skip} where it cannot be tried. */
export interface Case {
  readonly name: string;
  run(): Promise<unknown> | unknown;
}

/** What came of a case. */
export interface Finding {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Why it failed, or could not be tried. */
  readonly why?: string;
  readonly milliseconds: number;
}

/** Says why a case cannot be tried here. */
export class Skip extends Error {}

/** Longest time a case may take, milliseconds: one that hangs must not hide those after it. */
const LONGEST = 60_000;

/** Tries each case, one after the other: some need the whole instance, or the authority, for themselves. */
export async function run(cases: readonly Case[], tell: (finding: Finding) => void = () => undefined): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const one of cases) {
    const finding = await tried(one);
    tell(finding);
    findings.push(finding);
  }
  return findings;
}

async function tried({ name, run: attempt }: Case): Promise<Finding> {
  const from = performance.now();
  const ended = (outcome: Finding['outcome'], why?: string): Finding => ({
    name,
    outcome,
    ...(why === undefined ? {} : { why }),
    milliseconds: Math.round(performance.now() - from),
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end within ${LONGEST / 1000} s`)), LONGEST);
  });
  try {
    await Promise.race([(async () => attempt())(), late]);
    return ended('passed');
  } catch (error) {
    return error instanceof Skip ? ended('skipped', error.message) : ended('failed', wordsFor(error));
  } finally {
    clearTimeout(timer);
  }
}

function wordsFor(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  const place = error.stack?.split('\n').find((line) => /^\s+at |@/.test(line))?.trim();
  return `${error.name}${typeof code === 'string' ? ` ${code}` : ''}: ${error.message}${place ? ` (${place})` : ''}`;
}
