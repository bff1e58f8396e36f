// The agent gets its id, and the run task.

import { AgentIdentityError } from '../library.js';
import { busy, state } from '../busy.js';
import { button, byId, copyable, facts, form, input } from '../dom.js';
import { tracedFetch } from '../host.js';
import { onChange, openAgent, changed } from '../session.js';

/** @typedef {import('../session.js').Session} Session */

/** @param {Session} session */
export function startRegistration(session) {
  input('authapi-base').value = session.profile?.authapiBase ?? new URL('/api/accounts', location.href).href;
  for (const choice of tokenInputs()) {
    choice.addEventListener('change', () => {
      byId('own-token').hidden = !usesOwnToken();
      input('access-token').required = usesOwnToken();
    });
  }
  let stop = new AbortController();
  const working = (/** @type {boolean} */ isWorking) => (button('registration-stop').hidden = !isWorking);
  const doing = async (/** @type {string} */ said, /** @type {(signal: AbortSignal) => Promise<string>} */ work) => {
    stop = new AbortController();
    working(true);
    await busy('registration', said, () => work(stop.signal));
    working(false);
    changed();
  };
  button('registration-stop').addEventListener('click', () => stop.abort());
  form('registration-form').addEventListener('submit', (event) => {
    event.preventDefault();
    void doing('Registering…', (signal) => register(session, signal));
  });
  button('register-task').addEventListener('click', () => {
    session.timeline.begin('Register the run task');
    void doing('Registering the run task…', (signal) => haveTask(session, signal));
  });
  onChange(() => show(session));
}

/**
 * @param {Session} session
 * @param {AbortSignal} signal
 */
async function register(session, signal) {
  const { component, key, timeline, documents } = session;
  if (!key) throw new Error('there is no key yet: create or import one first');
  const authapiBase = input('authapi-base').value.trim();
  const [accountId, chatgptUserId] = [input('account').value.trim(), input('user').value.trim()];
  timeline.begin('Register the agent');
  const accessToken = usesOwnToken() ? ownToken() : await developmentToken(session, authapiBase, accountId, chatgptUserId, signal);
  const description = { source: 'agent-identity-console', os: 'web' };
  const onEvent = timeline.event.bind(timeline);
  const agentRuntimeId = await component.Agent.register({ authapiBase, key, description, accessToken }, { signal, onEvent });
  session.profile = { authapiBase, accountId, chatgptUserId, agentRuntimeId };
  if (session.custody === 'browser') await documents.keep(session.profile);
  openAgent(session);
  return haveTask(session, signal);
}

/**
 * @param {Session} session
 * @param {AbortSignal} signal
 */
async function haveTask({ agent }, signal) {
  await agent?.ensureTask(undefined, { signal });
  return 'The agent is registered and has its run task.';
}

/** Read once, and cleared. */
function ownToken() {
  const field = input('access-token');
  const token = field.value.trim();
  field.value = '';
  if (!token) throw new Error('there is no access token: enter one');
  return token;
}

/**
 * A token that the development endpoints issue.
 * @param {Session} session
 * @param {string} authapiBase
 * @param {string} accountId
 * @param {string} chatgptUserId
 * @param {AbortSignal} signal
 */
async function developmentToken({ timeline, clock }, authapiBase, accountId, chatgptUserId, signal) {
  const answer = await tracedFetch(timeline, clock)(new URL('/dev/token', authapiBase), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ account_id: accountId, chatgpt_user_id: chatgptUserId }),
    credentials: 'omit',
    cache: 'no-store',
    signal,
  }).catch((error) => {
    if (signal.aborted) throw error;
    throw refused(`${new URL(authapiBase).origin} cannot be reached from this page`);
  });
  const said = await answer.json().catch(() => undefined);
  if (answer.ok && typeof said?.access_token === 'string') return said.access_token;
  if (answer.status === 404) throw refused('this authority issues no development tokens; use a token of your own');
  throw refused(said?.error?.message ?? `the authority issued no token; it answered ${answer.status}`);
}

/** @param {string} message */
const refused = (message) => new AgentIdentityError('config-invalid', 'fix-config', message);

/** @param {Session} session */
function show({ key, profile, agent }) {
  const task = agent?.task();
  byId('registration-fields').toggleAttribute('disabled', !key);
  button('register').textContent = profile ? 'Register again' : 'Register';
  button('register').classList.toggle('primary', !profile);
  button('register-task').hidden = !agent || task !== undefined;
  byId('registration-facts').hidden = !profile;
  if (!profile) return state('registration', key ? 'not registered' : 'needs a key');
  state('registration', task ? 'registered' : 'without a run task', task ? 'good' : '');
  facts(byId('registration-facts'), [
    ['Agent', copyable(profile.agentRuntimeId, 'the id of the agent'), `at ${profile.authapiBase}`],
    ['For', `${profile.accountId}, ${profile.chatgptUserId}`, 'The account is sent with each request, the user never is'],
    ['Run task', task ? copyable(task, 'the id of the run task') : 'none yet', task ? 'Kept, and used until the authority refuses it' : undefined],
  ]);
}

const tokenInputs = () => /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll('input[name="token"]')]);
const usesOwnToken = () => tokenInputs().some((choice) => choice.checked && choice.value === 'own');
