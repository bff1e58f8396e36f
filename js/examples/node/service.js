// An HTTP service with an identity: POST /ask passes a question on to an endpoint that wants signed requests, GET /hello wants one itself.

import { load } from 'agent-identity';
import { FileStorage } from 'agent-identity/hosts/files';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { guard } from './guard.js';
import { settings } from './settings.js';

const { home, authapiBase, responsesUrl, tokenFile, accountId, chatgptUserId, agentsFile, port } = settings(process.env);

const storage = new FileStorage(home);
const component = (await load()).with({ storage });
// Whoever has no identity yet has never run, and has accepted nothing.
const hasRun = (await storage.load('auth.json')) !== undefined;
const enrollment = component.Enrollment.open({ authapiBase, description: { source: 'exec', os: process.platform } });
// The identity that is stored, else a new one.
const accessToken = (await readFile(tokenFile, 'utf8')).trim();
const agent = await enrollment.bootstrap({ accountId, chatgptUserId, planType: 'unknown', fedramp: false, accessToken });
const admit = guard(component, JSON.parse(await readFile(agentsFile, 'utf8')), hasRun);

const server = createServer(async (request, response) => {
  try {
    const { status, body } = await answer(request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  } catch (error) {
    // What went wrong is nothing that callers need to know.
    console.error(error);
    response.writeHead(502, { 'content-type': 'application/json' }).end('{"error":{"code":"failed"}}');
  }
});

/** @param {import('node:http').IncomingMessage} request */
async function answer(request) {
  if (request.method === 'GET' && request.url === '/hello') return hello(request);
  if (request.method === 'POST' && request.url === '/ask') return ask(request);
  return { status: 404, body: { error: { code: 'not-found' } } };
}

/** For agents that are known: who they are. @param {import('node:http').IncomingMessage} request */
function hello({ headers }) {
  const verdict = admit(headers.authorization);
  if ('refused' in verdict) return { status: 401, body: { error: { code: verdict.refused } } };
  return { status: 200, body: { hello: verdict.agentRuntimeId } };
}

/** For everybody who reaches this port: signs a request, sends it, and gives the answer. @param {import('node:http').IncomingMessage} request */
async function ask(request) {
  let text = '';
  for await (const piece of request.setEncoding('utf8')) {
    text += piece;
    if (text.length > 10_000) return { status: 413, body: { error: { code: 'too-large' } } };
  }
  const headers = { 'content-type': 'application/json' };
  const signal = AbortSignal.timeout(30_000);
  const response = await agent.fetch(responsesUrl, { method: 'POST', headers, body: JSON.stringify({ model: 'example', input: text }), signal });
  return { status: response.status, body: { answer: await response.text() } };
}

server.listen(port, '127.0.0.1', () => {
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  console.log(`${agent.agentRuntimeId} listens on http://127.0.0.1:${address.port}`);
});
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
    enrollment.dispose();
  });
}
