// Signs with the entry, the module and the key it is sent.

addEventListener('message', async ({ data: { entry, module, seed, count } }) => {
  const { load } = await import(`../../dist/${entry}`);
  const { Assertion, Key } = await load(module);
  const key = Key.import('seed', seed);
  postMessage(Array.from({ length: count }, (_, index) => Assertion.authorize(key, 'agent-123', `task-${index}`)));
});
