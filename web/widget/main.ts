import { boot } from './boot';

const running = document.currentScript;
const named = document.querySelector<HTMLScriptElement>('script[src*="widget.js"]');
boot(running instanceof HTMLScriptElement ? running : named);
