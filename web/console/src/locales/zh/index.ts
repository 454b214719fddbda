/** Every text of the staff console in Chinese; the other languages have its shape. */
import { admin } from './admin';
import { desk } from './desk';
import { names } from './names';
import { oversight } from './oversight';
import { pictures } from './pictures';
import { refusals } from './refusals';
import { team } from './team';
import { tickets } from './tickets';
import { wechat } from './wechat';

export const zh = { ...desk, ...oversight, team, tickets, admin, names, pictures, refusals, wechat };

export type Messages = typeof zh;
