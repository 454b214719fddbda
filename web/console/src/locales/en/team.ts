import type { Messages } from '../zh';

/** Texts of working together: offers, the ladder, transfer, inviting, shifts, canned replies. */
export const team: Messages['team'] = {
  nav: {
    label: 'Pages', desk: 'Desk', tickets: 'Tickets', replies: 'Canned replies', board: 'Board', reports: 'Reports',
    staffing: 'Staffing', admin: 'Administration', language: '中文', menu: 'My menu', password: 'Change password',
    endShift: 'End my shift', skip: 'To the main content',
  },
  roles: { helper: 'Helper', specialist: 'Specialist', supervisor: 'Supervisor', administrator: 'Administrator' },
  offers: {
    label: 'Waiting for your answer', offered: 'For you',
    left: (n) => `${n} s to answer`, accept: 'Accept', decline: 'Decline', declined: 'Declined; it goes to a colleague',
    claim: 'Take', goReply: 'Answer', more: (n) => `${n} more`,
    reasons: {
      mine_silent: 'You took it and have not answered', department: 'Nearly late in your department',
      fallback: 'Your help as the fallback department', supervisor: 'A supervisor is needed',
    },
    departmentLate: 'Late in your department',
  },
  ladder: {
    label: (level) => `Step ${level}`, levels: ['Waiting', 'Widened', 'All ring', 'Fallback', 'Late'],
    late: (n) => `${n} nearly late`, breachedCount: (n) => `${n} late`,
  },
  invitations: {
    transfer: (name) => `${name} asks you to take over`, join: (name) => `${name} asks you to help`, accept: 'Agree', refuse: 'Decline',
    cancel: 'Withdraw', waitingTransfer: (target) => `Waiting for ${target} to take over`,
    waitingJoin: (target) => `Waiting for ${target} to join`, left: (n) => `${n} s left`,
    sentTransfer: 'Asked. It stays with you until they agree', sentJoin: 'Invited', accepted: 'You are in', refused: 'Declined',
    cancelled: 'Withdrawn', taken: 'A colleague was faster',
    over: 'This had ended already',
  },
  moved: {
    taken_back: (by) => `Taken back: no answer in time${by}`, taken_over: (by) => `Taken over by a supervisor${by}`,
    connection_lost: (by) => `Your connection was lost for too long; the visitor is back in the queue${by}`,
    lostOther: (helper) => `${helper} lost the connection for too long; whoever they held is back in the queue`,
    reassigned: (by) => `Reassigned${by}`, transferred: (by) => `Transferred${by}`, refused: (by) => `Not accepted${by}`,
    timed_out: (by) => `No answer in time; it stays with you${by}`, cancelled: (by) => `Withdrawn${by}`,
    handed_over: (by) => `Handed over${by}`, redirected: (by) => `Moved to another department’s queue${by}`,
    because: (reason) => `: ${reason}`, who: (name) => ` (${name})`,
  },
  people: {
    owner: 'In charge', participants: 'Helping', me: 'Me', watching: 'Looking', presence: { ready: 'Ready', busy: 'Busy', away: 'Away' },
    offline: 'not connected', load: (held, capacity) => `${held} / ${capacity}`,
    loadLabel: (held, capacity) => `holds ${held} of ${capacity}`, noDepartment: 'All departments',
  },
  actions: {
    label: 'Actions', transfer: 'Transfer', invite: 'Invite', ticket: 'Ticket', handOver: 'Hand over', leave: 'Leave', takeOver: 'Take over',
    reassign: 'Reassign', history: 'History', left: 'You have left', takenOver: 'You have taken over', reassigned: 'Reassigned',
    handedOver: 'Handed over',
  },
  target: {
    transfer: 'Transfer', join: 'Invite to help', reassign: 'Reassign', transferLead: 'It is theirs once they agree; until then it stays with you.',
    joinLead: 'They answer beside you; you stay in charge.', reassignLead: 'At once; the enterprise is told who helps now.', who: 'To whom',
    person: 'Colleague', department: 'Department', search: 'Name, department or skill', searchDepartment: 'Department or topic', none: 'No such colleague',
    noneDepartment: 'No department', readyCount: (n) => (n > 0 ? `${n} ready` : 'nobody ready'), offDuty: 'Out of hours',
    note: 'Note (only staff see it)', notePlaceholder: 'What is known, what is left to do', reason: 'Reason',
    send: { transfer: 'Ask to take over', join: 'Invite', reassign: 'Reassign' }, choose: 'Choose a colleague or a department first.',
  },
  handOver: {
    title: 'Hand over', lead: 'They are in charge afterwards.', to: 'To', stay: 'I go on helping', confirm: 'Hand over',
  },
  takeOver: {
    title: 'Take over?', lead: 'It becomes yours. Who held it is told, and so is the enterprise.', reason: 'Reason (optional)', confirm: 'Take over',
  },
  shift: {
    title: 'End of shift',
    lead: (n) => (n > 0 ? `Your ${n} conversations are handed on and you become away.` : 'You hold no conversations and become away.'),
    leadOther: (name) => `All conversations of ${name} are handed on; ${name} becomes away.`, to: 'To', queue: 'Back to the queue',
    note: 'Note (only staff see it)', confirm: 'Hand on', done: (n) => `${n} conversations handed on`, nobody: 'Nobody is ready; they go back to the queue.',
  },
  password: {
    title: 'Change password', old: 'Present password', next: 'New password', again: 'New password again', hint: 'At least 8 characters.',
    mismatch: 'The new passwords differ.', short: 'At least 8 characters.', save: 'Save', done: 'Password changed',
  },
  history: {
    title: 'History', none: 'Nothing recorded', system: 'System', bot: 'Bot', visitor: 'Visitor', concerned: (name) => `to ${name}`,
    events: {
      requested: 'Requested', offered: 'Offered', offer_ignored: 'Offer ignored', offer_withdrawn: 'Offer withdrawn',
      offer_declined: 'Offer declined', claimed: 'Taken', responded: 'First answer', released: 'Back to queue',
      redirected: 'To another department', widened: 'Offered to more', warned: 'Rings for all', fallback_joined: 'Fallback joins', late: 'Late',
      told_late: 'Told that it is late', closed: 'Closed', transferred: 'Transferred', reassigned: 'Reassigned', taken_over: 'Taken over',
      handed_over: 'Handed over', joined: 'Joined', left: 'Left', transfer_asked: 'Transfer asked', transfer_refused: 'Transfer refused',
      transfer_timed_out: 'Transfer not answered', transfer_cancelled: 'Transfer withdrawn', join_asked: 'Invited', join_refused: 'Invitation refused',
      join_timed_out: 'Invitation not answered', join_cancelled: 'Invitation withdrawn',
      opened: 'Opened', assigned: 'Assigned', started: 'Started', contacted: 'Contacted', noted: 'Note', reminded: 'Reminder', resolved: 'Resolved',
      rated: 'Rated', reopened: 'Reopened', cancelled: 'Cancelled', undelivered: 'Result not delivered', delivered: 'Result delivered',
    },
    reasons: {
      claimed_and_silent: 'no answer in time', connection_lost: 'the helper lost the connection', helper_deactivated: 'account closed',
      shift_ended: 'end of shift', given_back: 'given back', resolved: 'resolved', unresolved: 'not resolved', no_response: 'no response from the visitor',
      ticket: 'the visitor left a ticket', abandoned: 'the visitor stopped waiting', follow_up: 'to follow a ticket up', off_hours: 'off hours', breach: 'late', callback: 'call back wanted', matter: 'a department’s matter', contact: 'contact', due: 'due',
      undelivered_wechat: 'not delivered in WeChat: tell them another way',
      dispatch: '', ladder: '', claimed: '', asked: '', accepted: '', declined: '', refused: '', cancelled: '', timed_out: '',
      left: '', first_public_message: '', none_given: '', assigned: '', delivered: '',
    },
  },
  earlier: { title: 'Earlier conversations' },
  replies: {
    title: 'Canned replies', lead: 'Type / in the reply box to use one.', add: 'New reply', edit: 'Edit reply', search: 'Find', scope: 'For',
    scopes: { personal: 'Me', department: 'Department', all: 'All' }, shortcut: 'Shortcut', shortcutHint: 'Typed after a slash, such as /hello',
    name: 'Title', text: 'Text', variables: 'Variables',
    variableNames: {
      visitor: 'Visitor', company: 'Company', helper: 'My name', department: 'My department', question: 'Question', ticket: 'Ticket number',
    },
    unknownVariable: (name) => `There is no variable {${name}}.`, locale: 'Language', department: 'Department', uses: 'Used',
    save: 'Save', remove: 'Delete', removeSure: (title) => `Delete “${title}”?`, removed: 'Deleted', saved: 'Saved',
    none: 'No canned replies yet', noneHint: 'Keep what you often say; / brings it back.', noMatch: 'Nothing fits', listLabel: 'Canned replies',
    hint: '↑↓ choose · Enter inserts · Esc closes', announce: (n) => `${n} canned replies; arrow keys choose, Enter inserts`, blank: '＿＿', you: 'you',
    required: 'Shortcut, title and text are needed.',
  },
};
