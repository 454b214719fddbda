/** Colleagues in the order in which one would ask them. */
import type { Colleague, DepartmentInfo } from '../api/teamTypes';

function readiness(person: Colleague): number {
  if (!person.connected || person.presence === 'away') return 3;
  if (person.presence === 'busy') return 2;
  return person.held < person.capacity ? 0 : 1;
}

/** How full somebody is, 0 to 1; one who may hold nothing is full. */
export function loadOf(person: Pick<Colleague, 'held' | 'capacity'>): number {
  return person.capacity > 0 ? Math.min(1, person.held / person.capacity) : 1;
}

/** Those who match every word typed: ready and free first, then by load and name. */
export function orderColleagues(
  people: readonly Colleague[], search: string, topicName: (code: string) => string,
): Colleague[] {
  const wanted = search.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const text = (person: Colleague) =>
    [person.name, person.department ?? '', ...person.skills.map(topicName)].join(' ').toLowerCase();
  return people
    .filter((person) => wanted.every((word) => text(person).includes(word)))
    .sort((a, b) => readiness(a) - readiness(b) || loadOf(a) - loadOf(b) || a.name.localeCompare(b.name, 'zh'));
}

/** Departments whose name or topics hold what was typed: where somebody is ready first, else as they came. */
export function orderDepartments(departments: readonly DepartmentInfo[], search: string): DepartmentInfo[] {
  const wanted = search.trim();
  const fits = (it: DepartmentInfo) => [it.name, ...it.topics.map((topic) => topic.name)].some((text) => text.includes(wanted));
  return departments.filter(fits).sort((a, b) => Number(b.ready > 0) - Number(a.ready > 0));
}

/** Name and department on one line, with what else there is to say. */
export function personText(person: { name?: string | null; department?: string | null } | null | undefined, ...more: string[]): string {
  return [person?.name, person?.department, ...more].filter(Boolean).join(' · ');
}
