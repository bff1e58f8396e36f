// WebDriver BiDi. Node 20 has a WebSocket behind --experimental-websocket, later ones as they are.

export class BiDi {
  #last = 0;
  #waiting = new Map();
  #socket;

  static connect(url) {
    const socket = new WebSocket(`${url}/session`);
    return new Promise((resolve, reject) => {
      socket.onopen = () => resolve(new BiDi(socket));
      socket.onerror = () => reject(new Error('Firefox refuses the connection'));
    });
  }

  constructor(socket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
    socket.onclose = () => this.#waiting.forEach(({ reject }) => reject(new Error('Firefox closed the connection')));
  }

  call(method, params) {
    this.#last += 1;
    this.#socket.send(JSON.stringify({ id: this.#last, method, params }));
    return new Promise((resolve, reject) => this.#waiting.set(this.#last, { resolve, reject }));
  }

  #take({ id, type, result, error, message }) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (type === 'success') waiting?.resolve(result);
    else waiting?.reject(new Error(`${error}: ${message}`));
  }
}
