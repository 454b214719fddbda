/** What topics are called: read at the start, and again when one turns up that was not there then. */
import { defineStore } from 'pinia';
import { teamApi } from '../api/instance';
import { isTopicTold, setTopicNames } from '../locales';

/** A code that nobody gave a name must not make us ask at every push. */
const AGAIN_MS = 30_000;

export const useTopics = defineStore('topics', () => {
  let askedAt = -Infinity;

  async function load(): Promise<void> {
    askedAt = Date.now();
    const topics = await teamApi.topics();
    setTopicNames(Object.fromEntries(topics.map((topic) => [topic.code, topic.name])));
  }

  /** Sees to it that these have names, soon; that they stay codes for a while is nobody's trouble. */
  function need(codes: readonly (string | null)[]): void {
    const unknown = codes.some((code) => code !== null && !isTopicTold(code));
    if (unknown && Date.now() - askedAt >= AGAIN_MS) load().catch(() => undefined);
  }

  return { load, need };
});
