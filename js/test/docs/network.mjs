// What answers examples: a backend that registers every agent and task, and services that answer everything with an empty object.

const ANSWERS = { '/agent/register': { agent_runtime_id: 'agent-123' }, '/task/register': { task_id: 'task-123' } };

globalThis.fetch = async (input) => {
  const { href } = new URL(input instanceof Request ? input.url : input);
  const [, answer = {}] = Object.entries(ANSWERS).find(([path]) => href.endsWith(path)) ?? [];
  return new Response(JSON.stringify(answer), { headers: { 'content-type': 'application/json', date: new Date().toUTCString() } });
};
