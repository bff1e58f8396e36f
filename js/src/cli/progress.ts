/** Progress on standard error. */

import type { Observer } from '../drive.js';
import type { Output } from './output.js';

/** Makes lines of events. */
export function progress(output: Output): Observer {
  const say = (text: string) => void (output.isQuiet || output.tell(text));
  return ({ kind, subject, attempt, delayMs = 0, code = 'unknown' }) => {
    if (kind === 'waiting') say(`waiting for another registration of this ${subject}`);
    if (kind === 'registering') say(`registering the ${subject}, attempt ${attempt}`);
    if (kind === 'retry-scheduled') say(`that failed (${code}); attempt ${attempt} in ${delayMs} ms`);
    if (kind === 'registered') say(`the ${subject} is registered`);
    if (kind === 'clock-corrected') say('the clock offset was corrected by a measured skew');
    if (kind === 'dropped') say(dropped(subject, code));
    if (kind === 'failed' && code.startsWith('store-')) {
      output.warn(`the task store could not be written (${code}); what is registered now may be registered again next time`);
    }
  };
}

function dropped(subject: string, code: string): string {
  if (code === 'store-read-failed') return 'the task store counts as empty: it is not a task store of version 1, or cannot be read';
  if (code === 'task-binding-mismatch') return 'a stored task belongs to another account, backend or key; it is not used';
  return code === 'rejected-task' ? 'the task known so far is given up' : `a ${subject} was dropped: ${code}`;
}
