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
  alarms: {
    title: 'The WeChat account needs an administrator; messages may not go out',
    seen: (times, at) => (times === 1 ? `once, at ${at}` : `${times} times, last at ${at}`),
    other: (code) => `WeChat does not take what is sent (${code}). Look the code up in WeChat's documentation.`,
    advice: {
      errcode_40001: 'The AppSecret is wrong, or has just been reset. Check BANGBAN_WECHAT_SECRET.',
      errcode_40013: 'The AppID is wrong. Check BANGBAN_WECHAT_APP_ID.',
      errcode_40014: 'WeChat does not know the access_token it has just given. See that no other program renews it, and check AppID and AppSecret.',
      errcode_40125: 'The AppSecret is wrong, or has just been reset. Check BANGBAN_WECHAT_SECRET.',
      errcode_40164: 'The outgoing address of this server is not on the list. Add it in the account’s console, among its basic settings.',
      errcode_40200: 'An account of this kind may not use this interface. See that it is a verified service account.',
      errcode_40243: 'The AppSecret is frozen. Unfreeze it in the account’s console.',
      errcode_42001: 'The access_token expires again and again. See that no other program renews it, and check the server’s clock.',
      errcode_48001: 'This account has no right to the interface. See that it is a verified service account.',
      errcode_50002: 'The account is restricted. Its console says why.',
      errcode_61024: 'The account is run by a third-party platform, so its access_token cannot be had directly. Withdraw that in its console, or send by the platform.',
    },
  },
};
