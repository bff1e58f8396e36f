// The profile, kept beside the task store of the component.

const NAME = 'console.json';

/** @typedef {import('./library.js').Storage} Storage */
/** @typedef {import('./session.js').Profile} Profile */

export class Documents {
  /** @param {Storage} storage */
  constructor(storage) {
    this.storage = storage;
  }

  /** @returns {Promise<Profile | undefined>} */
  async profile() {
    const found = await this.storage.load(NAME);
    if (!found) return undefined;
    const read = JSON.parse(new TextDecoder().decode(found.document));
    const names = ['authapiBase', 'accountId', 'chatgptUserId', 'agentRuntimeId'];
    return names.every((name) => typeof read[name] === 'string') ? read : undefined;
  }

  /** @param {Profile} profile */
  async keep(profile) {
    const found = await this.storage.load(NAME);
    await this.storage.replace(NAME, found?.revision, new TextEncoder().encode(JSON.stringify(profile)));
  }

  /** Forgets the profile and every task. */
  async forget() {
    await this.storage.erase(NAME);
    await this.storage.erase('agent_tasks.json');
  }
}
