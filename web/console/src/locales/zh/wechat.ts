/** Texts of what only WeChat has: how much may still be sent, and what did not arrive. */
export const wechat = {
  remaining: (left: number, limit: number): string => `微信可发 剩余 ${left}/${limit}`,
  until: (at: string): string => `窗口至 ${at}`,
  event: (left: number, limit: number): string => `访客刚有操作，一分钟内另可发 ${left}/${limit}`,
  closed: '窗口已关闭，访客再发消息后才能发送',
  undelivered: (count: number): string => `未送达 ${count} 条`,
  delivery: { pending: '发送中', undelivered: '未送达' },
  open: { image: '查看图片', voice: '下载语音', video: '下载视频' } as Record<string, string | undefined>,
  alarms: {
    title: '微信公众号需要管理员处理，消息可能发不出去',
    seen: (times: number, at: string): string => `${times} 次，最近 ${at}`,
    other: (code: string): string => `微信不接受发出的消息（${code}）。请按错误码查阅微信文档。`,
    /** As `./bangban check wechat` says it. */
    advice: {
      errcode_40001: 'AppSecret 不对，或刚刚重置过。请核对 BANGBAN_WECHAT_SECRET。',
      errcode_40013: 'AppID 不对。请核对 BANGBAN_WECHAT_APP_ID。',
      errcode_40014: '微信不认刚取到的 access_token。请确认没有别的程序也在刷新它，并核对 AppID 和 AppSecret。',
      errcode_40125: 'AppSecret 不对，或刚刚重置过。请核对 BANGBAN_WECHAT_SECRET。',
      errcode_40164: '本机的出口 IP 不在白名单里。请在公众号后台「设置与开发 → 基本配置 → IP 白名单」加上它。',
      errcode_40200: '这种类型的公众号不能用该接口。请确认是已认证的服务号。',
      errcode_40243: 'AppSecret 已被冻结。请在公众号后台解冻。',
      errcode_42001: 'access_token 一再过期。请确认没有别的程序也在刷新它，并核对服务器时间。',
      errcode_48001: '这个公众号没有该接口的权限。请确认是已认证的服务号。',
      errcode_50002: '公众号已被限制使用。请登录公众号后台查看原因。',
      errcode_61024: '这个公众号由第三方平台代管，不能直接取 access_token。请在公众号后台取消授权，或改由该平台发送。',
    } as Record<string, string | undefined>,
  },
};
