import type { Messages } from '../zh';

/** Texts of what only WeChat has: how much may still be sent, and what did not arrive. */
export const wechat: Messages['wechat'] = {
  remaining: (left, limit) => `WeChat: ${left}/${limit} sends left`,
  until: (at) => `Window ends ${at}`,
  event: (left, limit) => `For a minute after the visitor's tap or scan: ${left}/${limit} more`,
  closed: 'The window is closed; messages go out once the visitor has written again',
  undelivered: (count) => `${count} not delivered`,
  delivery: { pending: 'Being sent', undelivered: 'Not delivered' },
  open: { image: 'View the image', voice: 'Download the recording', video: 'Download the video' },
};
