// What answers examples: a backend that registers every task, and services that answer everything with an empty object.

const TASK = JSON.stringify({ task_id: 'task-123' });

globalThis.fetch = async (input) => {
  const { href } = new URL(input instanceof Request ? input.url : input);
  const body = href.endsWith('/task/register') ? TASK : '{}';
  return new Response(body, { headers: { 'content-type': 'application/json', date: new Date().toUTCString() } });
};
