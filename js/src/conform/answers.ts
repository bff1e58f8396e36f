/**
 * The conformance driver: JSON Lines in, one answer line each, everything through the component. Time and randomness come from the
 * question; no answer depends on the questions before it.
 */

import type { Instantiate } from '../engine/engine.js';
import { AgentIdentityError, configInvalid } from '../error.js';
import { jsonText, orOmitted } from './answer.js';
import { Driver } from './driver.js';
import { type Line, lines } from './lines.js';
import { named } from './operations.js';
import { type Question, opOf, questionOf } from './question.js';

/** Answers the questions of `input` until its end: one line for each line that is not blank, in order. */
export type Run = (module: WebAssembly.Module, input: AsyncIterable<Uint8Array>, write: (answers: string) => Promise<void>) => Promise<void>;

/** The driver over an engine. */
export function over(instantiate: Instantiate): Run {
  return (module, input, write) => answers(new Driver(() => instantiate(module)), input, write);
}

async function answers(driver: Driver, input: AsyncIterable<Uint8Array>, write: (answers: string) => Promise<void>): Promise<void> {
  for await (const piece of lines(input)) {
    // What is at hand is answered together, and written before the next read waits.
    const answers = piece.map((line) => answerTo(driver, line)).join('');
    if (answers) await write(answers);
  }
}

function answerTo(driver: Driver, line: Line): string {
  if ('why' in line) return refusal('null', configInvalid(line.why));
  let question: Question | undefined;
  try {
    question = questionOf(line.text);
    const operation = named(opOf(question));
    driver.begin();
    return `{"id":${question.id},"ok":${jsonText(operation(driver, question.input))}}\n`;
  } catch (error) {
    if (!(error instanceof AgentIdentityError)) throw error;
    return refusal(question?.id ?? 'null', error);
  }
}

/** An error as the driver writes it. Messages never hold secrets. */
function refusal(id: string, error: AgentIdentityError): string {
  const { code, advice, message, status, attempts, retryAfterS, cause } = error;
  const text = jsonText({
    code,
    advice,
    message,
    status: orOmitted(status),
    attempts: orOmitted(attempts),
    retry_after_s: orOmitted(retryAfterS),
    cause: orOmitted(typeof cause === 'string' ? cause : undefined),
  });
  return `{"id":${id},"error":${text}}\n`;
}
