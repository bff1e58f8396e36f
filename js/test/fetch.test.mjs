// Requests of the component and of programs, over real sockets.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
import { after, before, test } from 'node:test';
import { load } from '../dist/node.js';
import { FetchHttp } from '../dist/hosts/fetch.js';

const { Agent, Key } = await load();
const http = new FetchHttp();
let server;
let origin;
let seen;

before(async () => {
  server = createServer((request, response) => {
    const pieces = [];
    request.on('data', (piece) => pieces.push(piece));
    request.on('end', () => {
      seen.push({ method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(pieces).toString() });
      routes[request.url](response, request);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${server.address().port}`;
  seen = [];
});
after(() => (server.closeAllConnections(), server.close()));

const routes = {
  '/ok': (response) => response.setHeader('x-a', 'b').end('0123456789'),
  '/refused': (response) => ((response.statusCode = 401), response.end('0123456789')),
  '/redirect': (response) => ((response.statusCode = 307), response.setHeader('location', '/ok').end()),
  '/never': () => undefined,
  '/slow': (response) => (response.writeHead(200), response.write('begun')),
  '/broken': (response) => (response.writeHead(200, { 'content-length': '10' }), response.write('half'), setImmediate(() => response.destroy())),
  '/broken-refusal': (response) => (response.writeHead(403, { 'content-length': '10' }), response.write('half'), setImmediate(() => response.destroy())),
  '/other': (response) => response.end('other'),
};

const request = (path, more = {}) => ({
  method: 'POST',
  url: `${origin}${path}`,
  headers: [['content-type', 'application/json'], ['authorization', 'Bearer x']],
  body: new TextEncoder().encode('{}'),
  timeoutMs: 5000,
  successLimit: 100,
  errorLimit: 4,
  ...more,
});
const never = new AbortController().signal;
const textOf = ({ body }) => Buffer.from(body).toString();

test('a request goes out as it is, and its answer comes back up to its limit', async () => {
  const response = await http.send(request('/ok'), never);
  assert.deepEqual([response.status, textOf(response), response.truncated], [200, '0123456789', false]);
  assert.ok(response.headers.some(([name, value]) => name === 'x-a' && value === 'b'));
  const { method, headers, body } = seen.at(-1);
  assert.deepEqual([method, body, headers.authorization, headers['content-type'], headers.cookie], ['POST', '{}', 'Bearer x', 'application/json', undefined]);
  const cut = await http.send(request('/ok', { successLimit: 4 }), never);
  assert.deepEqual([textOf(cut), cut.truncated], ['0123', true]);
  const whole = await http.send(request('/ok', { successLimit: 10 }), never);
  assert.deepEqual([textOf(whole), whole.truncated], ['0123456789', false]);
  const refusal = await http.send(request('/refused'), never);
  assert.deepEqual([refusal.status, textOf(refusal), refusal.truncated], [401, '0123', true]);
});

test('c7 redirects are not followed, and only https or loopback is spoken', async () => {
  const before = seen.length;
  assert.equal((await http.send(request('/redirect'), never)).status, 307);
  assert.equal(seen.length, before + 1);
  for (const url of ['http://example.com/', 'http://127.0.0.1.example.com/', 'http://10.0.0.1/', 'ftp://localhost/', 'file:///etc/passwd', `http://user:x@127.0.0.1/`]) {
    await assert.rejects(http.send(request('', { url }), never), { failure: 'connect' }, url);
  }
});

test('a timeout is over the whole exchange, body included', async () => {
  await assert.rejects(http.send(request('/never', { timeoutMs: 30 }), never), { failure: 'timeout' });
  await assert.rejects(http.send(request('/slow', { timeoutMs: 200 }), never), { failure: 'timeout' });
});

test('what breaks off is failed, but the status of a refusal says enough', async () => {
  await assert.rejects(http.send(request('/broken'), never), { failure: 'failed' });
  const { status } = await http.send(request('/broken-refusal', { errorLimit: 100 }), never);
  assert.equal(status, 403);
});

test('no connection is connect, a connection that breaks is failed, a caller that stops is cancelled', async () => {
  const closing = createSocketServer((socket) => socket.on('data', () => socket.destroy()));
  await new Promise((resolve) => closing.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${closing.address().port}/`;
  await assert.rejects(http.send(request('', { url }), never), { failure: 'failed' });
  await new Promise((resolve) => closing.close(resolve));
  await assert.rejects(http.send(request('', { url }), never), { failure: 'connect' });
  await assert.rejects(http.send(request('/ok'), AbortSignal.abort()), { failure: 'cancelled' });
  const stop = new AbortController();
  const stopped = http.send(request('/never'), stop.signal);
  stop.abort();
  await assert.rejects(stopped, { failure: 'cancelled' });
});

test('a6 an assertion leaves for the origins that were named, and nothing else is changed', async () => {
  const key = Key.generate();
  const agent = Agent.open({ agentRuntimeId: 'agent', key, authapiBase: origin, accountId: 'acct-1', fedramp: true, runTask: 'task' });
  const { fetch: signing } = agent;
  const response = await signing(new URL('/ok', origin), { method: 'PUT', body: 'text', headers: new Headers({ 'x-mine': '1', authorization: 'old' }) });
  assert.equal(await response.text(), '0123456789');
  const { method, headers, body } = seen.at(-1);
  assert.deepEqual([method, body, headers['x-mine'], headers['chatgpt-account-id'], headers['x-openai-fedramp']], ['PUT', 'text', '1', 'acct-1', 'true']);
  assert.match(headers.authorization, /^AgentAssertion /);

  const other = agent.fetchFor({ origins: ['https://api.example'] });
  await other(`${origin}/other`, { headers: { 'x-mine': '2' } });
  assert.equal(seen.at(-1).headers.authorization, undefined);
  await signing(new Request(`${origin}/other`, { headers: { 'x-mine': '3' } }));
  assert.equal(seen.at(-1).headers['x-mine'], '3');

  assert.equal((await signing(`${origin}/redirect`)).status, 307, 'a redirect is not followed unless it is asked for');
  assert.equal((await signing(`${origin}/redirect`, { redirect: 'follow' })).status, 200);
  await assert.rejects(signing('http://example.com/'), { code: 'config-invalid' });
  for (const origins of [[], ['no url'], ['http://example.com']]) assert.throws(() => agent.fetchFor({ origins }), { code: 'config-invalid' });
});

test('a refusal is handed on unread', async () => {
  const agent = Agent.open({ agentRuntimeId: 'agent', key: Key.generate(), authapiBase: origin, runTask: 'task' });
  const response = await agent.fetch(`${origin}/refused`);
  assert.deepEqual([response.status, await response.text()], [401, '0123456789']);
});

test('a caller that stops gets the reason it gave', async () => {
  const agent = Agent.open({ agentRuntimeId: 'agent', key: Key.generate(), authapiBase: origin, runTask: 'task' });
  await assert.rejects(agent.fetch(`${origin}/ok`, { signal: AbortSignal.abort() }), { name: 'AbortError' });
  const stop = new AbortController();
  const stopped = agent.fetch(`${origin}/never`, { signal: stop.signal });
  setImmediate(() => stop.abort());
  await assert.rejects(stopped, { name: 'AbortError' });
});

test('a6 what was judged is what is asked: the base of a document counts, and a URL is read once', async () => {
  const asked = [];
  const record = async (input) => (asked.push(input.url ?? input), new Response());
  const agent = Agent.open({ agentRuntimeId: 'agent', key: Key.generate(), authapiBase: origin, runTask: 'task' });
  const signing = agent.fetchFor({ origins: [origin], fetch: record });
  let turn = 0;
  await signing({ toString: () => (turn++ ? 'https://elsewhere.example/' : `${origin}/ok`) });
  globalThis.document = { baseURI: 'https://elsewhere.example/page/' };
  try {
    await signing('item');
    await assert.rejects(agent.fetchFor({ fetch: record })('http://plain.example/'), { code: 'config-invalid' });
    await agent.fetchFor({ fetch: record })('item');
  } finally {
    delete globalThis.document;
  }
  assert.deepEqual(asked, [`${origin}/ok`, 'item', 'https://elsewhere.example/page/item']);
});

test('a6 a request that would lose its header does not leave', async () => {
  const agent = Agent.open({ agentRuntimeId: 'agent', key: Key.generate(), authapiBase: origin, runTask: 'task' });
  const before = seen.length;
  await assert.rejects(agent.fetch(`${origin}/ok`, { mode: 'no-cors' }), { code: 'config-invalid' });
  await assert.rejects(agent.fetch(new Request(`${origin}/ok`, { mode: 'no-cors' })), { code: 'config-invalid' });
  assert.equal(seen.length, before);
});

test('k15 an origin that carries a password is refused without telling it', () => {
  const agent = Agent.open({ agentRuntimeId: 'agent', key: Key.generate(), authapiBase: origin });
  for (const secret of ['https://user:5ec3e7@api.example', 'user:5ec3e7@api.example:x']) {
    assert.throws(() => agent.fetchFor({ origins: [secret] }), (error) => error.code === 'config-invalid' && !error.message.includes('5ec3e7'));
  }
});
