// WebDriver, as far as a runner needs it.

import { request } from 'node:http';
import { createServer } from 'node:net';

/** Calls the driver. A call ends when its command has ended, which may be long. */
export function webDriver(origin) {
  return async (method, path, body) => {
    const text = await new Promise((resolve, reject) => {
      const asking = request(origin + path, { method, agent: false, headers: { 'content-type': 'application/json' } }, async (answer) => {
        const pieces = [];
        for await (const piece of answer) pieces.push(piece);
        resolve(Buffer.concat(pieces).toString());
      });
      asking.on('error', reject).end(body && JSON.stringify(body));
    });
    const { value } = JSON.parse(text);
    if (value?.error) throw new Error(`${value.error}: ${value.message}`);
    return value;
  };
}

/** Waits until the driver answers. */
export async function ready(call, child) {
  const ended = child.ended.then((code) => Promise.reject(new Error(`WebKitWebDriver ended with ${code}`)));
  ended.catch(() => undefined);
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await Promise.race([call('GET', '/status'), ended]);
    } catch (error) {
      if (attempt > 100 || child.exitCode !== null) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** A port that nobody listens on now: the driver cannot choose one itself. */
export function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
