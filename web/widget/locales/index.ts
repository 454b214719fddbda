import type { Locale } from '../settings';
import en from './en';
import zh, { type Texts } from './zh';

export const textsOf = (locale: Locale): Texts => ({ zh, en })[locale];
