import type { Messages } from '../zh';
import { zh } from '../zh';
export const en: Messages = zh;
