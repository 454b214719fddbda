import type { Locale } from '../settings';
import en from './en';
import zh, { type Texts } from './zh';
import hant from './zh-Hant';

export const textsOf = (locale: Locale): Texts => ({ zh, 'zh-Hant': hant, en })[locale];
