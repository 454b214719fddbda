/** Every text of the staff console in English. */
import type { Messages } from '../zh';
import { admin } from './admin';
import { desk } from './desk';
import { names } from './names';
import { oversight } from './oversight';
import { pictures } from './pictures';
import { refusals } from './refusals';
import { team } from './team';
import { tickets } from './tickets';
import { wechat } from './wechat';

export const en: Messages = { ...desk, ...oversight, team, tickets, admin, names, pictures, refusals, wechat };
