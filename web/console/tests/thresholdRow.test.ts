import { expect, it, vi } from 'vitest';
import { nextTick } from 'vue';
import type { Threshold } from '../src/api/admin';
import { ApiError } from '../src/api/client';
import { adminApi } from '../src/api/instance';
import ThresholdRow from '../src/components/admin/ThresholdRow.vue';
import { byTestid, usePage } from './mounted';

const show = usePage();
const warn: Threshold = {
  name: 'warn_seconds', value: 40, default: 30, minimum: 1, maximum: 600, unit: 'seconds', changed_at: null, changed_by: null,
};

it('a threshold that was refused stays as it was typed, and can be sent again or put back', async () => {
  const refused = new ApiError(400, 'invalid', '须大于上一级');
  const saved = vi.spyOn(adminApi, 'saveThreshold').mockRejectedValueOnce(refused).mockResolvedValue(undefined);
  const told = vi.fn();
  const root = show(ThresholdRow, { threshold: warn, writes: true, onSaved: told });
  const field = root.querySelector<HTMLInputElement>('[data-testid=threshold-value]') as HTMLInputElement;
  root.querySelector<HTMLElement>('.quiet-button')?.click();
  await vi.waitFor(() => expect(document.querySelector('.el-message--error')?.textContent).toBe(refused.message));
  expect([field.value, told.mock.calls.length, byTestid('threshold-save')]).toEqual(['40', 0, null]);
  field.value = '45';
  field.dispatchEvent(new Event('input'));
  await nextTick();
  root.querySelector('form')?.requestSubmit();
  await vi.waitFor(() => expect(told).toHaveBeenCalledOnce());
  expect(saved.mock.calls).toEqual([['warn_seconds', null], ['warn_seconds', 45]]);
});
