// The page. It has no key, no token and no network: it asks `identity`, which the preload script gave it, and shows what that says.

/** @typedef {import('../ipc.js').Reply} Reply */
/** @typedef {(...given: unknown[]) => Promise<Reply>} Ask */

const { identity } = /** @type {{ identity: Record<'status' | 'enroll' | 'ask' | 'logout', Ask> & { onProgress(told: (event: any) => void): void } }} */ (
  /** @type {unknown} */ (globalThis)
);

const element = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector));

async function show(/** @type {Promise<Reply>} */ asked, /** @type {(value: any) => void} */ then) {
  const reply = await asked;
  if ('error' in reply) element('output').textContent = `${reply.error.code}: ${reply.error.message}`;
  else then(reply.value);
}

const showWho = (/** @type {import('../identity.js').Status} */ { agentRuntimeId, accountId }) => {
  element('#who').textContent = agentRuntimeId ? `${agentRuntimeId} of account ${accountId}` : 'Nobody is logged in.';
};

identity.onProgress(({ kind, subject }) => {
  element('#progress').append(Object.assign(document.createElement('li'), { textContent: `${kind}: ${subject}` }));
});
element('#enroll').addEventListener('click', () => show(identity.enroll(), showWho));
element('#logout').addEventListener('click', () => show(identity.logout(), showWho));
element('#question').addEventListener('submit', (event) => {
  event.preventDefault();
  const { value } = /** @type {HTMLInputElement} */ (element('#text'));
  void show(identity.ask(value), ({ status, text }) => {
    element('output').textContent = `${status} ${text}`;
  });
});
void show(identity.status(), showWho);
