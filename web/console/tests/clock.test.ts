import { describe, expect, it } from 'vitest';
import { awaitsFirstResponse, daysAgo, formatClock, urgencyOf, waitClock } from '../src/lib/clock';
import { at, note, request, T0, update } from './make';

describe('the waiting clock', () => {
  it.each([30, 60, 300])('turns at half and at all of %i promised seconds, not before', (promise) => {
    const waiting = request({ deadline_at: at(promise) });
    const moments = [promise / 2 - 0.1, promise / 2, promise - 0.1, promise];
    const urgencies = moments.map((s) => waitClock(waiting, T0 + s * 1000).urgency);
    expect(urgencies).toEqual(['calm', 'soon', 'soon', 'late']);
  });

  it('is late when the deadline has passed, however short the wait', () => {
    expect(urgencyOf(0.1, 0)).toBe('late');
    expect(waitClock(request({ deadline_at: at(10) }), T0 + 11_000).urgency).toBe('late');
  });

  it('shows zero, never a negative time, when the request seems to come from the future', () => {
    const clock = waitClock(request(), T0 - 3000);
    expect(clock).toMatchObject({ elapsed: 0, text: '00:00', urgency: 'calm', used: 0 });
  });

  it('never promises more than the time between request and deadline', () => {
    expect(waitClock(request(), T0 - 400).remaining).toBe(60);
    expect(waitClock(request({ deadline_at: at(60.004) }), T0).remaining).toBe(60);
    expect(waitClock(request(), T0 + 1).remaining).toBe(60);
  });

  it('counts what remains to the deadline and the share used up', () => {
    expect(waitClock(request(), T0 + 45_000)).toMatchObject({ elapsed: 45, remaining: 15, used: 0.75 });
    expect(waitClock(request(), T0 + 90_000)).toMatchObject({ remaining: -30, used: 1 });
  });

  it('writes hours only when there are any', () => {
    expect([0, 7, 754, 3723].map(formatClock)).toEqual(['00:00', '00:07', '12:34', '1:02:03']);
  });
});

describe('the first response', () => {
  it('is still owed when only the bot, a note or a notice came after the request', () => {
    const updates = [update(1, 'bot', '请稍候'), update(2, 'system', null), note(3, '我来看看')];
    expect(awaitsFirstResponse(request({ status: 'claimed' }), updates)).toBe(true);
  });

  it('is given with the first public helper message', () => {
    expect(awaitsFirstResponse(request({ status: 'claimed' }), [update(5, 'helper', '您好')])).toBe(false);
  });

  it('is not given by a helper message of an earlier request', () => {
    const earlier = update(1, 'helper', '上次的答复', { at: at(-600) });
    expect(awaitsFirstResponse(request({ status: 'claimed' }), [earlier])).toBe(true);
  });

  it('is not owed when the request is closed or was answered', () => {
    expect(awaitsFirstResponse(request({ status: 'closed' }), [])).toBe(false);
    expect(awaitsFirstResponse(request({ first_response_at: at(20) }), [])).toBe(false);
    expect(awaitsFirstResponse(null, [])).toBe(false);
  });
});

it('counts days by the local calendar', () => {
  const evening = new Date(2026, 0, 4, 23, 59).toISOString();
  expect(daysAgo(evening, new Date(2026, 0, 5, 0, 1).getTime())).toBe(1);
  expect(daysAgo(evening, new Date(2026, 0, 4, 23, 59, 30).getTime())).toBe(0);
});
