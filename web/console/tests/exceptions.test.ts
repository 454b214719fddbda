import { expect, it, vi } from 'vitest';
import { nextTick } from 'vue';
import { ApiError } from '../src/api/client';
import { adminApi } from '../src/api/instance';
import ExceptionsCard from '../src/components/admin/ExceptionsCard.vue';
import { usePage } from './mounted';

const show = usePage();

it('a special day that could not be saved stays in the form, and leaves it once it is', async () => {
  vi.spyOn(adminApi, 'exceptions').mockResolvedValue([]);
  const add = vi.spyOn(adminApi, 'addException').mockRejectedValueOnce(new ApiError(503, 'unavailable', '')).mockResolvedValue();
  const root = show(ExceptionsCard, { department: null, writes: true });
  const field = () => root.querySelector<HTMLInputElement>('input[type=date]') as HTMLInputElement;
  field().value = '2026-05-04';
  field().dispatchEvent(new Event('input'));
  const reason = root.querySelector<HTMLInputElement>('[data-testid="exception-reason"]');
  if (reason) reason.value = '盘点';
  reason?.dispatchEvent(new Event('input'));
  await nextTick();
  root.querySelector('form')?.requestSubmit();
  await vi.waitFor(() => expect(document.querySelector('.el-message--error')).not.toBeNull());
  await nextTick();
  expect(field().value).toBe('2026-05-04');
  root.querySelector('form')?.requestSubmit();
  await vi.waitFor(() => expect(field().value).toBe(''));
  expect(add).toHaveBeenCalledTimes(2);
});
