import { load } from 'agent-identity';

load().then(({ Assertion, Key }) => {
  const header = Assertion.authorize(Key.generate(), 'agent-123', 'task-123');
  document.querySelector('output').textContent = `signed for ${Assertion.parse(header).taskId}`;
});
