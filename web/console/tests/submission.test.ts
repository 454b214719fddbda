import { expect, it, vi } from 'vitest';
import { ApiError } from '../src/api/client';
import { useSubmission } from '../src/composables/submission';

it('sends nothing while the form has a fault, and says which', async () => {
  const act = vi.fn(() => Promise.resolve());
  let fault = '请填写标题。';
  const { error, submit } = useSubmission(act, { complaint: () => fault });
  await submit();
  expect([error.value, act.mock.calls.length]).toEqual(['请填写标题。', 0]);
  fault = '';
  await submit();
  expect([error.value, act.mock.calls.length]).toEqual(['', 1]);
});

it('sends once, however often it is pressed', async () => {
  let finish: () => void = () => undefined;
  const act = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)));
  const { busy, submit } = useSubmission(act);
  const first = submit();
  await submit();
  expect([busy.value, act.mock.calls.length]).toEqual([true, 1]);
  finish();
  await first;
  expect(busy.value).toBe(false);
});

it('says why it was refused, beside the form or where the form wants it', async () => {
  const refusal = new ApiError(409, 'conflict', '名称已有人用。');
  const form = useSubmission(() => Promise.reject(refusal));
  await form.submit();
  expect([form.error.value, form.busy.value]).toEqual(['名称已有人用。', false]);
  const tell = vi.fn();
  const other = useSubmission(() => Promise.reject(refusal), { tell });
  await other.submit();
  expect([other.error.value, tell.mock.calls]).toEqual(['', [[refusal]]]);
});
