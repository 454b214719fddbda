import type { Messages } from '../zh';

/** Names of codes that come from other parts. */
export const names: Messages['names'] = {
  districts: {
    huangpu: 'Huangpu', xuhui: 'Xuhui', changning: 'Changning', jingan: 'Jing’an', putuo: 'Putuo', hongkou: 'Hongkou',
    yangpu: 'Yangpu', minhang: 'Minhang', baoshan: 'Baoshan', jiading: 'Jiading', pudong: 'Pudong', jinshan: 'Jinshan',
    songjiang: 'Songjiang', qingpu: 'Qingpu', fengxian: 'Fengxian', chongming: 'Chongming',
  },
  topics: {
    registration: 'Registration', tax: 'Taxes', licensing: 'Licences', financing: 'Financing', inspection: 'Inspections',
    talent: 'Talent', employment: 'Employment', utilities: 'Utilities', premises: 'Premises', policy: 'Policies',
    service: 'Enterprise service', trade: 'Foreign trade', ip: 'Intellectual property', dispute: 'Disputes',
    credit: 'Credit record', competition: 'Fair competition', innovation: 'Innovation', stats: 'Figures',
    environment: 'Environment',
  },
  channels: { widget: 'Website', wechat: 'WeChat' },
  reasons: {
    asked: 'Asked', follow_up: 'Ticket follow-up', unresolved: 'Not resolved', low_confidence: 'Bot unsure', complaint: 'Complaint', sensitive: 'Sensitive',
  },
  reasonDetails: {
    asked: 'The enterprise asked for a person.',
    follow_up: 'Staff went to the enterprise to follow a ticket up.',
    unresolved: 'The bot answered, but the matter is not resolved or the answer did not arrive.',
    low_confidence: 'The knowledge base has nothing close enough; the bot did not answer.',
    complaint: 'The enterprise complains or is unhappy. Apologise and listen first.',
    sensitive: 'A sensitive matter that the bot should not answer.',
  },
  profileLabels: { name: 'Name', phone: 'Phone', company: 'Company', industry: 'Industry', size: 'Size', email: 'Email', window: 'Window' },
};
