// One origin for browsers: the package, the pages and the data, and behind them the authority. It answers no preflights, so a page of
// another origin could not reach it; a program that serves pages would stand in front of it just so.

import { createReadStream, statSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { extname } from 'node:path';
import { place, readData, vectorFiles } from './files.mjs';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

/** What the package needs, and no more. */
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'; frame-src 'self'";
const POLICIES = {
  '/runners/page/forbidden.html': () => "default-src 'none'; script-src 'self'; connect-src 'self'",
  // Whoever has no origin has no 'self' either, in some browsers.
  '/runners/page/denied.html': (origin) => POLICY.replaceAll("'self'", origin),
};

/** A page that is taken out of the origin reads the package like one of another origin. */
const OPEN = { 'access-control-allow-origin': '*' };

/** The origin, on a free port of loopback. */
export async function serve(authority) {
  const server = createServer((asked, answer) => {
    respond(asked, answer, authority).catch((error) => answer.destroy(error));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return `http://127.0.0.1:${server.address().port}`;
}

async function respond(asked, answer, authority) {
  const { pathname } = new URL(asked.url, 'http://origin');
  if (/^\/(api|backend-api|dev)\//.test(pathname)) return passOn(asked, answer, authority);
  if (pathname === '/about') return send(answer, JSON.stringify({ vectors: vectorFiles(), authority: authority !== undefined }), 'application/json');
  const [, name] = /^\/data\/(.+)$/.exec(pathname) ?? [];
  if (name !== undefined) return send(answer, await readData(name), 'application/json');
  return sendFile(answer, pathname, `http://${asked.headers.host}`);
}

function send(answer, text, type) {
  answer.writeHead(text === undefined ? 404 : 200, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
}

function sendFile(answer, pathname, origin) {
  const isPublic = /^\/(dist|build\/suite|build\/agent-world|runners\/page|bench)\/[\w./-]+$/.test(pathname) && !pathname.includes('..');
  const path = place(pathname.slice(1));
  if (!isPublic || !statSync(path, { throwIfNoEntry: false })?.isFile()) return send(answer, undefined, 'text/plain');
  const policy = POLICIES[pathname]?.(origin) ?? POLICY;
  const fields = { 'content-type': TYPES[extname(path)] ?? 'text/plain', 'content-security-policy': policy, 'cache-control': 'no-store', ...OPEN };
  answer.writeHead(200, fields);
  createReadStream(path).pipe(answer);
}

/** To the authority and back, breaking off where it does. */
function passOn(asked, answer, authority) {
  const { method, headers } = asked;
  const forwarded = request(new URL(asked.url, authority), { method, headers: { ...headers, host: new URL(authority).host }, agent: false });
  forwarded.on('response', (response) => {
    answer.writeHead(response.statusCode, response.rawHeaders.length ? pairs(response.rawHeaders) : []);
    response.on('aborted', () => answer.destroy());
    response.on('error', () => answer.destroy());
    response.pipe(answer);
  });
  forwarded.on('error', () => answer.destroy());
  answer.on('close', () => forwarded.destroy());
  asked.pipe(forwarded);
}

/** Without what belongs to one connection. */
function pairs(raw) {
  const kept = [];
  for (let at = 0; at < raw.length; at += 2) if (!/^(connection|keep-alive|transfer-encoding)$/i.test(raw[at])) kept.push(raw[at], raw[at + 1]);
  return kept;
}
