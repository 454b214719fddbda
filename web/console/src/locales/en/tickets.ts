import type { Messages } from '../zh';

/** Texts of tickets. */
export const tickets: Messages['tickets'] = {
  title: 'Tickets', count: (n, more) => `${n}${more ? '+' : ''}`, none: 'No tickets fit', noneYet: 'No tickets yet', loadFailed: 'The tickets could not be read', more: 'More',
  search: 'Number, title or contact', filters: 'Filter', anyStatus: 'Any status', anyDepartment: 'Any department', mine: 'Mine', late: 'Overdue',
  pick: 'Choose a ticket', pickHint: 'Earliest deadline first.',
  statuses: {
    open: 'Open', assigned: 'Assigned', in_progress: 'In progress', resolved: 'Resolved', closed: 'Closed', reopened: 'Reopened',
    cancelled: 'Cancelled',
  },
  sources: { off_hours: 'Out of hours', breach: 'Not answered in time', callback: 'Call back', matter: 'Needs a department', undelivered: 'Not delivered in WeChat' },
  complexities: { simple: 'Simple', complex: 'Complex' },
  columns: { title: 'Matter', status: 'Status', department: 'Department', assigned: 'Assigned', due: 'Due' },
  fields: {
    source: 'Source', complexity: 'Complexity', department: 'Department', topic: 'Topic', district: 'District', channel: 'Channel',
    assigned: 'Assigned to', created: 'Opened', contactDue: 'Contact due', contacted: 'Contacted', due: 'Due', resolved: 'Resolved',
    closed: 'Closed', told: 'Visitor told', reopened: 'Reopened', rating: 'Rating', name: 'Name', phone: 'Phone', email: 'Email', when: 'Best time',
  },
  unassigned: 'Nobody', untold: 'Not delivered', contact: 'Contact', noContact: 'No way to be reached', description: 'Matter', result: 'Result', timeline: 'History',
  conversation: 'Conversation', talk: 'Write to the visitor',
  due: {
    contact: (text) => `Contact ${text}`, done: (text) => `Due ${text}`, overdue: (text) => `${text} overdue`, left: (text) => `in ${text}`,
    days: (n) => `${n} d`, hours: (n) => `${n} h`, minutes: (n) => `${n} min`, none: 'No deadline',
  },
  moves: {
    assign: 'Assign', assignMe: 'Assign to me', start: 'Start', contacted: 'Contacted', note: 'Note', resolve: 'Resolve', close: 'Close',
    reopen: 'Reopen', cancel: 'Cancel ticket', transfer: 'Transfer',
  },
  prompts: {
    contacted: 'How it went (optional)', note: 'Note', resolve: 'Result (the visitor is told)', reopen: 'Why reopen', cancel: 'Why cancel',
    assign: 'To', transfer: 'To which department', reason: 'Reason (optional)',
  },
  leave: 'Not now', back: 'Cancel', moved: 'Saved',
  reminders: {
    contact: (number, at) => `Ticket ${number}: contact the enterprise by ${at}`,
    due: (number, at) => `Ticket ${number} is due by ${at}`,
  },
  create: {
    title: 'Open a ticket', lead: 'For a matter a department must handle. The enterprise gets a number and a deadline.', department: 'Department',
    name: 'Title', description: 'Description', complexity: 'Complexity', simpleHint: 'By the time limit of simple ones', complexHint: 'By the time limit of complex ones',
    phone: 'Phone', person: 'Name', submit: 'Open', done: (number) => `Ticket ${number} opened`,
    missing: 'Department, title and description are needed.', choose: 'Choose',
  },
};
