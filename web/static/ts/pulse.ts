// One beat for the whole page: what moves by itself moves together, so that the browser lays out and paints once for all of it.
// On a slow laptop that is the difference between a page that follows a busy LIVE and one that stutters.

const beat = 500; // ms

const steady = new Set<() => void>();
let waiting: (() => void)[] = []; // for the next beat
let patient: (() => void)[] = []; // for the next whole second
let ticking: ReturnType<typeof setTimeout> | undefined;
let beats = 0;

/** Calls f about once a second, until what is returned is called. */
export function everySecond(f: () => void): () => void {
  steady.add(f);
  wind();
  return () => void steady.delete(f);
}

/** Comes with the next beat, within half a second. */
export function nextBeat(): Promise<void> {
  return new Promise((done) => {
    waiting.push(done);
    wind();
  });
}

/** Comes with the next whole second, together with everything that is counted by the second. */
export function nextSecond(): Promise<void> {
  return new Promise((done) => {
    patient.push(done);
    wind();
  });
}

/** The beats stand at whole half seconds of the clock, however long one took. */
function wind(): void {
  ticking ??= setTimeout(tick, beat - (Date.now() % beat));
}

function tick(): void {
  ticking = undefined;
  const now = waiting;
  waiting = [];
  if (++beats % 2 === 0) {
    now.push(...patient, ...steady);
    patient = [];
  }
  for (const f of now) f();
  if (steady.size > 0 || waiting.length > 0 || patient.length > 0) wind();
}
