/** Colleagues and departments one can ask, and who else looks at the open conversation. */
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { teamApi } from '../api/instance';
import type { Colleague, DepartmentInfo, Person } from '../api/teamTypes';
import { useSession } from './session';

export const useTeam = defineStore('team', () => {
  const session = useSession();
  const people = ref<Colleague[]>([]);
  const departments = ref<DepartmentInfo[]>([]);
  const watched = ref<{ conversationId: string; people: Person[] } | null>(null);
  const others = computed(() => people.value.filter((person) => person.id !== session.staff?.id));

  /** Who is ready changes all the time: read again whenever somebody is to be chosen. */
  async function load(): Promise<void> {
    [people.value, departments.value] = await Promise.all([teamApi.people(), teamApi.departments()]);
  }

  /** Read again whenever one is to be chosen: an administrator may have changed them. */
  async function loadDepartments(): Promise<void> {
    departments.value = await teamApi.departments();
  }

  function watching(conversationId: string | null): Person[] {
    if (watched.value === null || watched.value.conversationId !== conversationId) return [];
    return watched.value.people.filter((person) => person.id !== session.staff?.id);
  }

  return { people, departments, others, watched, load, loadDepartments, watching };
});
