import type { Messages } from '../zh';

/** Texts for supervisors: the live board, reports, staffing advice. */
export const oversight: Pick<Messages, 'board' | 'reports' | 'staffing'> = {
  board: {
    title: 'Live board', at: (time) => `at ${time}`, loadFailed: 'The board could not be read', waiting: 'Waiting', oldest: 'Longest wait',
    nobody: 'Nobody waits', late: 'Late, unanswered', lostHint: (n) => `${n} returned today: connection lost`, unheard: 'connection lost', ready: 'Ready', load: 'Load', loadHint: (held, capacity) => `${held} held, room for ${capacity}`,
    within: 'Answered in time today', withinHint: (within, answered) => `${within} of ${answered} answered`, breaches: 'Late today',
    causes: { nobody_on_duty: 'Nobody on duty', all_full: 'All full', offered_and_ignored: 'Offered, ignored', claimed_and_silent: 'Taken, silent' },
    nextWait: 'Expected wait of the next', nextWaitRange: (low, high) => `${low} – ${high}`, unknown: 'Too little data', departments: 'Departments',
    people: 'People', conversations: 'Waiting and held', department: 'Department', name: 'Name',
    held: 'Held', question: 'Question', who: 'With', clock: 'Clock', level: 'Step', actions: 'Actions', listen: 'Listen in', takeOver: 'Take over',
    reassign: 'Reassign', endShift: 'End shift', queue: 'Queue', noneHeld: 'Nobody waits and nobody is being helped', nonePeople: 'Nobody',
    noneDepartments: 'No departments', answered: 'Answered',
  },
  reports: {
    title: 'Service report', from: 'From', to: 'To', by: 'By', groups: { day: 'By day', department: 'By department', helper: 'By helper' },
    department: 'Department', allDepartments: 'All departments', quick: { today: 'Today', week: '7 days', month: '30 days' },
    loadFailed: 'The report could not be read', csv: 'CSV', xlsx: 'XLSX', downloadHint: 'One row a request; every figure can be recomputed from them.',
    none: 'No requests in this period', total: 'Total', unnamed: '(none)', base: (part, whole) => `${part} ÷ ${whole}`,
    over: (n) => `of ${n} answered`, stars: (mean) => `${mean} stars on average`,
    figures: {
      rate: 'First answer in time', median_seconds: 'Median first answer', p95_seconds: '95th percentile of first answer', resolution_rate: 'Resolved',
      abandonment_rate: 'Abandoned', by_ticket: 'By ticket', bot_solved_rate: 'Solved by the bot', satisfied_rate: 'Satisfied', mean_stars: 'Mean stars', breached: 'Late',
      requests: 'Requests', tickets: 'Tickets', mean_handling_seconds: 'Mean handling time', answered: 'Answered',
    },
    definitions: {
      rate: 'First answer within the promised seconds of the request ÷ requests of the period that were answered, late or closed, but for those by ticket.',
      median_seconds: 'Median time to the first answer, over answered requests.',
      p95_seconds: '95% of answered requests were answered faster than this.',
      resolution_rate: 'Confirmed by the visitor, or not reopened within 7 days ÷ closed requests whose 7 days are over or that were rated, but for those by ticket.',
      abandonment_rate: 'Closed as “no response” without any answer ÷ all requests.',
      by_ticket: 'Asked for off hours and ended by a ticket before duty began: neither late nor abandoned, and in the base of no rate.',
      bot_solved_rate: 'Settled without a request for a person ÷ conversations with at least one visitor message.',
      satisfied_rate: '4 or 5 stars ÷ rated requests.', mean_stars: 'Mean stars of rated requests.',
      breached: 'Requests without a first answer in the promised time, by cause.', requests: 'Requests made in the period.',
      tickets: 'Tickets opened in the period.', mean_handling_seconds: 'Mean time from taking to closing.',
    },
    charts: { service: 'Answered in time, and requests', breaches: 'Why late', reasons: 'Why a person', rate: 'In time', requests: 'Requests', goal: 'Goal 95%', noBreach: 'Nobody waited too long in this period' },
    table: 'Figures', caption: 'Figures of each group', alt: (title) => `${title}; the numbers are in the table below`,
    columns: {
      key: { day: 'Day', department: 'Department', helper: 'Helper' }, requests: 'Requests', answered: 'Answered', within: 'In time', rate: 'Share in time',
      median: 'Median', p95: '95th', breached: 'Late', resolution: 'Resolved', abandonment: 'Abandoned', byTicket: 'By ticket', bot: 'By bot', stars: 'Stars', tickets: 'Tickets',
    },
    seconds: (n) => `${n} s`, minutes: (n) => `${n} min`,
  },
  staffing: {
    title: 'Staffing advice', lead: 'How many must be ready in each half hour so that the share asked for gets a first answer in the time asked for (Erlang C).',
    day: 'Day', department: 'Department', share: 'Share', seconds: 'Seconds', helpers: 'Advised', actual: 'Actual', arrivals: 'Requests',
    forecast: 'Forecast', actualShare: 'Actual share', slot: 'Slot', basis: (days, seconds) => `From the requests of ${days} days; mean handling ${seconds}.`,
    noBasis: 'Too few records yet for advice.', loadFailed: 'The advice could not be read', chart: 'Advised and actual', peak: (n, at) => `At most ${n} (${at})`,
    replay: 'Replay', replayLead: 'Plays the real log again to see whether the advice holds.', replayRun: 'Replay', replayed: 'Replayed',
    replayError: (value) => `Mean difference ${value}`, replayNone: 'Nothing to replay in this period',
  },
};
