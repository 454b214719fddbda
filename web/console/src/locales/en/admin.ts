import type { Messages } from '../zh';

/** Texts of administration. */
export const admin: Messages['admin'] = {
  title: 'Administration',
  sections: {
    staff: 'Staff', departments: 'Departments', topics: 'Topics', hours: 'Working time', thresholds: 'Thresholds', replies: 'Canned replies', audit: 'Audit trail',
  },
  readOnly: 'You may look; changing needs an administrator.', loadFailed: 'Could not be read', add: 'Add', edit: 'Edit', save: 'Save',
  saved: 'Saved', active: 'In use', inactive: 'Closed', required: 'Fill in what is required.', search: 'Find', none: 'Nothing here', actions: 'Actions',
  staff: {
    add: 'Add somebody', edit: 'Edit', username: 'User name', name: 'Name', role: 'Role', department: 'Department', anyDepartment: 'All departments',
    capacity: 'Conversations at once', capacityHint: 'Empty: as set for everybody', skills: 'Skills', skillsHint: 'Topics offered first; none means all',
    active: 'In use', closed: 'Closed', newPassword: 'New password',
    newPasswordSure: (name) => `A new password for ${name}? Their sessions end.`, passwordTitle: 'One-time password',
    passwordLead: (name) => `Give this to ${name}. It is not shown again.`, copy: 'Copy', copied: 'Copied', done: 'Noted', showClosed: 'Closed ones too',
  },
  departments: {
    add: 'Add a department', edit: 'Edit', name: 'Name', fallback: 'Falls back on', noFallback: 'none', capacity: 'Conversations at once',
    capacityHint: 'Empty: no limit', staff: 'Staff', chain: 'Fallback order', nameHint: 'Cannot be changed later: to rename, add a new one and close the old one.',
    exists: 'There is such a department. Edit it in the list.',
    lastResort: 'Serves all', lastResortHint: 'Serves all: asked for any department, after its fallback order',
  },
  topics: {
    add: 'Add a topic', edit: 'Edit', code: 'Code', name: 'Name', department: 'Department', none: 'none',
    codeHint: 'Lower case letters, digits, underscore; cannot be changed later.',
    codeInvalid: 'A code has only lower case letters, digits and underscores.', exists: 'There is such a code. Edit it in the list.',
  },
  hours: {
    weekly: 'The week', exceptions: 'Special days', calendar: 'Calendar', of: 'For', all: 'All departments (without their own)',
    own: 'This department has no hours of its own yet; those of all apply.', never: 'No working time set: always on duty.',
    weekdays: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'], rest: 'closed', allDay: 'all day',
    ticketDays: 'Requests are answered all day; deadlines of tickets count these working days.', addSpan: 'Add a span', copyMonday: 'Same on Tue to Fri', removeSpan: 'Remove this span', starts: 'from',
    ends: 'to', invalid: 'Spans must not overlap and must end after they start.', day: 'Day', reason: 'Reason', spans: 'Spans', closed: 'closed',
    spansHint: 'Such as 09:00-12:00, 13:30-17:30; empty: closed', remove: 'Delete', removed: 'Deleted',
    spansInvalid: 'These spans cannot be read.', month: (year, month) => `${year}-${String(month).padStart(2, '0')}`, monthBefore: 'Month before', monthAfter: 'Month after', common: 'all departments',
    kinds: { work: 'open', rest: 'closed', holiday: 'holiday', make_up: 'make-up day', exception: 'special' }, noneExceptions: 'No special days',
    missing: (years) => `Public holidays of ${years} are not known yet; weekdays decide.`,
  },
  thresholds: {
    lead: 'Counts from the next pass on every server.', name: 'Threshold', value: 'Value', default: 'Default', range: 'Range', changed: 'Last change',
    reset: 'Default again', between: (low, high) => `${low} – ${high}`, outside: (low, high) => `From ${low} to ${high}.`,
    changedBy: (who, when) => `${who} ${when}`, on: 'on', off: 'off',
    units: { seconds: 's', days: 'working days', hours: 'working hours', count: '', yes_no: '' },
    groups: { ladder: 'The ladder', dispatch: 'Offers and capacity', wait: 'Waiting time', tickets: 'Tickets', other: 'Other' },
    names: {
      first_response_seconds: 'First answer promised', widen_seconds: 'Offer to more', warn_seconds: 'Ring for all', fallback_seconds: 'Fallback departments join',
      reclaim_seconds: 'Take back when silent', claim_grace_seconds: 'Least time after taking', offer_seconds: 'An offer lasts', widen_offers: 'Offers when widened',
      helper_capacity: 'Conversations at once', presence_fresh_seconds: 'Heartbeat lasts', absent_seconds: 'Lost connection: back to the queue after',
      warmup_seconds: 'Warm-up after becoming ready',
      warmup_limit: 'Conversations while warming up', claims_beyond_capacity: 'May take beyond capacity',
      outsiders_help: 'Others help when no department in charge can', transfer_seconds: 'Transfer waits for',
      invite_seconds: 'Invitation waits for', wait_minimum: 'Sample for the expected wait', wait_window_seconds: 'Window for the expected wait',
      ticket_contact_days: 'Ticket: contact within', ticket_simple_days: 'Ticket: simple within', ticket_complex_days: 'Ticket: complex within',
      ticket_reminder_hours: 'Ticket: remind before',
    },
  },
  audit: {
    from: 'From', to: 'To', actor: 'Who', action: 'What', at: 'When', subject: 'Subject', change: 'Change', filter: 'Filter', more: 'Earlier ones',
    none: 'Nothing recorded', empty: 'empty', standard: 'the default',
    fields: {
      name: 'name', username: 'user name', role: 'role', department: 'department', capacity: 'capacity', skills: 'skills', active: 'in use',
      fallback: 'falls back on', last_resort: 'serves all', value: 'value', spans: 'spans', day: 'day', reason: 'reason', shortcut: 'shortcut', title: 'title', text: 'text',
      locale: 'language', topic: 'topic', code: 'code',
    },
    anyActor: 'Anybody', anyAction: 'Anything',
    actions: {
      login: 'Signed in', logout: 'Signed out', staff_added: 'Staff added', staff_changed: 'Staff changed', password_set: 'Password set',
      staff_deactivated: 'Staff closed', staff_activated: 'Staff opened', department_saved: 'Department', topic_saved: 'Topic',
      hours_saved: 'Working time', exception_added: 'Special day added', exception_removed: 'Special day removed',
      threshold_saved: 'Threshold', canned_reply_saved: 'Canned reply', canned_reply_removed: 'Canned reply removed',
    },
  },
};
