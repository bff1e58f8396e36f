// Takes time: many batches of each subject, one subject after the other, round after round, so that what disturbs the machine hits all
// alike and ratios stand. Runs in Node and in browsers, whose clocks have coarse steps: a batch is long against them.

/** How many batches are taken of each subject, and how long one is, milliseconds. */
export const EFFORTS = {
  full: { rounds: 25, batchMs: 60 },
  quick: { rounds: 7, batchMs: 30 },
  // Whether it works at all, for tests: its figures mean nothing.
  trial: { rounds: 1, batchMs: 1 },
};

/**
 * Figures of subjects: the median over the batches, and the first and ninth decile, nanoseconds for one call. A subject is a name and a
 * function; one whose function gives a promise says `awaits`, and its calls wait for each other, as requests of one caller do; one that does
 * more than one thing with a call says so in `each`.
 */
export async function measure(subjects, { rounds, batchMs }) {
  const plans = [];
  for (const subject of subjects) plans.push({ subject, calls: await callsFor(subject, batchMs), samples: [] });
  for (let round = 0; round < rounds; round += 1) {
    for (const { subject, calls, samples } of plans) samples.push((await batch(subject, calls)) / calls / (subject.each ?? 1));
  }
  return plans.map(({ subject, samples }) => figure(subject.name, samples));
}

/** A figure of samples in milliseconds. */
export function figure(name, samples) {
  const sorted = samples.toSorted((a, b) => a - b);
  const [low, ns, high] = [0.1, 0.5, 0.9].map((part) => sorted[Math.round((sorted.length - 1) * part)] * 1e6);
  return { name, ns, low, high };
}

/** How often a call is timed before its batches are. */
const LOOKS = 5;

/** How many calls make a batch. Finding out is the warm-up. What disturbs the machine makes calls look long, so the shortest look counts. */
async function callsFor(subject, batchMs) {
  let calls = 1;
  let took = await batch(subject, calls);
  for (; took < batchMs / 2; took = await batch(subject, calls)) calls *= 2;
  for (let look = 1; look < LOOKS; look += 1) {
    const again = Math.max(1, Math.round((calls * batchMs) / took));
    const tookAgain = Math.max(await batch(subject, again), batchMs / 4);
    if (tookAgain / again < took / calls) [calls, took] = [again, tookAgain];
  }
  return Math.max(1, Math.round((calls * batchMs) / took));
}

async function batch({ call, awaits }, calls) {
  const begun = performance.now();
  if (awaits) for (let each = 0; each < calls; each += 1) await call();
  else for (let each = 0; each < calls; each += 1) call();
  return performance.now() - begun;
}
