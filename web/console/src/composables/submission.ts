import { ref, type Ref } from 'vue';
import { errorText } from '../services/report';

export interface Submission<A extends unknown[] = []> {
  /** Why it did not go through; empty while nothing is wrong. */
  error: Ref<string>;
  busy: Readonly<Ref<boolean>>;
  submit: (...values: A) => Promise<void>;
}

/** How what went wrong is told: beside the form, unless the form has another place for it. */
export interface SubmissionOptions {
  /** What is wrong with the form itself; empty when it may be sent. */
  complaint?: () => string;
  tell?: (reason: unknown) => void;
}

/** Sends a form once at a time, and says why it could not be sent. */
export function useSubmission<A extends unknown[] = []>(
  act: (...values: A) => Promise<void>, { complaint, tell }: SubmissionOptions = {},
): Submission<A> {
  const error = ref('');
  const busy = ref(false);

  async function submit(...values: A): Promise<void> {
    if (busy.value) return;
    error.value = complaint?.() ?? '';
    if (error.value) return;
    busy.value = true;
    try {
      await act(...values);
    } catch (reason) {
      if (tell) tell(reason);
      else error.value = errorText(reason);
    } finally {
      busy.value = false;
    }
  }

  return { error, busy, submit };
}
