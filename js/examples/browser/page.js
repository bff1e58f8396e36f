import { load } from './node_modules/agent-identity/dist/web.js';
import { WebCryptoCustodian } from './node_modules/agent-identity/dist/hosts/web-crypto.js';

// The browser keeps the key, in IndexedDB; no script can read it, this one included.
const custodian = new WebCryptoCustodian();
const { Agent, Key } = (await load()).with({ custodian });
const key = Key.custodial((await custodian.open('main')) ?? (await custodian.generate('main')));

// Where an agent gets its id and its task: `Agent.register` and `ensureTask`, against a backend of the page's own origin.
const agent = Agent.open({ agentRuntimeId: 'agent-123', key, authapiBase: 'https://auth.example/api/accounts', runTask: 'task-123' });
const [[, header]] = await agent.authorize();

document.querySelector('output').textContent = header;
