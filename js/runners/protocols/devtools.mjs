// The DevTools protocol, over a pipe.

/** Messages end with a zero byte; answers have the id of their question. */
export class DevTools {
  #last = 0;
  #waiting = new Map();
  #heard = [];
  #to;

  constructor(child) {
    const [, , , to, from] = child.stdio;
    this.#to = to;
    to.on('error', () => undefined);
    let text = '';
    from.setEncoding('utf8').on('data', (piece) => {
      const messages = (text + piece).split('\0');
      text = messages.pop();
      messages.forEach((message) => this.#take(JSON.parse(message)));
    });
    const failed = (why) => this.#waiting.forEach(({ reject }) => reject(new Error(why)));
    child.failed.catch((error) => failed(String(error)));
    child.ended.then((code) => failed(`it ended with ${code}`));
  }

  call(method, params, sessionId) {
    this.#last += 1;
    this.#to.write(`${JSON.stringify({ id: this.#last, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => this.#waiting.set(this.#last, { resolve, reject }));
  }

  event(method, sessionId) {
    return new Promise((resolve) => this.#heard.push({ method, sessionId, resolve }));
  }

  #take({ id, result, error, method, sessionId, params }) {
    if (id !== undefined) {
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) reject(new Error(error.message));
      else resolve(result);
    }
    this.#heard.filter((one) => one.method === method && one.sessionId === sessionId).forEach(({ resolve }) => resolve(params));
  }
}
